/** Trains by minibatches, epoch by epoch. All that decides the next epoch is weights, the optimizer's state and the step's number. */
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { type OpenDataset, stepsPerEpoch } from '../data/batches.ts';
import { type Feed, openFeed } from '../data/feed.ts';
import { type RandomStream, randomStream } from '../data/random.ts';
import { Failure } from '../diagnostics/diagnostic.ts';
import type { Stages } from '../generated/types.ts';
import { validationBatch } from './cost.ts';
import type { Tf } from './engine.ts';
import { forward, type Pass, variablesOf } from './forward.ts';
import { type Network, outputShape, product } from './graph.ts';
import { type Loss, makeLoss } from './losses.ts';
import { makeOptimizer } from './optimizers.ts';
import { argMax, labelsOf, outputsFrom, score } from './predict.ts';
import type { Rate } from './schedules.ts';
import { makeUpdater, type Updater } from './updater.ts';

export interface Scores {
  readonly loss: number;
  readonly accuracy: number;
}

/** What an epoch has come to: of its first steps, sums over their rows. */
export interface Done {
  readonly step: number;
  readonly loss: number;
  readonly correct: number;
  readonly rows: number;
}

/** Where a training's time went, in milliseconds. */
export interface Spent {
  readonly engine: number;
  readonly data: number;
  readonly between: number;
}

export interface Trainer {
  /** One pass over the training rows, or what is left of it after `done`. */
  epoch(epoch: number, rate: Rate, onStep: (step: StepReport) => Promise<void>, done?: Done): Promise<Scores>;
  /** By the loss that is trained with. Null without validation rows. */
  validate(): Promise<Scores | null>;
  weights(): Promise<Float32Array[]>;
  optimizerState(): Promise<Float32Array[]>;
  /** To be called before the first epoch: the state after `steps` steps. */
  restore(weights: readonly Float32Array[], optimizer: readonly Float32Array[], steps: number): void;
  readonly steps: number;
  readonly stepsPerEpoch: number;
  readonly spent: Spent;
  close(): Promise<void>;
}

export interface StepReport {
  readonly steps: number;
  /** Of this step. */
  readonly rows: number;
  readonly done: Done;
}

const notBegun: Done = { step: 0, loss: 0, correct: 0, rows: 0 };

export const scoresOf = ({ loss, correct, rows }: Done): Scores => ({
  loss: loss / rows,
  accuracy: correct / rows,
});

export function makeTrainer(
  tf: Tf,
  network: Network,
  initial: readonly Float32Array[],
  dataset: OpenDataset,
  params: Stages['train'],
  seed: number,
): Trainer {
  return new MinibatchTrainer(tf, network, initial, dataset, params, seed);
}

class MinibatchTrainer implements Trainer {
  steps = 0;
  readonly stepsPerEpoch: number;
  readonly #tf: Tf;
  readonly #network: Network;
  readonly #dataset: OpenDataset;
  readonly #params: Stages['train'];
  readonly #seed: number;
  readonly #variables: readonly Variable[];
  readonly #trainable: Variable[];
  readonly #updater: Updater;
  readonly #loss: Loss;
  readonly #dropout: readonly RandomStream[];
  #feed: Feed | undefined;
  #validation: Feed | undefined;
  #engine = 0;
  #all = 0;

  constructor(
    tf: Tf,
    network: Network,
    initial: readonly Float32Array[],
    dataset: OpenDataset,
    params: Stages['train'],
    seed: number,
  ) {
    this.#tf = tf;
    this.#network = network;
    this.#dataset = dataset;
    this.#params = params;
    this.#seed = seed;
    this.#variables = variablesOf(tf, network, initial);
    this.#trainable = this.#variables.filter((variable) => variable.trainable);
    this.#updater = makeUpdater(tf, this.#trainable, makeOptimizer(params.optimizer));
    this.#loss = makeLoss(params);
    this.#dropout = network.layers.map((_, i) => randomStream(seed, 'train', `dropout ${i}`));
    this.stepsPerEpoch = stepsPerEpoch({ rows: dataset.splits.train, batchSize: params.batchSize });
  }

  async epoch(
    epoch: number,
    rate: Rate,
    onStep: (step: StepReport) => Promise<void>,
    done: Done = notBegun,
  ): Promise<Scores> {
    const started = performance.now();
    this.#feed ??= openFeed(this.#dataset, this.#plan(epoch, done.step), this.#params.workers);
    let sum = done;
    while (sum.step < this.stepsPerEpoch) {
      const step = sum.step + 1;
      const batch = await this.#feed.next();
      const { loss, correct, rows } = await this.#step(batch, epoch, step, rate(this.steps));
      sum = {
        step,
        loss: sum.loss + loss * rows,
        correct: sum.correct + correct,
        rows: sum.rows + rows,
      };
      await onStep({ steps: this.stepsPerEpoch, rows, done: sum });
    }
    this.#all += performance.now() - started;
    return scoresOf(sum);
  }

