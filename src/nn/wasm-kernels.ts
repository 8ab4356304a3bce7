/** The kernel that the WebAssembly backend lacks for training convolutions: the gradient of the filter. */
import type * as TensorFlow from '@tensorflow/tfjs-core';

export function registerTrainingKernels(tf: typeof TensorFlow): void {
  if (tf.getKernel('Conv2DBackpropFilter', 'wasm')) return;
  tf.registerKernel({
    kernelName: 'Conv2DBackpropFilter',
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs }) => {
      const { x, dy } = inputs;
      if (!(x instanceof tf.Tensor) || !(dy instanceof tf.Tensor))
        throw new Error('Conv2DBackpropFilter takes the tensors x and dy');
      const { strides, pad, dimRoundingMode, filterShape } = readAttributes(attrs);
      const info = tf.backend_util.computeConv2DInfo(
        shape4(x.shape),
        filterShape,
        strides,
        1,
        pad,
        dimRoundingMode,
      );
      return filterGradient(tf, x, dy, info);
    },
  });
}

type Shape4 = [number, number, number, number];
type Info = ReturnType<typeof TensorFlow.backend_util.computeConv2DInfo>;

/** For each place of the kernel: its slice of the padded input, transposed, times dy. [rows, in]ᵀ · [rows, out] → [in, out]. */
function filterGradient(
  tf: typeof TensorFlow,
  x: TensorFlow.Tensor,
  dy: TensorFlow.Tensor,
  info: Info,
): TensorFlow.Tensor {
  return tf.tidy(() => {
    const {
      batchSize,
      inChannels,
      outChannels,
      outHeight,
      outWidth,
      filterHeight,
      filterWidth,
      strideHeight,
      strideWidth,
      padInfo,
    } = info;
    const padded = tf.pad(x, [
      [0, 0],
      [padInfo.top, Math.max(0, padInfo.bottom)],
      [padInfo.left, Math.max(0, padInfo.right)],
      [0, 0],
    ]);
    const flatDy = tf.reshape(dy, [batchSize * outHeight * outWidth, outChannels]);
    const taps: TensorFlow.Tensor[] = [];
    for (let row = 0; row < filterHeight; row++) {
      for (let column = 0; column < filterWidth; column++) {
        const end = [
          batchSize,
          row + (outHeight - 1) * strideHeight + 1,
          column + (outWidth - 1) * strideWidth + 1,
          inChannels,
        ];
        const tap = tf.stridedSlice(padded, [0, row, column, 0], end, [1, strideHeight, strideWidth, 1]);
        const flat = tf.reshape(tap, [batchSize * outHeight * outWidth, inChannels]);
        // An explicit transpose: a transposed matMul takes a slow path in this backend.
        taps.push(tf.matMul(tf.transpose(flat), flatDy));
      }
    }
    return tf.reshape(tf.stack(taps), [filterHeight, filterWidth, inChannels, outChannels]);
  });
}

function shape4(shape: readonly number[]): Shape4 {
  const [a = 1, b = 1, c = 1, d = 1] = shape;
  return [a, b, c, d];
}

interface Attributes {
  readonly strides: [number, number];
  readonly pad: 'valid' | 'same';
  readonly dimRoundingMode: 'floor' | 'round' | 'ceil' | undefined;
  readonly filterShape: Shape4;
}

function readAttributes(attrs: object | undefined): Attributes {
  const given: Partial<Attributes> = { ...attrs };
  if (!given.strides || !given.filterShape || given.pad === undefined)
    throw new Error('Conv2DBackpropFilter has attributes');
  return {
    strides: given.strides,
    pad: given.pad,
    dimRoundingMode: given.dimRoundingMode,
    filterShape: given.filterShape,
  };
}
