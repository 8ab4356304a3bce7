/** Trains by minibatches, epoch by epoch. All that decides the next epoch is in `TrainingState`. */
import type * as TensorFlow from '@tensorflow/tfjs-core';
import { batchMaker, type OpenDataset } from '../data/batches.ts';
import { type RandomStream, randomStream } from '../data/random.ts';
import { Failure } from '../diagnostics/diagnostic.ts';
import type { Stages } from '../generated/types.ts';
import type { Tf } from './engine.ts';
import { forward } from './forward.ts';
import type { Network } from './graph.ts';
import { makeOptimizer, type Optimizer } from './optimizers.ts';
import { predict } from './predict.ts';

export interface Trainer {
  /** One pass over the training rows. */
  epoch(
    epoch: number,
    learningRate: number,
    onStep: (step: StepReport) => Promise<void>,
  ): Promise<{ loss: number; accuracy: number }>;
  validate(): { loss: number; accuracy: number } | null;
  weights(): Float32Array[];
  optimizerState(): Float32Array[];
  restore(weights: readonly Float32Array[], optimizer: readonly Float32Array[] | null, steps: number): void;
  readonly steps: number;
}

export interface StepReport {
  readonly step: number;
  readonly steps: number;
  readonly rows: number;
  readonly loss: number;
  readonly accuracy: number;
}

export function makeTrainer(
  tf: Tf,
  network: Network,
  initial: readonly Float32Array[],
  dataset: OpenDataset,
  params: Stages['train'],
  seed: number,
): Trainer {
  const specs = network.layers.flatMap((layer) =>
    layer.weights.map((weight) => ({ ...weight, name: `${layer.name}/${weight.name}` })),
  );
  const variables = specs.map((spec, i) =>
    tf.variable(tf.tensor(initial[i] ?? [], [...spec.shape]), spec.trainable, spec.name),
  );
  const trainable = variables.filter((variable) => variable.trainable);
  const optimizer = makeOptimizer(tf, params.optimizer);
  let slots: TensorFlow.Tensor[][] = trainable.map((variable) =>
    Array.from({ length: optimizer.slots }, () => tf.zerosLike(variable)),
  );
  let steps = 0;
  const makeBatch = batchMaker(dataset);
  const shuffle = randomStream(seed, 'train', 'shuffle');
  const dropout = network.layers.map((_, i) => randomStream(seed, 'train', `dropout ${i}`));
  const precision = 'float32';

  function step(
    rows: Int32Array,
    epoch: number,
    number: number,
    learningRate: number,
  ): { loss: number; correct: number } {
    return tf.tidy(() => {
      const batch = makeBatch(rows, { training: true, epoch });
      const x = tf.tensor(batch.x, [rows.length, ...network.input]);
      const moved = new Map<TensorFlow.Variable, TensorFlow.Tensor>();
      let logits: TensorFlow.Tensor | undefined;
      const { value, grads } = tf.variableGrads(() => {
        const out = forward(tf, network, variables, x, {
          precision,
          training: { dropout: (layer) => placeOf(dropout, layer, epoch, number), moved },
        });
        logits = tf.keep(out);
        return crossentropy(tf, out, batch.y);
      }, trainable);
      const loss = value.dataSync()[0] ?? Number.NaN;
      if (!Number.isFinite(loss)) throw lossIsNaN(epoch, number);
      slots = descend(tf, trainable, grads, slots, optimizer, learningRate, ++steps);
      for (const [variable, tensor] of moved) {
        variable.assign(tensor);
        tensor.dispose();
      }
      const correct = logits ? correctOf(logits.dataSync(), batch.y) : 0;
      logits?.dispose();
      return { loss, correct };
    });
  }

  return {
    get steps() {
      return steps;
    },
    epoch: async (epoch, learningRate, onStep) => {
      const order = shuffle
        .at(epoch)
        .permutation(dataset.splits.train.length)
        .map((at) => dataset.splits.train[at] ?? 0);
      const count = Math.ceil(order.length / params.batchSize);
      const sum = { loss: 0, correct: 0, rows: 0 };
      for (let number = 0; number < count; number++) {
        const rows = order.slice(number * params.batchSize, (number + 1) * params.batchSize);
        const { loss, correct } = step(rows, epoch, number + 1, learningRate);
        sum.loss += loss * rows.length;
        sum.correct += correct;
        sum.rows += rows.length;
        await onStep({
          step: number + 1,
          steps: count,
          rows: rows.length,
          loss: sum.loss / sum.rows,
          accuracy: sum.correct / sum.rows,
        });
      }
      return { loss: sum.loss / sum.rows, accuracy: sum.correct / sum.rows };
    },
    validate: () => {
      if (dataset.splits.validation.length === 0) return null;
      const { loss, accuracy } = predict(
        tf,
        network,
        variables,
        dataset,
        dataset.splits.validation,
        256,
        precision,
      );
      return { loss, accuracy };
    },
    weights: () => variables.map(valuesOf),
    optimizerState: () => slots.flat().map(valuesOf),
    restore: (weights, state, done) => {
      for (const [i, variable] of variables.entries())
        tf.tidy(() => variable.assign(tf.tensor(weights[i] ?? [], variable.shape)));
      if (state)
        slots = trainable.map((variable, i) =>
          Array.from({ length: optimizer.slots }, (_, slot) =>
            tf.tensor(state[i * optimizer.slots + slot] ?? [], variable.shape),
          ),
        );
      steps = done;
    },
  };
}

