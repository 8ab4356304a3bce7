/** Applies an optimizer to variables. Its state is one array a slot, in the order of the variables, kept in checkpoints. */
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { Tf } from './engine.ts';
import { isNative } from './native/backend.ts';
import { nativeUpdater } from './native/updater.ts';
import { clipGradients, type Optimizer } from './optimizers.ts';

export interface Updater {
  /** One gradient a variable; `step` counts from 1. */
  apply(gradients: readonly Tensor[], rate: number, step: number): void;
  state(): Promise<Float32Array[]>;
  restore(state: readonly Float32Array[]): void;
}

export function makeUpdater(tf: Tf, variables: readonly Variable[], optimizer: Optimizer): Updater {
  const backend: unknown = tf.backend();
  const updater = isNative(backend)
    ? nativeUpdater(tf, backend, variables, optimizer)
    : tensorUpdater(tf, variables, optimizer);
  return {
    ...updater,
    apply: (gradients, rate, step) =>
      tf.tidy(() => updater.apply(clipGradients(tf, gradients, optimizer.clip), rate, step)),
  };
}

function tensorUpdater(tf: Tf, variables: readonly Variable[], { rule, weightDecay }: Optimizer): Updater {
  let slots: Tensor[][] = variables.map((variable) =>
    Array.from({ length: rule.slots }, () => tf.keep(tf.zerosLike(variable))),
  );
  const applyOne = (
    variable: Variable,
    gradient: Tensor,
    before: Tensor[],
    rate: number,
    step: number,
  ): Tensor[] => {
    if (weightDecay > 0) variable.assign(tf.sub(variable, tf.mul(variable, weightDecay * rate)));
    const { decrease, state } = rule.update(tf, gradient, before, rate, step);
    variable.assign(tf.sub(variable, decrease));
    tf.dispose(before);
    return state.map((tensor) => tf.keep(tensor));
  };
  return {
    apply: (gradients, rate, step) => {
      slots = variables.map((variable, i) => {
        const gradient = gradients[i];
        if (!gradient) throw new Error(`${variable.name} has no gradient`);
        return applyOne(variable, gradient, slots[i] ?? [], rate, step);
      });
    },
    state: () => Promise.all(slots.flat().map(async (tensor) => Float32Array.from(await tensor.data()))),
    restore: (state) => {
      tf.dispose(slots.flat());
      slots = variables.map((variable, i) =>
        Array.from({ length: rule.slots }, (_, slot) =>
          tf.keep(tf.tensor(state[i * rule.slots + slot] ?? [], variable.shape)),
        ),
      );
    },
  };
}
