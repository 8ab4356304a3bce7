/**
 * What watches the epochs, with Keras 3's semantics to the letter: learning rates are float32, and so are comparisons of
 * what is monitored. State is plain JSON, kept in checkpoints.
 */
import type { Stages } from '../generated/types.ts';

export interface EpochMetrics {
  readonly epoch: number;
  /** What the epoch's last step trained with. */
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
  wait: number;
  cooldown: number;
}

type Config = Stages['train']['callbacks'][number];
type Plateau = NonNullable<Config['reduceLROnPlateau']>;
type Stopping = NonNullable<Config['earlyStopping']>;
type Monitored = {
  monitor: 'valLoss' | 'valAccuracy' | 'loss' | 'accuracy';
  mode: 'auto' | 'min' | 'max';
  minDelta: number;
};

export const freshState = (): CallbackState => ({ best: null, wait: 0, cooldown: 0 });

/** Before an epoch (from 1), in the order as written: Keras' LearningRateScheduler, whose epochs count from 0. */
export function scheduledRate(callbacks: readonly Config[], epoch: number, rate: number): number {
  return callbacks.reduce((value, { learningRateSchedule }) => {
    const exponential = learningRateSchedule?.exponential;
    return exponential && epoch - 1 >= exponential.after
      ? Math.fround(value * Math.exp(exponential.rate))
      : value;
  }, Math.fround(rate));
}

/** After an epoch, in the order as written; changes `states` in place. `rate` is the rate that callbacks see and cut. */
export function afterEpoch(
  callbacks: readonly Config[],
  states: readonly CallbackState[],
  metrics: EpochMetrics,
  rate: number,
): Verdict {
  const verdict: Verdict = { learningRate: rate, stop: null, isBest: false, events: [] };
  const restoring = callbacks.findLastIndex(({ earlyStopping }) => earlyStopping?.restoreBestWeights);
  for (const [i, callback] of callbacks.entries()) {
    const state = states[i];
    if (!state) continue;
    if (callback.reduceLROnPlateau) plateau(callback.reduceLROnPlateau, state, metrics, verdict);
    if (callback.earlyStopping) {
      const best = stopping(callback.earlyStopping, state, metrics, verdict);
      // Where several restore, the last one's weights are those that stay.
      if (i === restoring) verdict.isBest = best;
    }
  }
  return verdict;
}

/** Keras subtracts in float64 and compares in float32. */
function improves(config: Monitored, value: number, best: number | null): boolean {
  if (best === null) return true;
  const max = config.mode === 'max' || (config.mode === 'auto' && /accuracy/i.test(config.monitor));
  return max
    ? Math.fround(value - config.minDelta) > Math.fround(best)
    : Math.fround(value + config.minDelta) < Math.fround(best);
}

function plateau(config: Plateau, state: CallbackState, metrics: EpochMetrics, verdict: Verdict): void {
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

function cut(config: Plateau, state: CallbackState, epoch: number, verdict: Verdict): void {
  const old = verdict.learningRate;
  if (old <= Math.fround(config.minLearningRate)) return;
  verdict.learningRate = Math.fround(Math.max(old * config.factor, config.minLearningRate));
  verdict.events.push(`epoch ${epoch}: learning rate ${shortly(old)} → ${shortly(verdict.learningRate)}`);
  state.cooldown = config.cooldown;
  state.wait = 0;
}

/** Without the digits that float32 does not hold: 0.0005, not 0.0005000000237487257. */
const shortly = (rate: number): string => String(Number(rate.toPrecision(7)));

/** Are these weights the best so far, for one that restores them? */
function stopping(config: Stopping, state: CallbackState, metrics: EpochMetrics, verdict: Verdict): boolean {
  const value = metrics[config.monitor];
  if (value === null || metrics.epoch - 1 < config.startFromEpoch) return false;
  state.wait++;
  if (improves(config, value, state.best)) {
    state.best = value;
    if (config.baseline === undefined || improves(config, value, config.baseline)) state.wait = 0;
    return true;
  }
  if (state.wait >= config.patience && metrics.epoch > 1) {
    verdict.stop = `${config.monitor} has not improved for ${config.patience} epochs`;
  }
  return false;
}
