import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type OpenDataset, openDataset } from '../../data/batches.ts';
import { type DatasetFile, splitName } from '../../data/dataset.ts';
import { digestOfExamples } from '../../data/examples.ts';
import { writeNpy } from '../../data/npy.ts';
import { drawExamples } from '../../data/sheet.ts';
import { Failure } from '../../diagnostics/diagnostic.ts';
import { openEngine } from '../../nn/engine.ts';
import { readModel } from '../../nn/format.ts';
import { argMax, type Predictions, predict, predictorOf } from '../../nn/predict.ts';
import { readPreprocessing } from '../../nn/preprocessing.ts';
import { rehearse } from '../../nn/rehearse.ts';
import type { RunStage } from '../context.ts';
import { isNormalizedOtherwise, requireClasses, requireFit } from '../fit.ts';
import { paramsOf } from '../params.ts';

const shownMistakes = 24;
const shownColumns = 8;

export const run: RunStage = async (context) => {
  const params = paramsOf('evaluate', context.params);
  const { network, weights } = readModel(context.input('model').files);
  const dataset = await openDataset(context.input('data').files);
  const rows = dataset.splits[params.split];
  if (rows.length === 0) throw new Failure('empty-dataset', `the split \`${params.split}\` has no rows`);
  requireFit(network, dataset.file);
  requireClasses(network, dataset.file);
  const trainedOn = readPreprocessing(context.input('model').files);
  requireSameClasses(trainedOn.classes, dataset.file);
  const otherwise = isNormalizedOtherwise(trainedOn.normalization, dataset.file)
    ? '; the data was normalized otherwise than in training'
    : '';
  const tf = await openEngine(context.engine);
  rehearse(tf, network, false);
  const predictor = predictorOf(tf, { network, weights });
  const made = await predict(predictor, dataset, rows, { batchSize: params.batchSize, workers: 1 }, (done) =>
    context.progress({ unit: 'images', done, total: rows.length }),
  );
  if (!Number.isFinite(made.loss))
    throw new Failure('loss-is-nan', `the loss is ${made.loss}: the model gives no probabilities`, {
      fix: 'train it with a smaller learningRate',
    });
  const metrics = metricsOf(made, dataset.file.classes);
  const split = splitName(params.split, dataset.file);
  const of = { split, rows: rows.length, examples: digestOfExamples(dataset, params.split) };
  writeFileSync(
    join(context.outDir('metrics'), 'metrics.json'),
    `${JSON.stringify({ version: 1, ...of, loss: made.loss, accuracy: made.accuracy, classes: dataset.file.classes, ...metrics }, null, 2)}\n`,
  );
  const folder = context.outDir('predictions');
  await writeNpy(join(folder, 'probabilities.npy'), made.probabilities, [
    rows.length,
    dataset.file.classes.length,
  ]);
  await writeNpy(join(folder, 'labels.npy'), made.labels, [rows.length]);
  await writeNpy(join(folder, 'rows.npy'), rows, [rows.length]);
  await writeMistakes(folder, made, dataset, rows);
  return {
    summary: `${split}: accuracy ${(made.accuracy * 100).toFixed(2)}%, loss ${made.loss.toFixed(4)}${otherwise}`,
    values: { loss: made.loss, accuracy: made.accuracy, ...(split === params.split ? {} : { split }) },
  };
};

/** Failure `shape-mismatch`: a class of the model's would be compared with another one of the data's. */
function requireSameClasses(known: readonly string[], { classes }: DatasetFile): void {
  const i = classes.findIndex((name, at) => name !== known[at]);
  if (i >= 0)
    throw new Failure(
      'shape-mismatch',
      `class ${i + 1} of the data is \`${classes[i]}\`, the model was trained with \`${known[i]}\` there`,
      { fix: `the data needs the classes ${known.join(', ')}, in this order` },
    );
}

interface PerClass {
  readonly class: string;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly support: number;
}

/** Rows of the confusion matrix are true classes, columns predicted ones. A class that is never predicted has precision 0. */
function metricsOf(
  { probabilities, labels }: Predictions,
  classes: readonly string[],
): { confusion: number[][]; perClass: PerClass[] } {
  const confusion = classes.map(() => classes.map(() => 0));
  for (const [row, label] of labels.entries()) {
    const line = confusion[label];
    const predicted = argMax(probabilities, row * classes.length, classes.length);
    if (line) line[predicted] = (line[predicted] ?? 0) + 1;
  }
  const perClass = classes.map((name, i): PerClass => {
    const hits = confusion[i]?.[i] ?? 0;
    const support = (confusion[i] ?? []).reduce((sum, count) => sum + count, 0);
    const predicted = confusion.reduce((sum, line) => sum + (line[i] ?? 0), 0);
    const [precision, recall] = [hits / Math.max(1, predicted), hits / Math.max(1, support)];
    return {
      class: name,
      precision,
      recall,
      f1: hits === 0 ? 0 : (2 * precision * recall) / (precision + recall),
      support,
    };
  });
  return { confusion, perClass };
}

async function writeMistakes(
  folder: string,
  { probabilities, labels }: Predictions,
  dataset: OpenDataset,
  rows: Int32Array,
): Promise<void> {
  const classes = dataset.file.classes;
  const wrong = [...labels].flatMap((label, i) => {
    const predicted = argMax(probabilities, i * classes.length, classes.length);
    return predicted === label
      ? []
      : [{ i, label, predicted, confidence: probabilities[i * classes.length + predicted] ?? 0 }];
  });
  const worst = wrong.sort((a, b) => b.confidence - a.confidence || a.i - b.i).slice(0, shownMistakes);
  const drawn = await drawExamples(
    dataset,
    worst.map(({ i }) => rows[i] ?? 0),
    shownColumns,
  );
  if (drawn) writeFileSync(join(folder, 'mistakes.png'), drawn.png);
  const listed = worst.map(({ i, label, predicted, confidence }) => ({
    row: rows[i],
    class: classes[label],
    predicted: classes[predicted],
    confidence,
  }));
  writeFileSync(
    join(folder, 'mistakes.json'),
    `${JSON.stringify({ version: 1, sheet: drawn?.plan ?? null, mistakes: listed }, null, 2)}\n`,
  );
}
