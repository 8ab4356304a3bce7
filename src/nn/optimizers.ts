/**
 * Optimizers with Keras 3's formulas and defaults. A new one is a line in `optimizers`, its rule, and its params in the schema. Learning
 * rates are float32, as in Keras.
 */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Stages } from '../generated/types.ts';
import { madeOf } from '../stages/json.ts';
import type { Tf } from './engine.ts';

type Configs = { [K in keyof Stages['train']['optimizer']]-?: NonNullable<Stages['train']['optimizer'][K]> };
type Config = Configs[keyof Configs];

export interface Rule {
  /** State tensors a weight. */
  readonly slots: number;
  /** What a weight loses, and its new state; `step` counts from 1. */
  update(
    tf: Tf,
    gradient: Tensor,
    state: readonly Tensor[],
    rate: number,
    step: number,
  ): { decrease: Tensor; state: Tensor[] };
  /** The same as one operation of TensorFlow: weight, slots, `before`, gradient, `after` are its inputs. */
  fused(
    rate: number,
    step: number,
  ): { op: string; before: number[]; after: number[]; flags: { [name: string]: boolean } };
}

export interface Optimizer {
  readonly rule: Rule;
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly clip: Clip;
}

export interface Clip {
  readonly norm?: number | undefined;
  readonly value?: number | undefined;
  readonly globalNorm?: number | undefined;
}

const optimizers: { readonly [K in keyof Configs]: (config: Configs[K]) => Optimizer } = {
  sgd: (config) => optimizer(config, sgd(config)),
  rmsprop: (config) => optimizer(config, rmsprop(config)),
  adam: (config) => optimizer(config, adam(config)),
  adamw: (config) => optimizer(config, adam(config)),
};

export const makeOptimizer = (config: Stages['train']['optimizer']): Optimizer => madeOf(optimizers, config);

export const learningRateOf = (config: Stages['train']['optimizer']): number =>
  makeOptimizer(config).learningRate;

function optimizer(config: Config, rule: Rule): Optimizer {
  const { learningRate, weightDecay, clipNorm, clipValue, globalClipNorm } = config;
  const clip = { norm: clipNorm, value: clipValue, globalNorm: globalClipNorm };
  return { rule, learningRate: Math.fround(learningRate), weightDecay, clip };
}

/** Before the rule: gradients clipped one by one to a norm or a value, or all together to a norm. */
export function clipGradients(tf: Tf, gradients: readonly Tensor[], clip: Clip): readonly Tensor[] {
  const { norm, value, globalNorm } = clip;
  if (norm !== undefined)
    return gradients.map((gradient) =>
      tf.tidy(() => shrink(tf, gradient, tf.sum(tf.square(gradient)), norm)),
    );
  if (value !== undefined) return gradients.map((gradient) => tf.clipByValue(gradient, -value, value));
  if (globalNorm === undefined) return gradients;
  return tf.tidy(() => {
    const square = tf.addN(gradients.map((gradient) => tf.sum(tf.square(gradient))));
    return gradients.map((gradient) => shrink(tf, gradient, square, globalNorm));
  });
}

const shrink = (tf: Tf, gradient: Tensor, square: Tensor, norm: number): Tensor =>
  tf.mul(gradient, tf.div(norm, tf.maximum(tf.sqrt(square), norm)));

function sgd({ momentum, nesterov }: Configs['sgd']): Rule {
  return {
    slots: momentum > 0 ? 1 : 0,
    update: (tf, gradient, [velocity], rate) => {
      const step = tf.mul(gradient, rate);
      if (!velocity) return { decrease: step, state: [] };
      // Keras' velocity is what is added: the negative of what is lost.
      const moved = tf.sub(tf.mul(velocity, momentum), step);
      const added = nesterov ? tf.sub(tf.mul(moved, momentum), step) : moved;
      return { decrease: tf.neg(added), state: [moved] };
    },
    fused: (rate) =>
      momentum > 0
        ? {
            op: 'ResourceApplyKerasMomentum',
            before: [rate],
            after: [momentum],
            flags: { use_nesterov: nesterov },
          }
        : { op: 'ResourceApplyGradientDescent', before: [rate], after: [], flags: {} },
  };
}

function rmsprop({ rho, momentum, epsilon }: Configs['rmsprop']): Rule {
  return {
    slots: 2,
    update: (tf, gradient, [square, velocity], rate) => {
      if (!square || !velocity) throw new Error('rmsprop has two slots');
      const mean = tf.add(tf.mul(square, rho), tf.mul(tf.square(gradient), 1 - rho));
      const step = tf.mul(tf.mul(gradient, tf.rsqrt(tf.add(mean, epsilon))), rate);
      const moved = momentum > 0 ? tf.add(tf.mul(velocity, momentum), step) : step;
      return { decrease: moved, state: [mean, moved] };
    },
    fused: (rate) => ({
      op: 'ResourceApplyRMSProp',
      before: [rate, rho, momentum, epsilon],
      after: [],
      flags: {},
    }),
  };
}

/** With decoupled weight decay (Loshchilov, Hutter 2019), which is done before any rule, this is AdamW. */
function adam({ beta1, beta2, epsilon }: Configs['adam'] | Configs['adamw']): Rule {
  return {
    slots: 2,
    update: (tf, gradient, [mean, square], rate, step) => {
      if (!mean || !square) throw new Error('adam has two slots');
      const first = tf.add(tf.mul(mean, beta1), tf.mul(gradient, 1 - beta1));
      const second = tf.add(tf.mul(square, beta2), tf.mul(tf.square(gradient), 1 - beta2));
      const alpha = (rate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step);
      const decrease = tf.mul(tf.div(first, tf.add(tf.sqrt(second), epsilon)), alpha);
      return { decrease, state: [first, second] };
    },
    fused: (rate, step) => ({
      op: 'ResourceApplyAdam',
      before: [beta1 ** step, beta2 ** step, rate, beta1, beta2, epsilon],
      after: [],
      flags: { use_nesterov: false },
    }),
  };
}
