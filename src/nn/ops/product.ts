/** The matrix product of dense layers: float32 in and out, inside in bfloat16 where the precision says so. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tf } from '../engine.ts';
import { type Precision, runOne, upstream } from './kernel.ts';

export interface ProductAttrs {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly precision: Precision;
}

/** a [rows, in], b [in, out] → [rows, out]. */
export function multiply(tf: Tf, a: Tensor, b: Tensor, precision: Precision): Tensor {
  return product(tf, a, b, { transposeA: false, transposeB: false, precision });
}

function product(tf: Tf, a: Tensor, b: Tensor, attrs: ProductAttrs): Tensor {
  return runOne(tf, 'Product', { a, b }, attrs);
}

export function registerProduct(tf: Tf): void {
  tf.registerGradient({
    kernelName: 'Product',
    inputsToSave: ['a', 'b'],
    gradFunc: (dys, [a, b], attrs) => {
      if (!a || !b) throw new Error('a product saved two tensors');
      const precision = attrs.precision === 'mixedBfloat16' ? 'mixedBfloat16' : 'float32';
      const dy = upstream(dys);
      return {
        a: () => product(tf, dy, b, { transposeA: false, transposeB: true, precision }),
        b: () => product(tf, a, dy, { transposeA: true, transposeB: false, precision }),
      };
    },
  });
}
