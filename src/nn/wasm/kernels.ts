/** What the WebAssembly backend lacks for training, or does slowly or wrong. */
import type { KernelFunc } from '@tensorflow/tfjs-core';
import type { Tf } from '../engine.ts';
import { replaceKernel } from '../ops/kernel.ts';
import { batchNormInference, batchNormTraining, batchNormTrainingGrad } from './batch-norm.ts';
import { filterGradientKernel, inputGradientKernel } from './convolution-gradients.ts';
import { maxPoolGradient } from './max-pooling.ts';
import { withPlainPadding } from './padding.ts';
import { reluGradient } from './relu-gradient.ts';
import { sumKernel } from './sum.ts';

export const wasmKernels: { readonly [name: string]: KernelFunc } = {
  BatchNormTraining: batchNormTraining,
  BatchNormTrainingGrad: batchNormTrainingGrad,
  BatchNormInference: batchNormInference,
  MaxPoolTrainingGrad: maxPoolGradient,
  ReluGrad: reluGradient,
};

const convolutions = ['Conv2D', 'FusedConv2D', 'DepthwiseConv2dNative', 'FusedDepthwiseConv2D'];

/** TensorFlow.js' own operations, which those of ops/ are composed of. */
export function mendShippedKernels(tf: Tf): void {
  tf.registerKernel(filterGradientKernel(tf));
  replaceKernel(tf, 'Conv2DBackpropInput', (shipped) => inputGradientKernel(tf, shipped));
  replaceKernel(tf, 'Sum', sumKernel);
  for (const name of convolutions) replaceKernel(tf, name, withPlainPadding);
}