  async #step(
    { x, y }: { x: Float32Array; y: Float32Array },
    epoch: number,
    step: number,
    rate: number,
  ): Promise<{ loss: number; correct: number; rows: number }> {
    const started = performance.now();
    const tf = this.#tf;
    const rows = x.length / product(this.#network.input);
    const { value, logits } = tf.tidy(() => this.#learn(x, y, rows, epoch, step, rate));
    const [[loss = Number.NaN], guesses] = await Promise.all([value.data(), logits.data()]);
    tf.dispose([value, logits]);
    this.#engine += performance.now() - started;
    if (!Number.isFinite(loss)) throw lossIsNaN(loss, epoch, step);
    return { loss, correct: correctOf(guesses, y, rows), rows };
  }

  #learn(
    x: Float32Array,
    y: Float32Array,
    rows: number,
    epoch: number,
    step: number,
    rate: number,
  ): { value: Tensor; logits: Tensor } {
    const tf = this.#tf;
    const moved = new Map<Variable, Tensor>();
    const words = (layer: number): { key: number[]; counter: number[] } =>
      wordsAt(this.#dropout, layer, epoch, step);
    const pass: Pass = { precision: this.#params.precision, training: { dropout: words, moved } };
    const input = tf.tensor(x, [rows, ...this.#network.input]);
    const targets = tf.tensor(y, [rows, y.length / rows]);
    let logits: Tensor | undefined;
    const { value, grads } = tf.engine().gradients(() => {
      const out = forward(tf, this.#network, this.#variables, input, pass);
      logits = tf.keep(out);
      return this.#loss(tf, out, targets);
    }, this.#trainable);
    this.#updater.apply(grads, rate, ++this.steps);
    for (const [variable, tensor] of moved) {
      variable.assign(tensor);
      tensor.dispose();
    }
    if (!logits) throw new Error('a step computed');
    return { value, logits };
  }

  async validate(): Promise<Scores | null> {
    const rows = this.#dataset.splits.validation;
    if (rows.length === 0) return null;
    const most = validationBatch(this.#network, this.#params.batchSize);
    const plan = { rows, batchSize: Math.min(most, rows.length), training: null, firstBatch: 0 };
    this.#validation ??= openFeed(this.#dataset, plan, Math.min(1, this.#params.workers));
    const predictor = {
      tf: this.#tf,
      network: this.#network,
      weights: this.#variables,
      precision: this.#params.precision,
    };
    const probabilities = await outputsFrom(predictor, rows.length, this.#validation, this.#tf.softmax);
    const labels = labelsOf(this.#dataset, rows);
    return score(probabilities, labels, product(outputShape(this.#network)), this.#params.labelSmoothing);
  }

  #plan(epoch: number, step: number): Parameters<typeof openFeed>[1] {
    const { batchSize } = this.#params;
    const rows = this.#dataset.splits.train;
    const firstBatch = (epoch - 1) * this.stepsPerEpoch + step;
    return { rows, batchSize, training: { seed: this.#seed }, firstBatch };
  }

  weights(): Promise<Float32Array[]> {
    return Promise.all(this.#variables.map(async (variable) => Float32Array.from(await variable.data())));
  }

  optimizerState(): Promise<Float32Array[]> {
    return this.#updater.state();
  }

  restore(weights: readonly Float32Array[], optimizer: readonly Float32Array[], steps: number): void {
    const tf = this.#tf;
    for (const [i, variable] of this.#variables.entries())
      tf.tidy(() => variable.assign(tf.tensor(Float32Array.from(weights[i] ?? []), variable.shape)));
    this.#updater.restore(optimizer);
    this.steps = steps;
  }

  get spent(): Spent {
    const data = this.#feed?.waited ?? 0;
    return { engine: this.#engine, data, between: this.#all - this.#engine - data };
  }

  async close(): Promise<void> {
    await this.#feed?.close();
    await this.#validation?.close();
  }
}

function wordsAt(
  streams: readonly RandomStream[],
  layer: number,
  epoch: number,
  step: number,
): ReturnType<RandomStream['words']> {
  const stream = streams[layer];
  if (!stream) throw new Error(`no layer ${layer}`);
  return stream.words(epoch, step);
}

/** How many rows have their largest guess where the largest target is. */
export function correctOf(guesses: ArrayLike<number>, targets: ArrayLike<number>, rows: number): number {
  const classes = targets.length / rows;
  let correct = 0;
  for (let row = 0; row < rows; row++)
    correct += Number(argMax(guesses, row * classes, classes) === argMax(targets, row * classes, classes));
  return correct;
}

/** `loss`: NaN or infinite; `step`: null for what shows itself only after an epoch's last one. */
export function lossIsNaN(loss: number, epoch: number, step: number | null): Failure {
  const where = step === null ? `at the end of epoch ${epoch}` : `in epoch ${epoch}, step ${step}`;
  return new Failure('loss-is-nan', `the loss became ${loss} ${where}`, {
    fix: 'a smaller learningRate is the usual cure',
  });
}
