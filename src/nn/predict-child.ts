/** The process of `pipe predict`: takes a trained model, then images batch after batch, and tells their probabilities. */
import type { OpenDataset } from '../data/batches.ts';
import { type Diagnostic, Failure } from '../diagnostics/diagnostic.ts';
import type { EngineOrder } from '../stages/context.ts';
import { openEngine } from './engine.ts';
import { readModel } from './format.ts';
import { predict, predictorOf } from './predict.ts';
import { readPreprocessing } from './preprocessing.ts';

export interface Opening {
  readonly type: 'open';
  readonly order: EngineOrder;
  /** Of a trained model. */
  readonly files: { readonly [path: string]: string };
}

export interface Images {
  readonly type: 'images';
  /** uint8 [count, ...input]. */
  readonly pixels: Uint8Array;
  readonly count: number;
}

export type Answer =
  | { readonly type: 'ready' }
  /** float32 [count, classes]. */
  | { readonly type: 'predicted'; readonly probabilities: Float32Array }
  | { readonly type: 'failed'; readonly diagnostic: Diagnostic };

let predictBatch: (images: Images) => Promise<Float32Array>;

process.on('message', (message: Opening | Images) => void answer(message));
process.on('disconnect', () => process.exit(0));

async function answer(message: Opening | Images): Promise<void> {
  try {
    if (message.type === 'open') {
      predictBatch = await open(message);
      tell({ type: 'ready' });
    } else tell({ type: 'predicted', probabilities: await predictBatch(message) });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    tell({ type: 'failed', diagnostic: error.diagnostic });
  }
}

const tell = (answered: Answer): boolean | undefined => process.send?.(answered);

/** Batches are made as for an evaluation: the preprocessing is the same to the bit. */
async function open({ order, files }: Opening): Promise<typeof predictBatch> {
  const model = readModel(files);
  const { classes, normalization } = readPreprocessing(files);
  const predictor = predictorOf(await openEngine(order), model);
  const none = new Int32Array();
  return async ({ pixels, count }) => {
    const dataset: OpenDataset = {
      file: { version: 1, name: 'images', example: model.network.input, classes, transforms: normalization },
      examples: pixels,
      labels: new Uint8Array(count),
      splits: { train: none, validation: none, test: none },
    };
    const rows = Int32Array.from({ length: count }, (_, row) => row);
    const made = await predict(predictor, dataset, rows, { batchSize: count, workers: 0 });
    return made.probabilities;
  };
}
