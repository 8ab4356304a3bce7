/** What the WebAssembly backend lacks for training, or does slowly. */
import type * as TensorFlow from '@tensorflow/tfjs-core';
import { batchNormTraining, batchNormTrainingGrad } from './wasm/batch-norm.ts';
import { filterGradientKernel, inputGradientKernel } from './wasm/convolution-gradients.ts';
import { sumKernel } from './wasm/sum.ts';

type Tf = typeof TensorFlow;

export function registerTrainingKernels(tf: Tf): void {
  if (tf.getKernel('Conv2DBackpropFilter', 'wasm')) return;
  tf.registerKernel(filterGradientKernel(tf));
  tf.registerKernel(batchNormTraining);
  tf.registerKernel(batchNormTrainingGrad);
  replace(tf, 'Conv2DBackpropInput', (shipped) => inputGradientKernel(tf, shipped));
  replace(tf, 'Sum', sumKernel);
}

function replace(
  tf: Tf,
  name: string,
  make: (shipped: TensorFlow.KernelConfig) => TensorFlow.KernelConfig,
): void {
  const shipped = tf.getKernel(name, 'wasm');
  if (!shipped) throw new Error(`the wasm backend has no kernel ${name}`);
  tf.unregisterKernel(name, 'wasm');
  tf.registerKernel(make(shipped));
}
