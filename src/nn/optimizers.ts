/** Optimizers with Keras 3's formulas. State is one list of tensors, in the order of the weights, kept in checkpoints. */
import type * as TensorFlow from '@tensorflow/tfjs-core';
import type { Stages } from '../generated/types.ts';
import type { Tf } from './engine.ts';

export interface Optimizer {
  readonly learningRate: number;
  /** State tensors a weight. */
  readonly slots: number;
  /** What a weight loses, and its new state; `step` counts from 1. */
  update(
    gradient: TensorFlow.Tensor,
    state: readonly TensorFlow.Tensor[],
    learningRate: number,
    step: number,
  ): { decrease: TensorFlow.Tensor; state: TensorFlow.Tensor[] };
}

export function makeOptimizer(tf: Tf, config: Stages['train']['optimizer']): Optimizer {
  if (config.sgd) return sgd(tf, config.sgd);
  if (config.adam) return adam(tf, config.adam);
  if (config.rmsprop) return rmsprop(tf, config.rmsprop);
  throw new Error('unchecked optimizer');
}

type Config<K extends keyof Stages['train']['optimizer']> = NonNullable<Stages['train']['optimizer'][K]>;

function sgd(tf: Tf, { learningRate, momentum, nesterov }: Config<'sgd'>): Optimizer {
  return {
    learningRate,
    slots: 1,
    update: (gradient, [velocity = tf.zerosLike(gradient)], rate) => {
      const moved = tf.add(tf.mul(velocity, momentum), tf.mul(gradient, rate));
      return {
        decrease: nesterov ? tf.add(tf.mul(moved, momentum), tf.mul(gradient, rate)) : moved,
        state: [moved],
      };
    },
  };
}

function rmsprop(tf: Tf, { learningRate, rho, momentum, epsilon }: Config<'rmsprop'>): Optimizer {
  return {
    learningRate,
    slots: 2,
    update: (gradient, [square = tf.zerosLike(gradient), velocity = tf.zerosLike(gradient)], rate) => {
      const mean = tf.add(tf.mul(square, rho), tf.mul(tf.square(gradient), 1 - rho));
      const step = tf.mul(tf.mul(gradient, tf.rsqrt(tf.add(mean, epsilon))), rate);
      const moved = momentum > 0 ? tf.add(tf.mul(velocity, momentum), step) : velocity;
      return { decrease: momentum > 0 ? moved : step, state: [mean, moved] };
    },
  };
}

function adam(tf: Tf, { learningRate, beta1, beta2, epsilon }: Config<'adam'>): Optimizer {
  return {
    learningRate,
    slots: 2,
    update: (gradient, [mean = tf.zerosLike(gradient), square = tf.zerosLike(gradient)], rate, step) => {
      const first = tf.add(tf.mul(mean, beta1), tf.mul(gradient, 1 - beta1));
      const second = tf.add(tf.mul(square, beta2), tf.mul(tf.square(gradient), 1 - beta2));
      const alpha = (rate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step);
      return {
        decrease: tf.mul(tf.div(first, tf.add(tf.sqrt(second), epsilon)), alpha),
        state: [first, second],
      };
    },
  };
}
