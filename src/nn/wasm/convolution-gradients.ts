/**
 * The gradients of a convolution as convolutions, which XNNPACK computes at full speed. The filter's: the channels of x
 * act as its rows, the rows of dy as its input channels. The input's: dy with the filter turned round. The kernel that the
 * backend ships for the latter is ten times slower, for the former it ships none.
 */
import type * as TensorFlow from '@tensorflow/tfjs-core';
import type { KernelConfig, NamedAttrMap, Tensor, Tensor4D, TensorInfo } from '@tensorflow/tfjs-core';
import { inputOf } from '../ops/attrs.ts';

type Tf = typeof TensorFlow;
type Shape4 = [number, number, number, number];

/** Images at once: bounds the memory of larger batches. Part of the sums' order, so of the bytes. */
const chunk = 64;

/** x [rows, height, width, in], dy [rows, …, out] → [kernel height, kernel width, in, out]. */
export function filterGradientKernel(tf: Tf): KernelConfig {
  return {
    kernelName: 'Conv2DBackpropFilter',
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs }) => {
      const [x, dy] = [tensor4(tf, inputOf(inputs, 'x')), tensor4(tf, inputOf(inputs, 'dy'))];
      const window = readWindow(attrs);
      const info = infoOf(tf, x.shape, readShape(attrs, 'filterShape'), window);
      return tf.tidy(() => {
        let sum: Tensor | undefined;
        for (let row = 0; row < info.batchSize; row += chunk) {
          const count = Math.min(chunk, info.batchSize - row);
          const part = chunkGradient(tf, rowsOf(tf, x, row, count), rowsOf(tf, dy, row, count), info);
          sum = sum ? tf.add(sum, part) : part;
        }
        return tf.transpose(sum ?? tf.zeros([1, 1, 1, 1]), [1, 2, 0, 3]);
      });
    },
  };
}

/** → [in, kernel height, kernel width, out]. A stride of the convolution is a dilation here. */
function chunkGradient(tf: Tf, x: Tensor4D, dy: Tensor4D, info: Info): Tensor {
  return tf.tidy(() => {
    const { padInfo, strideHeight, strideWidth, filterHeight, filterWidth, inChannels, outChannels } = info;
    const swapped = tf.transpose(x, [3, 1, 2, 0]);
    const filter = tf.transpose(dy, [1, 2, 0, 3]);
    const padding: TensorFlow.backend_util.ExplicitPadding = [
      [0, 0],
      [padInfo.top, padInfo.bottom],
      [padInfo.left, padInfo.right],
      [0, 0],
    ];
    const gradient = tf.conv2d(swapped, filter, 1, padding, 'NHWC', [strideHeight, strideWidth]);
    // With strides, the window may not reach the last rows and columns: they belong to no place of the kernel.
    return tf.slice(gradient, [0, 0, 0, 0], [inChannels, filterHeight, filterWidth, outChannels]);
  });
}

/** dy, filter → dx; strides other than 1 are left to the kernel that the backend ships. */
export function inputGradientKernel(tf: Tf, shipped: KernelConfig): KernelConfig {
  return {
    ...shipped,
    kernelFunc: (call) => {
      const [dy, filter] = [inputOf(call.inputs, 'dy'), inputOf(call.inputs, 'filter')];
      const window = readWindow(call.attrs);
      const info = infoOf(tf, readShape(call.attrs, 'inputShape'), shape4(filter.shape), window);
      if (info.strideHeight !== 1 || info.strideWidth !== 1) return shipped.kernelFunc(call);
      const { top, bottom, left, right } = info.padInfo;
      const [rows, columns] = [info.filterHeight - 1, info.filterWidth - 1];
      if (Math.max(top, bottom) > rows || Math.max(left, right) > columns) return shipped.kernelFunc(call);
      const padding: TensorFlow.backend_util.ExplicitPadding = [
        [0, 0],
        [rows - top, rows - bottom],
        [columns - left, columns - right],
        [0, 0],
      ];
      return tf.tidy(() => {
        const turned = tf.transpose(tf.reverse(tensor4(tf, filter), [0, 1]), [0, 1, 3, 2]);
        return tf.conv2d(tensor4(tf, dy), turned, 1, padding);
      });
    },
  };
}

type Info = ReturnType<typeof TensorFlow.backend_util.computeConv2DInfo>;

interface Window {
  readonly strides: [number, number] | number;
  readonly pad: 'valid' | 'same' | number;
  readonly dimRoundingMode: 'floor' | 'round' | 'ceil' | undefined;
}

function infoOf(tf: Tf, input: readonly number[], filter: Shape4, window: Window): Info {
  const { strides, pad, dimRoundingMode } = window;
  return tf.backend_util.computeConv2DInfo(shape4(input), filter, strides, 1, pad, dimRoundingMode);
}

function rowsOf(tf: Tf, x: Tensor4D, row: number, count: number): Tensor4D {
  const [, height, width, channels] = x.shape;
  return count === x.shape[0] ? x : tf.slice(x, [row, 0, 0, 0], [count, height, width, channels]);
}

function tensor4(tf: Tf, tensor: TensorInfo): Tensor4D {
  if (!(tensor instanceof tf.Tensor)) throw new Error('a convolution takes tensors');
  return tf.reshape<TensorFlow.Rank.R4>(tensor, shape4(tensor.shape));
}

function shape4(shape: readonly number[]): Shape4 {
  const [a = 1, b = 1, c = 1, d = 1] = shape;
  return [a, b, c, d];
}

function readShape(attrs: NamedAttrMap | undefined, name: 'filterShape' | 'inputShape'): Shape4 {
  const shape = attrs?.[name];
  if (!Array.isArray(shape)) throw new Error(`a convolution's gradient has ${name}`);
  return shape4(shape.map(Number));
}

function readWindow(attrs: object | undefined): Window {
  const given: Partial<Window> = { ...attrs };
  if (given.strides === undefined || given.pad === undefined)
    throw new Error("a convolution's gradient has strides and pad");
  return { strides: given.strides, pad: given.pad, dimRoundingMode: given.dimRoundingMode };
}
