/** Every layer, small, with inputs and weights that a formula gives: what an engine makes of them is compared with Keras. */
import type { Layer } from '../graph.ts';

export interface Case {
  readonly says: string;
  readonly input: readonly number[];
  readonly layers: readonly Layer[];
}

const depthwise = {
  kernelSize: 3,
  strides: 1,
  padding: 'same',
  activation: 'linear',
  useBias: true,
} as const;
const conv = { ...depthwise, filters: 4 } as const;

export const rows = 4;

export const cases: readonly Case[] = [
  { says: 'conv2d', input: [6, 6, 3], layers: [{ kind: 'conv2d', config: conv }] },
  {
    says: 'conv2d, valid, relu',
    input: [6, 6, 3],
    layers: [{ kind: 'conv2d', config: { ...conv, padding: 'valid', activation: 'relu' } }],
  },
  {
    says: 'conv2d, strides',
    input: [7, 7, 2],
    layers: [{ kind: 'conv2d', config: { ...conv, strides: 2, useBias: false } }],
  },
  {
    says: 'conv2d that leaves out pixels',
    input: [8, 9, 2],
    layers: [{ kind: 'conv2d', config: { ...conv, strides: 4 } }],
  },
  {
    says: 'depthwiseConv2d that leaves out pixels',
    input: [8, 9, 2],
    layers: [{ kind: 'depthwiseConv2d', config: { ...depthwise, strides: 4 } }],
  },
  { says: 'depthwiseConv2d', input: [6, 6, 3], layers: [{ kind: 'depthwiseConv2d', config: depthwise }] },
  {
    says: 'dense',
    input: [9],
    layers: [{ kind: 'dense', config: { units: 5, activation: 'tanh', useBias: true } }],
  },
  {
    says: 'batchNormalization',
    input: [4, 4, 3],
    layers: [{ kind: 'batchNormalization', config: { momentum: 0.9, epsilon: 1e-3 } }],
  },
  {
    says: 'layerNormalization',
    input: [4, 4, 3],
    layers: [{ kind: 'layerNormalization', config: { epsilon: 1e-3 } }],
  },
  {
    says: 'maxPooling2d',
    input: [6, 6, 2],
    layers: [{ kind: 'maxPooling2d', config: { poolSize: 2, padding: 'same' } }],
  },
  {
    says: 'maxPooling2d of negative values, with windows that overlap',
    input: [5, 6, 2],
    layers: [
      { kind: 'rescaling', config: { scale: 1, offset: -2 } },
      { kind: 'maxPooling2d', config: { poolSize: 3, strides: 2, padding: 'same' } },
    ],
  },
  {
    says: 'averagePooling2d',
    input: [6, 6, 2],
    layers: [{ kind: 'averagePooling2d', config: { poolSize: 2, padding: 'valid' } }],
  },
  {
    says: 'averagePooling2d, same',
    input: [5, 6, 2],
    layers: [{ kind: 'averagePooling2d', config: { poolSize: 3, strides: 2, padding: 'same' } }],
  },
  {
    says: 'globalAveragePooling2d',
    input: [5, 5, 3],
    layers: [{ kind: 'globalAveragePooling2d', config: {} }],
  },
  { says: 'globalMaxPooling2d', input: [5, 5, 3], layers: [{ kind: 'globalMaxPooling2d', config: {} }] },
  {
    says: 'globalMaxPooling2d of equal values',
    input: [3, 3, 2],
    layers: [
      { kind: 'upSampling2d', config: { size: 2, interpolation: 'nearest' } },
      { kind: 'globalMaxPooling2d', config: {} },
    ],
  },
  {
    says: 'upSampling2d',
    input: [4, 4, 2],
    layers: [{ kind: 'upSampling2d', config: { size: 2, interpolation: 'nearest' } }],
  },
  { says: 'zeroPadding2d', input: [4, 4, 2], layers: [{ kind: 'zeroPadding2d', config: { padding: 1 } }] },
  {
    says: 'rescaling',
    input: [4, 4, 2],
    layers: [{ kind: 'rescaling', config: { scale: 0.5, offset: -1 } }],
  },
  { says: 'flatten', input: [3, 3, 2], layers: [{ kind: 'flatten', config: {} }] },
  {
    says: 'sigmoid',
    input: [8],
    layers: [
      { kind: 'activation', config: { function: 'sigmoid' } },
      { kind: 'dense', config: { units: 3, activation: 'linear', useBias: true } },
    ],
  },
  ...(['relu', 'relu6', 'elu', 'gelu', 'swish', 'tanh'] as const).map((name) => ({
    says: name,
    input: [8],
    layers: [
      { kind: 'activation' as const, config: { function: name } },
      { kind: 'dense' as const, config: { units: 3, activation: 'linear' as const, useBias: true } },
    ],
  })),
  {
    says: 'softmax',
    input: [8],
    layers: [
      { kind: 'activation', config: { function: 'softmax' } },
      { kind: 'dense', config: { units: 3, activation: 'linear', useBias: true } },
    ],
  },
  {
    // Smooth: where two values are nearly equal, engines may take either, and gradients of maxima then differ by far.
    says: 'a whole network',
    input: [8, 8, 3],
    layers: [
      { kind: 'conv2d', config: { ...conv, activation: 'tanh' } },
      { kind: 'batchNormalization', config: { momentum: 0.9, epsilon: 1e-3 } },
      { kind: 'averagePooling2d', config: { poolSize: 2, padding: 'same' } },
      { kind: 'conv2d', config: { ...conv, filters: 6, activation: 'tanh' } },
      { kind: 'batchNormalization', config: { momentum: 0.9, epsilon: 1e-3 } },
      { kind: 'globalAveragePooling2d', config: {} },
      { kind: 'dense', config: { units: 5, activation: 'linear', useBias: true } },
    ],
  },
];

/** Values in [-1, 1], no two neighbours alike; the same in values.py. */
export function wave(count: number, phase: number): Float32Array {
  return Float32Array.from(
    { length: count },
    (_, i) => ((((i + 1) * 7919 + phase * 104729) % 1009) / 1009 - 0.5) * 2,
  );
}

/** Weights are wave(…, their place); a moving variance has to be positive. */
export function weightValues(name: string, count: number, place: number): Float32Array {
  return name === 'moving_variance'
    ? wave(count, place).map((value) => Math.abs(value) + 0.5)
    : wave(count, place);
}

export const phases = { x: 100, upstream: 3 } as const;
