/** What watches the epochs, with Keras 3's semantics. State is plain JSON, kept in checkpoints. */
import type { Stages } from '../generated/types.ts';

export interface EpochMetrics {
  readonly epoch: number;
  readonly learningRate: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly valLoss: number | null;
  readonly valAccuracy: number | null;
}

/** Decided after an epoch. */
export interface Verdict {
  learningRate: number;
  stop: string | null;
  /** This epoch's weights are the best so far. */
  isBest: boolean;
  events: string[];
}

export interface CallbackState {
  best: number | null;
  bestEpoch: number;
  wait: number;
  cooldown: number;
}

type Config = Stages['train']['callbacks'][number];
type Monitored = {
  monitor: 'valLoss' | 'valAccuracy' | 'loss' | 'accuracy';
  mode: 'auto' | 'min' | 'max';
  minDelta: number;
};

export const freshState = (): CallbackState => ({ best: null, bestEpoch: 0, wait: 0, cooldown: 0 });

/** Before an epoch (from 1): a schedule sets the rate. Keras' scheduler sees epochs from 0. */
export function scheduledRate(callbacks: readonly Config[], epoch: number, rate: number): number {
  return callbacks.reduce((value, { learningRateSchedule }) => {
    const exponential = learningRateSchedule?.exponential;
    return exponential && epoch - 1 >= exponential.after ? value * Math.exp(exponential.rate) : value;
  }, rate);
}

/** After an epoch, in the order as written; changes `states` in place. */
export function afterEpoch(
  callbacks: readonly Config[],
  states: readonly CallbackState[],
  metrics: EpochMetrics,
): Verdict {
  const verdict: Verdict = { learningRate: metrics.learningRate, stop: null, isBest: false, events: [] };
  for (const [i, callback] of callbacks.entries()) {
    const state = states[i];
    if (!state) continue;
    if (callback.reduceLROnPlateau) plateau(callback.reduceLROnPlateau, state, metrics, verdict);
    if (callback.earlyStopping) stopping(callback.earlyStopping, state, metrics, verdict);
  }
  return verdict;
}

function improves(config: Monitored, value: number, best: number | null): boolean {
  if (best === null) return true;
  const max = config.mode === 'max' || (config.mode === 'auto' && /accuracy/i.test(config.monitor));
  return max ? value - config.minDelta > best : value + config.minDelta < best;
}

function plateau(
  config: NonNullable<Config['reduceLROnPlateau']>,
  state: CallbackState,
  metrics: EpochMetrics,
  verdict: Verdict,
): void {
  const value = metrics[config.monitor];
  if (value === null) return;
  if (state.cooldown > 0) {
    state.cooldown--;
    state.wait = 0;
  }
  if (improves(config, value, state.best)) {
    state.best = value;
    state.wait = 0;
  } else if (state.cooldown === 0 && ++state.wait >= config.patience) {
    cut(config, state, metrics.epoch, verdict);
  }
}

function cut(
  config: NonNullable<Config['reduceLROnPlateau']>,
  state: CallbackState,
  epoch: number,
  verdict: Verdict,
): void {
  const old = verdict.learningRate;
  if (old <= config.minLearningRate) return;
  verdict.learningRate = Math.max(old * config.factor, config.minLearningRate);
  verdict.events.push(`epoch ${epoch}: learning rate ${old} → ${verdict.learningRate}`);
  state.cooldown = config.cooldown;
  state.wait = 0;
}

function stopping(
  config: NonNullable<Config['earlyStopping']>,
  state: CallbackState,
  metrics: EpochMetrics,
  verdict: Verdict,
): void {
  const value = metrics[config.monitor];
  if (value === null || metrics.epoch - 1 < config.startFromEpoch) return;
  if (state.bestEpoch === 0 && config.restoreBestWeights) verdict.isBest = true;
  state.wait++;
  if (improves(config, value, state.best)) {
    state.best = value;
    state.bestEpoch = metrics.epoch;
    if (config.restoreBestWeights) verdict.isBest = true;
    if (config.baseline === undefined || improves(config, value, config.baseline)) state.wait = 0;
  } else if (state.wait >= config.patience && metrics.epoch > 1) {
    verdict.stop = `${config.monitor} has not improved for ${config.patience} epochs`;
  }
}
