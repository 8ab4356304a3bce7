/**
 * The seam between layers and engines: operations of our own, by name, where TensorFlow.js' are slow, wrong or missing.
 * Each has its gradient here in ops/ and kernels in generic/ (out of TensorFlow.js' operations: any engine), wasm/ and
 * native/ (an engine's own, instead of the generic one).
 *
 * A tensor whose handle on the native engine is bfloat16 calls itself float32, since TensorFlow.js knows no other: only
 * operations of ops/ take one, all others get it through `toFloat`.
 */
import type {
  GradSaveFunc,
  KernelConfig,
  NamedAttrMap,
  NamedTensorMap,
  Rank,
  Tensor,
  Tensor4D,
} from '@tensorflow/tfjs-core';
import type { Tf } from '../engine.ts';

export function runKernel(tf: Tf, name: string, inputs: NamedTensorMap, attrs: object = {}): Tensor[] {
  const made: Tensor | Tensor[] = tf.engine().runKernel(name, inputs, namedAttrs(attrs));
  return Array.isArray(made) ? made : [made];
}

/**
 * A function of x alone with a gradient of its own: `forward` gives what is seen and then what the gradient needs. For kernels
 * with large outputs besides: the tape would make zeros of the same size for each of them, in JavaScript, in every step.
 */
export function withGradient(
  tf: Tf,
  x: Tensor,
  forward: () => readonly Tensor[],
  gradient: (dy: Tensor, kept: readonly Tensor[]) => Tensor,
): Tensor {
  const compute = tf.customGrad((...given: (Tensor | GradSaveFunc)[]) => {
    const save = given.at(-1);
    const [value, ...kept] = forward();
    if (typeof save === 'function') save(kept);
    return {
      value: only(value),
      gradFunc: (dy: Tensor, saved: Tensor[]) => gradient(dy, saved),
    };
  });
  return compute(x);
}

/** The only output of a kernel. */
export function runOne(tf: Tf, name: string, inputs: NamedTensorMap, attrs: object = {}): Tensor {
  return only(runKernel(tf, name, inputs, attrs)[0]);
}

export function only(tensor: Tensor | undefined): Tensor {
  if (!tensor) throw new Error('the kernel made no tensor');
  return tensor;
}

/** With the type of what it is: x has four axes. */
export function withFourAxes(tf: Tf, x: Tensor): Tensor4D {
  const [a = 1, b = 1, c = 1, d = 1] = x.shape;
  return tf.reshape<Rank.R4>(x, [a, b, c, d]);
}

/** dy as a gradient function gets it: the first output's. */
export const upstream = (dy: Tensor | Tensor[]): Tensor => only(Array.isArray(dy) ? dy[0] : dy);

/** Attributes are plain values; TensorFlow.js' type of them leaves none out but knows fewer. */
function namedAttrs(attrs: object): NamedAttrMap {
  return { ...attrs };
}

/** `float32`, or bfloat16 for the product alone: what comes out of `Convolution` is then a bfloat16 handle. */
export type Precision = 'float32' | 'mixedBfloat16';

/** Puts another kernel in the place of TensorFlow.js' own of the engine that is set. */
export function replaceKernel(tf: Tf, name: string, make: (shipped: KernelConfig) => KernelConfig): void {
  const backend = tf.getBackend();
  const shipped = tf.getKernel(name, backend);
  if (!shipped) throw new Error(`${backend} has no kernel ${name}`);
  tf.unregisterKernel(name, backend);
  tf.registerKernel(make(shipped));
}
