/** Batch normalization while training (Ioffe, Szegedy 2015), statistics over all axes but the last. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tf } from '../engine.ts';
import { only, runKernel, runOne, upstream } from './kernel.ts';

export interface Normalized {
  readonly y: Tensor;
  /** Of the batch, [channels]; the variance is biased, as in Keras. */
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/** x [..., channels], gamma and beta [channels]. */
export function normalizeBatch(tf: Tf, x: Tensor, gamma: Tensor, beta: Tensor, epsilon: number): Normalized {
  const [y, mean, variance] = runKernel(tf, 'BatchNormTraining', { x, gamma, beta }, { epsilon });
  return { y: only(y), mean: only(mean), variance: only(variance) };
}

/** moving·momentum + batch·(1 - momentum), as in Keras. */
export function movingAverage(tf: Tf, moving: Tensor, batch: Tensor, momentum: number): Tensor {
  return runOne(tf, 'MovingAverage', { moving, batch }, { momentum });
}

export interface Statistics {
  readonly gamma: Tensor;
  readonly beta: Tensor;
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/** With given statistics; only x has a gradient, as in a layer that is frozen. */
export function normalizeBy(tf: Tf, x: Tensor, statistics: Statistics, epsilon: number): Tensor {
  return runOne(tf, 'BatchNormInference', { x, ...statistics }, { epsilon });
}

export function registerBatchNorm(tf: Tf): void {
  tf.registerGradient({
    kernelName: 'BatchNormInference',
    inputsToSave: ['x', 'gamma', 'mean', 'variance'],
    gradFunc: (dys, [x, gamma, mean, variance], attrs) => {
      if (!x || !gamma || !mean || !variance) throw new Error('batchNorm saved four tensors');
      const inputs = { dy: upstream(dys), x, gamma, mean, variance };
      return { x: () => runOne(tf, 'BatchNormInferenceGrad', inputs, attrs) };
    },
  });
  tf.registerGradient({
    kernelName: 'BatchNormTraining',
    inputsToSave: ['x', 'gamma'],
    // Whatever an engine's kernel makes beyond mean and variance is for its own gradient.
    outputsToSave: [false, true, true, true, true],
    gradFunc: (dys, [x, gamma, mean, variance, ...own], attrs) => {
      if (!x || !gamma || !mean || !variance) throw new Error('batchNorm saved four tensors');
      const extra = Object.fromEntries(own.map((tensor, i) => [`own${i}`, tensor]));
      const inputs = { x, dy: upstream(dys), gamma, mean, variance, ...extra };
      const [dx, dGamma, dBeta] = runKernel(tf, 'BatchNormTrainingGrad', inputs, attrs);
      return { x: () => only(dx), gamma: () => only(dGamma), beta: () => only(dBeta) };
    },
  });
}
