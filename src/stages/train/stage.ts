import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type OpenDataset, openDataset } from '../../data/batches.ts';
import { Failure } from '../../diagnostics/diagnostic.ts';
import type { Stages } from '../../generated/types.ts';
import {
  afterEpoch,
  type CallbackState,
  type EpochMetrics,
  freshState,
  scheduledRate,
} from '../../nn/callbacks.ts';
import { openEngine } from '../../nn/engine.ts';
import { bytesOf, type Model, readModel, splitWeights, writeModel } from '../../nn/format.ts';
import { type Frozen, freezeLayers, learns, nothingLearns, unmatched } from '../../nn/freeze.ts';
import { lastActivation, type Network, product } from '../../nn/graph.ts';
import { hasBfloat16 } from '../../nn/kernels.ts';
import { learningRateOf } from '../../nn/optimizers.ts';
import { writePreprocessing } from '../../nn/preprocessing.ts';
import { rehearse } from '../../nn/rehearse.ts';
import { type Rate, scheduleOf } from '../../nn/schedules.ts';
import {
  type Done,
  lossIsNaN,
  makeTrainer,
  type Spent,
  type StepReport,
  scoresOf,
  type Trainer,
} from '../../nn/trainer.ts';
import type { RunStage, StageContext } from '../context.ts';
import { requireClasses, requireFit } from '../fit.ts';
import type { ParamProblem } from '../kind.ts';
import { paramsOf } from '../params.ts';
import { blindCallbacks, lossAgainst } from './options.ts';

/** What, with the weights and the optimizer's state, decides the next epoch. */
interface State {
  readonly version: 2;
  learningRate: number;
  steps: number;
  /** Of the epoch that was stopped in the midst. */
  begun: Done | null;
  callbacks: CallbackState[];
  history: EpochMetrics[];
  events: string[];
  bestEpoch: number;
  stopped: string | null;
}

export const run: RunStage = async (context) => {
  const params = paramsOf('train', context.params);
  const given = readModel(context.input('model').files);
  const model = { ...given, network: frozenNetwork(given.network, params) };
  const dataset = await openDataset(context.input('data').files);
  if (params.batchSize > dataset.splits.train.length)
    throw new Failure(
      'batch-too-large',
      `batchSize is ${params.batchSize}, the data has ${dataset.splits.train.length} training rows`,
      { fix: 'lower batchSize' },
    );
  requireFit(model.network, dataset.file);
  requireClasses(model.network, dataset.file);
  const [wrong] = [
    ...lossAgainst(lastActivation(model.network), params),
    ...(dataset.splits.validation.length === 0 ? blindCallbacks(params) : []),
  ];
  if (wrong) throw failureOf(wrong);
  const tf = await openEngine(context.engine);
  if (params.precision === 'mixedBfloat16' && !hasBfloat16(tf))
    throw new Failure('precision-unsupported', `the engine ${context.engine?.name} has no bfloat16 here`, {
      fix: 'use precision: float32',
    });
  rehearse(tf, model.network, true);
  const trainer = makeTrainer(tf, model.network, model.weights, dataset, params, context.seed);
  const training = new Training(context, params, model, trainer);
  await training.run();
  await trainer.close();
  return finish(context, params, model, dataset, training);
};

function frozenNetwork(network: Network, params: Frozen): Network {
  const [wrong] = unmatched(network, params);
  if (wrong) throw failureOf(wrong);
  const frozen = freezeLayers(network, params);
  if (!learns(frozen)) throw new Failure('nothing-to-do', nothingLearns, { fix: 'freeze fewer layers' });
  return frozen;
}

const failureOf = ({ code, message, fix }: ParamProblem): Failure =>
  new Failure(code, message, fix === undefined ? {} : { fix });

class Training {
  best: Float32Array[] | null = null;
  state: State;
  readonly trainer: Trainer;
  readonly #context: StageContext;
  readonly #params: Stages['train'];
  readonly #model: Model;
  readonly #schedule: Rate | null;

