/** What the WebAssembly backend lacks for training, or does slowly. */
import type { KernelFunc } from '@tensorflow/tfjs-core';
import type { Tf } from '../engine.ts';
import { replaceKernel } from '../ops/kernel.ts';
import { batchNormInference, batchNormTraining, batchNormTrainingGrad } from './batch-norm.ts';
import { filterGradientKernel, inputGradientKernel } from './convolution-gradients.ts';
import { reluGradient } from './relu-gradient.ts';
import { sumKernel } from './sum.ts';

export const wasmKernels: { readonly [name: string]: KernelFunc } = {
  BatchNormTraining: batchNormTraining,
  BatchNormTrainingGrad: batchNormTrainingGrad,
  BatchNormInference: batchNormInference,
  ReluGrad: reluGradient,
};

/** TensorFlow.js' own operations, which those of ops/ are composed of. */
export function mendShippedKernels(tf: Tf): void {
  tf.registerKernel(filterGradientKernel(tf));
  replaceKernel(tf, 'Conv2DBackpropInput', (shipped) => inputGradientKernel(tf, shipped));
  replaceKernel(tf, 'Sum', sumKernel);
}
