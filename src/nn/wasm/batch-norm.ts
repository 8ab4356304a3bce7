/** Batch normalization while training, forward and back, each in two passes over the memory. */
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { inputOf, numberOf } from '../ops/attrs.ts';
import { floatsOf, makeOutput, wasmOf } from './heap.ts';

/** x [rows, channels], gamma, beta [channels]; epsilon → y, mean, variance (biased, as in Keras). */
export const batchNormTraining: KernelFunc = ({ inputs, attrs, backend }) => {
  const wasm = wasmOf(backend);
  const [x, gamma, beta] = [inputOf(inputs, 'x'), inputOf(inputs, 'gamma'), inputOf(inputs, 'beta')];
  const y = makeOutput(wasm, x.shape);
  const mean = makeOutput(wasm, gamma.shape);
  const variance = makeOutput(wasm, gamma.shape);
  const values = (tensor: TensorInfo): Float32Array => floatsOf(wasm, tensor);
  statistics(values(x), values(mean), values(variance));
  const scale = inverseDeviation(values(variance), numberOf(attrs, 'epsilon'), values(gamma));
  const shift = Float64Array.from(values(beta), (b, c) => b - (values(mean)[c] ?? 0) * (scale[c] ?? 0));
  affine(values(x), scale, shift, values(y));
  return [y, mean, variance];
};

/** x, dy [rows, channels], gamma, mean, variance [channels]; epsilon → dx, dgamma, dbeta. dx = γ/σ · (dy - mean(dy) - x̂·mean(dy·x̂)). */
export const batchNormTrainingGrad: KernelFunc = ({ inputs, attrs, backend }) => {
  const wasm = wasmOf(backend);
  const [x, dy, gamma] = [inputOf(inputs, 'x'), inputOf(inputs, 'dy'), inputOf(inputs, 'gamma')];
  const [mean, variance] = [inputOf(inputs, 'mean'), inputOf(inputs, 'variance')];
  const dx = makeOutput(wasm, x.shape);
  const dGamma = makeOutput(wasm, gamma.shape);
  const dBeta = makeOutput(wasm, gamma.shape);
  const values = (tensor: TensorInfo): Float32Array => floatsOf(wasm, tensor);
  const inverse = inverseDeviation(values(variance), numberOf(attrs, 'epsilon'));
  const sums = gradientSums(values(x), values(dy), values(mean), inverse);
  values(dGamma).set(sums.dGamma);
  values(dBeta).set(sums.dBeta);
  inputGradient(values(x), values(dy), values(gamma), values(mean), inverse, sums, values(dx));
  return [dx, dGamma, dBeta];
};

/** With the moving statistics: one factor and one offset a channel. */
export const batchNormInference: KernelFunc = ({ inputs, attrs, backend }) => {
  const wasm = wasmOf(backend);
  const y = makeOutput(wasm, inputOf(inputs, 'x').shape);
  const values = (name: string): Float32Array => floatsOf(wasm, inputOf(inputs, name));
  const scale = inverseDeviation(values('variance'), numberOf(attrs, 'epsilon'), values('gamma'));
  const mean = values('mean');
  const shift = Float64Array.from(values('beta'), (b, c) => b - (mean[c] ?? 0) * (scale[c] ?? 0));
  affine(values('x'), scale, shift, floatsOf(wasm, y));
  return y;
};

function statistics(x: Float32Array, mean: Float32Array, variance: Float32Array): void {
  const channels = mean.length;
  const rows = x.length / channels;
  const sum = new Float64Array(channels);
  const squares = new Float64Array(channels);
  for (let at = 0; at < x.length; at += channels) {
    for (let c = 0; c < channels; c++) {
      const value = x[at + c] ?? 0;
      sum[c] = (sum[c] ?? 0) + value;
      squares[c] = (squares[c] ?? 0) + value * value;
    }
  }
  for (let c = 0; c < channels; c++) {
    const average = (sum[c] ?? 0) / rows;
    mean[c] = average;
    variance[c] = Math.max(0, (squares[c] ?? 0) / rows - average * average);
  }
}

/** 1 / sqrt(variance + epsilon), times gamma where it is given. */
function inverseDeviation(variance: Float32Array, epsilon: number, gamma?: Float32Array): Float64Array {
  return Float64Array.from(variance, (v, c) => (gamma?.[c] ?? 1) / Math.sqrt(v + epsilon));
}

function affine(x: Float32Array, scale: Float64Array, shift: Float64Array, y: Float32Array): void {
  const channels = scale.length;
  for (let at = 0; at < x.length; at += channels) {
    for (let c = 0; c < channels; c++) {
      y[at + c] = (x[at + c] ?? 0) * (scale[c] ?? 0) + (shift[c] ?? 0);
    }
  }
}

interface Sums {
  readonly dGamma: Float64Array;
  readonly dBeta: Float64Array;
}

function gradientSums(x: Float32Array, dy: Float32Array, mean: Float32Array, inverse: Float64Array): Sums {
  const channels = mean.length;
  const dBeta = new Float64Array(channels);
  const dGamma = new Float64Array(channels);
  for (let at = 0; at < x.length; at += channels) {
    for (let c = 0; c < channels; c++) {
      const upstream = dy[at + c] ?? 0;
      dBeta[c] = (dBeta[c] ?? 0) + upstream;
      dGamma[c] = (dGamma[c] ?? 0) + upstream * ((x[at + c] ?? 0) - (mean[c] ?? 0));
    }
  }
  for (let c = 0; c < channels; c++) dGamma[c] = (dGamma[c] ?? 0) * (inverse[c] ?? 0);
  return { dGamma, dBeta };
}

function inputGradient(
  x: Float32Array,
  dy: Float32Array,
  gamma: Float32Array,
  mean: Float32Array,
  inverse: Float64Array,
  { dGamma, dBeta }: Sums,
  dx: Float32Array,
): void {
  const channels = gamma.length;
  const rows = x.length / channels;
  // The formula as factors of dy and x and a constant, a channel each.
  const ofDy = inverse.map((one, c) => one * (gamma[c] ?? 0));
  const ofX = inverse.map((one, c) => (-(ofDy[c] ?? 0) * one * (dGamma[c] ?? 0)) / rows);
  const constant = ofX.map((one, c) => -one * (mean[c] ?? 0) - ((ofDy[c] ?? 0) * (dBeta[c] ?? 0)) / rows);
  for (let at = 0; at < x.length; at += channels) {
    for (let c = 0; c < channels; c++) {
      dx[at + c] = (dy[at + c] ?? 0) * (ofDy[c] ?? 0) + (x[at + c] ?? 0) * (ofX[c] ?? 0) + (constant[c] ?? 0);
    }
  }
}
