/** Does an engine compute what Keras computes? Every layer forward and back, a short training, and how fast it is. */
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { Tf } from '../engine.ts';
import { forward, type Pass, variablesOf } from '../forward.ts';
import { inSequence, type Layer, makeNetwork, type Network, product } from '../graph.ts';
import { initialWeights } from '../initialize.ts';
import { type Case, cases, phases, rows, wave, weightValues } from './cases.ts';
import stored from './values.json' with { type: 'json' };

export type Finding =
  | { readonly type: 'layer' | 'training'; readonly says: string; readonly problem: string | null }
  | { readonly type: 'speed'; readonly says: string; readonly imagesPerSecond: number };

const values: { readonly [says: string]: Stored } = stored.values;

interface Stored {
  readonly inference: readonly number[];
  readonly training: readonly number[];
  /** By the input, then by what is learned. */
  readonly gradients: readonly (readonly number[])[];
}

/** float32 sums in other orders differ by about a millionth of their magnitude; an engine that is wrong, by far more. */
const tolerance = 1e-4;

/** `speed`: how fast it is, too, which takes some seconds, on a software adapter minutes. */
export async function checkEngine(tf: Tf, speed: boolean, tell: (finding: Finding) => void): Promise<void> {
  for (const one of cases)
    tell({ type: 'layer', says: one.says, problem: await attempt(() => checkLayer(tf, one)) });
  tell({ type: 'training', says: 'a short training', problem: await attempt(() => checkTraining(tf)) });
  if (!speed) return;
  for (const training of [true, false])
    tell({
      type: 'speed',
      says: training ? 'train' : 'predict',
      imagesPerSecond: await speedOf(tf, training),
    });
}

async function attempt(check: () => Promise<string | null>): Promise<string | null> {
  try {
    return await check();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const dropout = (): { key: number[]; counter: number[] } => ({ key: [1, 2], counter: [0, 1, 1, 0] });
const inference: Pass = { precision: 'float32', training: null };
const trainingPass = (): Pass => ({ precision: 'float32', training: { dropout, moved: new Map() } });

async function checkLayer(tf: Tf, { says, input, layers }: Case): Promise<string | null> {
  const expected = values[says];
  if (!expected) return 'there are no stored values';
  const network = makeNetwork(input, inSequence(layers));
  const x = tf.variable(tf.tensor(wave(rows * product(input), phases.x), [rows, ...input]));
  const weights = network.layers
    .flatMap((layer) => layer.weights)
    .map((spec, place) => {
      const made = weightValues(spec.name, product(spec.shape), place);
      return tf.variable(tf.tensor(made, [...spec.shape]), spec.trainable);
    });
  const outputs: Tensor[] = [forward(tf, network, weights, x, inference)];
  const learned = [x, ...weights.filter((weight) => weight.trainable)];
  const { grads } = tf.variableGrads(() => {
    const y = forward(tf, network, weights, x, trainingPass());
    outputs.push(tf.keep(y));
    const upstream = tf.tensor(wave(y.size, phases.upstream), y.shape);
    return tf.reshape(tf.sum(tf.mul(y, upstream)), []);
  }, learned);
  const [inferred, trained] = outputs;
  if (!inferred || !trained) return 'it computed nothing';
  return (
    differs('what it computes', digest(await inferred.data()), expected.inference) ??
    differs('what it computes while training', digest(await trained.data()), expected.training) ??
    (await gradientsDiffer(learned, grads, expected.gradients))
  );
}

async function gradientsDiffer(
  learned: readonly Variable[],
  grads: { readonly [name: string]: Tensor },
  expected: Stored['gradients'],
): Promise<string | null> {
  for (const [i, variable] of learned.entries()) {
    const gradient = grads[variable.name];
    if (!gradient) return `the gradient by ${i === 0 ? 'its input' : `its weight ${i}`} is missing`;
    const found = digest(await gradient.data());
    const problem = differs(
      `the gradient by ${i === 0 ? 'its input' : `its weight ${i}`}`,
      found,
      expected[i] ?? [],
    );
    if (problem !== null) return problem;
  }
  return null;
}

/** The sum, the sum of magnitudes, and three values of it; the same in values.py. */
function digest(made: ArrayLike<number>): number[] {
  const all = Array.from(made);
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, value) => total + value, 0);
  return [
    sum(all),
    sum(all.map(Math.abs)),
    ...[0, all.length >> 1, all.length - 1].map((at) => all[at] ?? 0),
  ];
}