  constructor(context: StageContext, params: Stages['train'], model: Model, trainer: Trainer) {
    this.#context = context;
    this.#params = params;
    this.#model = model;
    this.trainer = trainer;
    const learningRate = learningRateOf(params.optimizer);
    this.#schedule = scheduleOf(params, learningRate, trainer.stepsPerEpoch);
    this.state = {
      version: 2,
      learningRate,
      steps: 0,
      begun: null,
      callbacks: params.callbacks.map(freshState),
      history: [],
      events: [],
      bestEpoch: 0,
      stopped: null,
    };
  }

  async run(): Promise<void> {
    this.#continue();
    while (this.state.history.length < this.#params.epochs && this.state.stopped === null)
      await this.#epoch(this.state.history.length + 1);
  }

  async #epoch(epoch: number): Promise<void> {
    const set = scheduledRate(this.#params.callbacks, epoch, this.state.learningRate);
    const rate: Rate = this.#schedule ?? (() => set);
    const { begun } = this.state;
    this.state.begun = null;
    const { loss, accuracy } = await this.trainer.epoch(
      epoch,
      rate,
      this.#reporter(epoch),
      begun ?? undefined,
    );
    const validated = await this.trainer.validate();
    const weights = await this.trainer.weights();
    // A step sees what the one before it has made; what the last one has made would be seen by nobody.
    const reached = weights.every(areFinite) ? (validated?.loss ?? 0) : Number.NaN;
    if (!Number.isFinite(reached)) throw lossIsNaN(reached, epoch, null);
    const metrics: EpochMetrics = {
      epoch,
      learningRate: rate(this.trainer.steps - 1),
      loss,
      accuracy,
      valLoss: validated?.loss ?? null,
      valAccuracy: validated?.accuracy ?? null,
    };
    const verdict = afterEpoch(this.#params.callbacks, this.state.callbacks, metrics, set);
    this.state.learningRate = verdict.learningRate;
    this.state.history.push(metrics);
    this.state.events.push(...verdict.events);
    if (verdict.isBest) {
      this.best = weights;
      this.state.bestEpoch = epoch;
    }
    this.state.stopped = verdict.stop;
    await this.#save(epoch, weights);
  }

  /** `epochs`: how many are done; between two, a fraction. */
  async #save(epochs: number, weights: readonly Float32Array[]): Promise<void> {
    this.state.steps = this.trainer.steps;
    const folder = join(this.#context.scratch, `epoch-${epochs}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'weights.bin'), bytesOf(weights));
    writeFileSync(join(folder, 'optimizer.bin'), bytesOf(await this.trainer.optimizerState()));
    if (this.best) writeFileSync(join(folder, 'best.bin'), bytesOf(this.best));
    writeFileSync(join(folder, 'state.json'), JSON.stringify(this.state));
    this.#context.checkpoints.save(epochs, folder);
  }

  #continue(): void {
    const latest = this.#context.checkpoints.latest;
    if (!latest) return;
    const read = (name: string): Buffer => readFileSync(latest.files[name] ?? '');
    const state: State = JSON.parse(read('state.json').toString());
    if (state.version !== 2) return;
    this.state = state;
    const { network } = this.#model;
    const sizes = network.layers
      .flatMap((layer) => layer.weights)
      .filter((weight) => weight.trainable)
      .map(({ shape }) => product(shape));
    this.trainer.restore(
      splitWeights(network, read('weights.bin')),
      splitSlots(read('optimizer.bin'), sizes),
      state.steps,
    );
    if (latest.files['best.bin'] !== undefined) this.best = splitWeights(network, read('best.bin'));
    this.#context.log(`continues after ${shownEpochs(latest.epoch)} epochs`);
  }

  /** Tells at most five times a second, and lets messages through between steps: one may ask to stop. */
  #reporter(epoch: number): (step: StepReport) => Promise<void> {
    const started = performance.now();
    let rows = 0;
    let last = 0;
    return async (step) => {
      rows += step.rows;
      const now = performance.now();
      const { done, steps } = step;
      if (now - last < 200 && done.step < steps) return;
      last = now;
      const val = this.state.history.at(-1)?.valAccuracy;
      const { loss, accuracy } = scoresOf(done);
      const show = {
        'img/s': (rows / ((now - started) / 1000)).toFixed(0),
        loss: loss.toFixed(2),
        acc: percent(accuracy),
        ...(val == null ? {} : { val: percent(val) }),
      };
      const epochs = epoch - 1 + done.step / steps;
      this.#context.progress({ unit: 'epoch', done: epochs, total: this.#params.epochs, show });
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (this.#context.signal.aborted) await this.#stop(epochs, done, steps);
    };
  }

  /** After an epoch's last step its end is near: it is waited for. */
  async #stop(epochs: number, done: Done, steps: number): Promise<void> {
    if (done.step === steps) return;
    this.state.begun = done;
    await this.#save(epochs, await this.trainer.weights());
    throw new Failure('interrupted', `stopped after ${shownEpochs(epochs)} epochs`);
  }
}

