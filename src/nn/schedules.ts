/** Learning rates by step: keras.optimizers.schedules, with epochs for its steps. A new one is a line in `schedules` and in the schema. */
import type { Stages } from '../generated/types.ts';
import { madeOf } from '../stages/json.ts';

type Params = Pick<Stages['train'], 'schedule' | 'epochs'>;
type Schedule = NonNullable<Stages['train']['schedule']>;
type Options = { readonly [K in keyof Schedule]-?: NonNullable<Schedule[K]> };

interface Setting {
  /** The optimizer's. */
  readonly rate: number;
  readonly stepsPerEpoch: number;
  readonly epochs: number;
}
/** The rate of a step; steps count from 0 over the whole training. */
export type Rate = (step: number) => number;

const schedules: { readonly [K in keyof Schedule]-?: (options: Options[K]) => (setting: Setting) => Rate } = {
  constant:
    () =>
    ({ rate }) =>
    () =>
      rate,
  exponential,
  piecewise,
  cosine,
};

/** Null where the params have no schedule. Rates are float32, as in Keras. */
export function scheduleOf({ schedule, epochs }: Params, rate: number, stepsPerEpoch: number): Rate | null {
  if (!schedule) return null;
  const made = madeOf<Schedule, (setting: Setting) => Rate>(schedules, schedule);
  const rateAt = made({ rate, stepsPerEpoch, epochs });
  return (step) => Math.fround(rateAt(step));
}

/** Does the rate of an early epoch depend on how many there will be? Then no shorter training is the start of a longer one. */
export function needsHorizon({ schedule }: Pick<Params, 'schedule'>): boolean {
  return schedule?.cosine !== undefined && schedule.cosine.epochs === undefined;
}

/** ExponentialDecay: rate · decay^(step / steps), in whole powers with `staircase`. */
function exponential({ decay, epochs, staircase }: Options['exponential']): (setting: Setting) => Rate {
  return ({ rate, stepsPerEpoch }) =>
    (step) => {
      const power = step / (epochs * stepsPerEpoch);
      return rate * decay ** (staircase ? Math.floor(power) : power);
    };
}

/** PiecewiseConstantDecay: a boundary's own step still has the value before it. */
function piecewise({ boundaries, values }: Options['piecewise']): (setting: Setting) => Rate {
  return ({ stepsPerEpoch }) =>
    (step) => {
      const passed = boundaries.filter((epoch) => step > epoch * stepsPerEpoch).length;
      return values[passed] ?? 0;
    };
}

/** CosineDecay (Loshchilov, Hutter 2016) with a linear warm-up from `warmUpFrom` to the optimizer's rate. */
function cosine({ warmUp, warmUpFrom, epochs, alpha }: Options['cosine']): (setting: Setting) => Rate {
  return ({ rate, stepsPerEpoch, ...setting }) => {
    const warmUpSteps = warmUp * stepsPerEpoch;
    const decaySteps = (epochs ?? Math.max(1, setting.epochs - warmUp)) * stepsPerEpoch;
    return (step) => {
      if (step < warmUpSteps) return ((rate - warmUpFrom) * step) / warmUpSteps + warmUpFrom;
      const done = Math.min(step - warmUpSteps, decaySteps) / decaySteps;
      return rate * ((1 - alpha) * 0.5 * (1 + Math.cos(Math.PI * done)) + alpha);
    };
  };
}
