/** Convolutions whose windows leave out pixels: the backend takes the padding that `same` then lacks for a huge one. */
import type { KernelConfig, NamedAttrMap } from '@tensorflow/tfjs-core';
import { inputOf } from '../ops/attrs.ts';
import { paddingOf } from '../ops/pooling.ts';

/** The shipped kernel, told the padding in numbers. x [rows, height, width, in], filter [height, width, …]. */
export function withPlainPadding(shipped: KernelConfig): KernelConfig {
  return {
    ...shipped,
    kernelFunc: (call) => {
      const { inputs, attrs } = call;
      if (attrs?.pad !== 'same') return shipped.kernelFunc(call);
      const [, height = 1, width = 1] = inputOf(inputs, 'x').shape;
      const [tall = 1, wide = 1] = inputOf(inputs, 'filter').shape;
      const [down = 1, across = 1] = stridesOf(attrs);
      const pad = [[0, 0], paddingOf(height, tall, down), paddingOf(width, wide, across), [0, 0]];
      return shipped.kernelFunc({ ...call, attrs: { ...attrs, pad: pad.map((one) => [...one]) } });
    },
  };
}

function stridesOf({ strides }: NamedAttrMap): number[] {
  return Array.isArray(strides) ? strides.map(Number) : [Number(strides), Number(strides)];
}