const areFinite = (values: Float32Array): boolean => values.every(Number.isFinite);

/** Each weight has the same number of slots, one after the other. */
function splitSlots(bytes: Buffer, sizes: readonly number[]): Float32Array[] {
  const all = new Float32Array(new Uint8Array(bytes).buffer);
  const slots = all.length / sizes.reduce((sum, size) => sum + size, 0);
  let at = 0;
  return sizes.flatMap((size) =>
    Array.from({ length: slots }, () => {
      at += size;
      return all.slice(at - size, at);
    }),
  );
}

async function finish(
  context: StageContext,
  params: Stages['train'],
  model: Model,
  dataset: OpenDataset,
  { state, best, trainer }: Training,
): ReturnType<RunStage> {
  const weights = best ?? (await trainer.weights());
  writeModel(context.outDir('trained'), { network: model.network, weights });
  writePreprocessing(context.outDir('trained'), dataset.file);
  const kept = best ? state.bestEpoch : state.history.length;
  const stopped = state.stopped === null ? null : { epoch: state.history.length, reason: state.stopped };
  writeFileSync(
    join(context.outDir('history'), 'history.json'),
    `${JSON.stringify({ version: 1, epochs: state.history, stopped, keptEpoch: kept, events: state.events }, null, 2)}\n`,
  );
  const metrics = state.history[kept - 1];
  if (!metrics) throw new Error('a training has an epoch');
  const { loss, accuracy, valLoss, valAccuracy } = metrics;
  const values = {
    loss,
    accuracy,
    ...(valLoss === null ? {} : { valLoss }),
    ...(valAccuracy === null ? {} : { valAccuracy }),
    epochs: state.history.length,
  };
  const on = dataset.file.testAs === undefined ? '' : ' on the test rows';
  const val = valAccuracy === null ? '' : ` · val ${percent(valAccuracy)}${on}`;
  return {
    summary: `${state.history.length} of ${params.epochs} epochs · loss ${loss.toFixed(2)} · acc ${percent(accuracy)}${val}`,
    values,
    facts: { keptEpoch: kept, stopped: state.stopped },
    timing: shares(trainer.spent),
  };
}

/** Of the time in epochs, without validation: engine, waiting for batches, what lies between steps. */
function shares(spent: Spent): { [part: string]: number } {
  const all = spent.engine + spent.data + spent.between;
  const share = (part: number): number => Math.round((part / Math.max(all, 1e-9)) * 1e4) / 1e4;
  return { engine: share(spent.engine), data: share(spent.data), between: share(spent.between) };
}

/** `7`, `7.4`. */
const shownEpochs = (epochs: number): string => String(Number(epochs.toFixed(1)));

const percent = (part: number): string => `${(part * 100).toFixed(1)}%`;
