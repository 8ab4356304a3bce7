/** Convolution with bias and ReLU in one operation, and its gradients. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tf } from '../engine.ts';
import { only, type Precision, runKernel, runOne, upstream } from './kernel.ts';

export interface ConvolutionAttrs {
  readonly strides: number;
  readonly pad: 'same' | 'valid';
  readonly relu: boolean;
  readonly precision: Precision;
}

/** What the gradients know besides: shapes, since a gradient's inputs don't tell them. */
export interface ConvolutionGradAttrs extends ConvolutionAttrs {
  readonly inputShape: readonly number[];
  readonly filterShape: readonly number[];
}

/** x [rows, height, width, in], filter [height, width, in, out], bias [out] → [rows, …, out]. */
export function convolve(
  tf: Tf,
  x: Tensor,
  filter: Tensor,
  bias: Tensor | undefined,
  attrs: ConvolutionAttrs,
): Tensor {
  return runOne(tf, 'Convolution', { x, filter, ...(bias ? { bias } : {}) }, attrs);
}

export function registerConvolution(tf: Tf): void {
  tf.registerGradient({
    kernelName: 'Convolution',
    inputsToSave: ['x', 'filter'],
    outputsToSave: [true],
    gradFunc: (dys, [x, filter, y], attrs) => {
      if (!x || !filter || !y) throw new Error('a convolution saved three tensors');
      const dy = attrs.relu === true ? runOne(tf, 'ReluGrad', { dy: upstream(dys), y }) : upstream(dys);
      const shapes = { ...attrs, inputShape: x.shape, filterShape: filter.shape };
      const [dFilter, dBias] = runKernel(tf, 'ConvolutionWeightsGrad', { x, dy }, shapes);
      return {
        // Asked for only where something before it learns: the first layer's is never computed.
        x: () => runOne(tf, 'ConvolutionInputGrad', { dy, filter, like: x }, shapes),
        filter: () => only(dFilter),
        bias: () => only(dBias),
      };
    },
  });
}