function placeOf(
  streams: readonly RandomStream[],
  layer: number,
  epoch: number,
  step: number,
): ReturnType<RandomStream['words']> {
  const stream = streams[layer];
  if (!stream) throw new Error(`no layer ${layer}`);
  return stream.words(epoch, step);
}

/** Mean over the rows of -log softmax(logits)[label]. */
export function crossentropy(tf: Tf, logits: TensorFlow.Tensor, labels: Int32Array): TensorFlow.Scalar {
  const classes = logits.shape.at(-1) ?? 1;
  const chosen = tf.mul(tf.oneHot(tf.tensor1d(labels, 'int32'), classes), tf.logSoftmax(logits));
  return tf.reshape(tf.neg(tf.mean(tf.sum(chosen, -1))), []);
}

function descend(
  tf: Tf,
  variables: readonly TensorFlow.Variable[],
  gradients: TensorFlow.NamedTensorMap,
  slots: readonly TensorFlow.Tensor[][],
  optimizer: Optimizer,
  rate: number,
  step: number,
): TensorFlow.Tensor[][] {
  return variables.map((variable, i) => {
    const gradient = gradients[variable.name];
    if (!gradient) throw new Error(`${variable.name} has no gradient`);
    const before = slots[i] ?? [];
    const { decrease, state } = optimizer.update(gradient, before, rate, step);
    variable.assign(tf.sub(variable, decrease));
    for (const tensor of before) if (!state.includes(tensor)) tensor.dispose();
    return state.map((tensor) => tf.keep(tensor));
  });
}

export function correctOf(logits: ArrayLike<number>, labels: Int32Array): number {
  const classes = logits.length / labels.length;
  return labels.reduce(
    (count, label, row) => count + Number(argMax(logits, row * classes, classes) === label),
    0,
  );
}

function argMax(values: ArrayLike<number>, from: number, count: number): number {
  let best = 0;
  for (let i = 1; i < count; i++) if ((values[from + i] ?? 0) > (values[from + best] ?? 0)) best = i;
  return best;
}

const valuesOf = (tensor: TensorFlow.Tensor): Float32Array => Float32Array.from(tensor.dataSync());

function lossIsNaN(epoch: number, step: number): Failure {
  return new Failure('loss-is-nan', `the loss became NaN in epoch ${epoch}, step ${step}`, {
    fix: 'a smaller learningRate is the usual cure',
  });
}
