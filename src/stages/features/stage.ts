import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { featuresFile, openDataset, parseDataset } from '../../data/batches.ts';
import type { DatasetFile } from '../../data/dataset.ts';
import { digestsOfExamples } from '../../data/examples.ts';
import { writeNpy } from '../../data/npy.ts';
import { Failure } from '../../diagnostics/diagnostic.ts';
import { openEngine } from '../../nn/engine.ts';
import { computeFeatures } from '../../nn/features.ts';
import { readModel } from '../../nn/format.ts';
import { outputShape, parameterCount } from '../../nn/graph.ts';
import { predictorOf } from '../../nn/predict.ts';
import { rehearse } from '../../nn/rehearse.ts';
import type { RunStage, StageContext } from '../context.ts';
import { requireFit } from '../fit.ts';
import { paramsOf } from '../params.ts';
import { augmentedOnce, sizeProblem } from './kind.ts';

export const run: RunStage = async (context) => {
  const { batchSize } = paramsOf('features', context.params);
  const model = readModel(context.input('model').files);
  const example = outputShape(model.network);
  const dataset = await openDataset(context.input('data').files);
  const rows = dataset.labels.length;
  requireFit(model.network, dataset.file);
  const problem = dataset.file.transforms.some(({ transform }) => transform === 'augment')
    ? augmentedOnce
    : sizeProblem(rows, example);
  if (problem) throw new Failure(problem.code, problem.message, { fix: problem.fix });
  const tf = await openEngine(context.engine);
  rehearse(tf, model.network, false);
  const computed = await computeFeatures(predictorOf(tf, model), dataset, batchSize, (done) =>
    context.progress({ unit: 'images', done, total: rows }),
  );
  await writeNpy(join(context.outDir('data'), featuresFile), computed, [rows, ...example]);
  forwardOthers(context, { example, features: true, madeFrom: digestsOfExamples(dataset) });
  return {
    summary: `${rows.toLocaleString('en-US')} × ${example.join('×')} by ${model.network.layers.length} layers`,
    facts: {
      features: {
        images: rows,
        input: dataset.file.example,
        output: example,
        layer: model.network.layers.at(-1)?.name ?? 'none',
        layers: model.network.layers.length,
        parameters: parameterCount(model.network),
      },
    },
  };
};

/** Labels and splits are passed on; what was done to pixels is in the features already. */
function forwardOthers(
  context: StageContext,
  made: Pick<DatasetFile, 'example' | 'features' | 'madeFrom'>,
): void {
  const data = context.input('data');
  for (const path of ['labels.npy', 'train.npy', 'validation.npy', 'test.npy'])
    context.forward('data', path, data, path);
  const file = parseDataset(readFileSync(data.files['dataset.json'] ?? '', 'utf8'));
  const changed: DatasetFile = { ...file, ...made, transforms: [] };
  writeFileSync(join(context.outDir('data'), 'dataset.json'), `${JSON.stringify(changed, null, 2)}\n`);
}