function differs(what: string, found: readonly number[], expected: readonly number[]): string | null {
  const magnitude = Math.max(1, expected[1] ?? 0);
  const wrong = expected.findIndex((value, i) => {
    const distance = Math.abs(value - (found[i] ?? Number.NaN));
    return !(distance <= tolerance * (i < 2 ? magnitude : Math.max(1, Math.abs(value))));
  });
  return wrong < 0 ? null : `${what} is ${found[wrong]}, Keras has ${expected[wrong]}`;
}

const relu = { strides: 1, padding: 'same', activation: 'relu', useBias: true, kernelSize: 3 } as const;
const normalization: Layer = { kind: 'batchNormalization', config: { momentum: 0.99, epsilon: 1e-3 } };

/** Full-batch descent on drawn numbers has to get somewhere, and twice to the same place. */
async function checkTraining(tf: Tf): Promise<string | null> {
  const first = await descend(tf);
  const again = await descend(tf);
  const [begin = Number.NaN, end = Number.NaN] = [first[0], first.at(-1)];
  if (!(end < begin * 0.7)) return `the loss went from ${begin} to ${end}`;
  return again.join() === first.join() ? null : `two trainings ended at ${end} and ${again.at(-1)}`;
}

async function descend(tf: Tf): Promise<number[]> {
  const network = makeNetwork(
    [8, 8, 3],
    inSequence([
      { kind: 'conv2d', config: { ...relu, filters: 8 } },
      normalization,
      { kind: 'globalAveragePooling2d', config: {} },
      { kind: 'dense', config: { units: 4, activation: 'linear', useBias: true } },
    ]),
  );
  const x = tf.tensor(wave(16 * 8 * 8 * 3, 7), [16, 8, 8, 3]);
  const labels = tf.oneHot(
    tf.tensor1d(
      Array.from({ length: 16 }, (_, i) => i % 4),
      'int32',
    ),
    4,
  );
  const { weights, learned } = learnableOf(tf, network);
  const losses: number[] = [];
  for (let step = 0; step < 20; step++)
    losses.push(await descentStep(tf, network, weights, learned, x, labels));
  return losses;
}

async function descentStep(
  tf: Tf,
  network: Network,
  weights: readonly Variable[],
  learned: Variable[],
  x: Tensor,
  labels: Tensor,
): Promise<number> {
  const { value, grads } = tf.variableGrads(() => {
    const chosen = tf.mul(labels, tf.logSoftmax(forward(tf, network, weights, x, trainingPass())));
    return tf.reshape(tf.neg(tf.mean(tf.sum(chosen, -1))), []);
  }, learned);
  for (const variable of learned) {
    const gradient = grads[variable.name];
    if (gradient) variable.assign(tf.tidy(() => tf.sub(variable, tf.mul(gradient, 0.5))));
  }
  const [loss = Number.NaN] = await value.data();
  tf.dispose([value, ...Object.values(grads)]);
  return loss;
}

/** Until it is computed: some engines do that later. */
async function used(tensor: Tensor): Promise<void> {
  await tensor.data();
  tensor.dispose();
}

function learnableOf(tf: Tf, network: Network): { weights: Variable[]; learned: Variable[] } {
  const weights = variablesOf(tf, network, initialWeights(network, 1));
  return { weights, learned: weights.filter((weight) => weight.trainable) };
}

const batch = 32;
const budgetInMs = 4000;

/** Images a second through three blocks of two convolutions (64, 128, 256 filters) at 32×32×3, batches of 32. */
async function speedOf(tf: Tf, training: boolean): Promise<number> {
  const blocks = [64, 128, 256].flatMap((filters): Layer[] => {
    const conv: Layer = { kind: 'conv2d', config: { ...relu, filters } };
    const pool: Layer = { kind: 'maxPooling2d', config: { poolSize: 2, padding: 'same' } };
    return [conv, normalization, conv, normalization, pool];
  });
  const head: Layer = { kind: 'dense', config: { units: 10, activation: 'linear', useBias: true } };
  const network = makeNetwork(
    [32, 32, 3],
    inSequence([...blocks, { kind: 'globalAveragePooling2d', config: {} }, head]),
  );
  const { weights, learned } = learnableOf(tf, network);
  const x = tf.tensor(wave(batch * 32 * 32 * 3, 5), [batch, 32, 32, 3]);
  const labels = tf.oneHot(tf.zeros([batch], 'int32'), 10);
  const step = async (): Promise<void> => {
    if (training) await descentStep(tf, network, weights, learned, x, labels);
    else await used(tf.tidy(() => forward(tf, network, weights, x, inference)));
  };
  await step();
  const started = performance.now();
  let steps = 0;
  while (steps === 0 || performance.now() - started < budgetInMs) {
    await step();
    steps++;
  }
  return (steps * batch) / ((performance.now() - started) / 1000);
}
