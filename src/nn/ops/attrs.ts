/** A kernel's attributes and inputs, read with their types: TensorFlow.js hands them on as unions of all that could be. */
import type { NamedAttrMap, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import type { ConvolutionAttrs, ConvolutionGradAttrs } from './convolution.ts';
import type { DropoutAttrs } from './dropout.ts';
import type { Precision } from './kernel.ts';
import type { PoolAttrs } from './pooling.ts';
import type { ProductAttrs } from './product.ts';

export type Attrs = NamedAttrMap | undefined;
export type Inputs = NamedTensorInfoMap;

export function inputOf(inputs: Inputs, name: string): TensorInfo {
  const tensor = inputs[name];
  if (!tensor) throw new Error(`the kernel takes ${name}`);
  return tensor;
}

export function numberOf(attrs: Attrs, name: string): number {
  const value = attrs?.[name];
  if (typeof value !== 'number') throw new Error(`the kernel has a number ${name}`);
  return value;
}

function numbersOf(attrs: Attrs, name: string): number[] {
  const value = attrs?.[name];
  if (!Array.isArray(value)) throw new Error(`the kernel has numbers ${name}`);
  return value.map(Number);
}

const padOf = (attrs: Attrs): 'same' | 'valid' => (attrs?.pad === 'same' ? 'same' : 'valid');

const precisionOf = (attrs: Attrs): Precision =>
  attrs?.precision === 'mixedBfloat16' ? 'mixedBfloat16' : 'float32';

export function convolutionOf(attrs: Attrs): ConvolutionAttrs {
  return {
    strides: numberOf(attrs, 'strides'),
    pad: padOf(attrs),
    relu: attrs?.relu === true,
    precision: precisionOf(attrs),
  };
}

export function convolutionGradOf(attrs: Attrs): ConvolutionGradAttrs {
  return {
    ...convolutionOf(attrs),
    inputShape: numbersOf(attrs, 'inputShape'),
    filterShape: numbersOf(attrs, 'filterShape'),
  };
}

export function poolOf(attrs: Attrs): PoolAttrs {
  return { size: numberOf(attrs, 'size'), strides: numberOf(attrs, 'strides'), pad: padOf(attrs) };
}

export function productOf(attrs: Attrs): ProductAttrs {
  return {
    transposeA: attrs?.transposeA === true,
    transposeB: attrs?.transposeB === true,
    precision: precisionOf(attrs),
  };
}

export function dropoutOf(attrs: Attrs): DropoutAttrs {
  return {
    rate: numberOf(attrs, 'rate'),
    key: numbersOf(attrs, 'key'),
    counter: numbersOf(attrs, 'counter'),
  };
}
