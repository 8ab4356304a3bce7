/** The operations of ops/ on native TensorFlow: its fused ones where TensorFlow.js composes a dozen. */
import type { KernelConfig, KernelFunc } from '@tensorflow/tfjs-core';
import { dropoutOf, inputOf, numberOf, poolOf, productOf } from '../ops/attrs.ts';
import type { DropoutAttrs } from '../ops/dropout.ts';
import type { PoolAttrs } from '../ops/pooling.ts';
import {
  type Attr,
  dtypes,
  flag,
  float,
  type Handle,
  hasOneDnn,
  int,
  type NativeBackend,
  type NativeKernel,
  nativeKernel,
  nativeOf,
  oneDnn,
  type Session,
  text,
  type,
} from './backend.ts';
import { convolutionKernels, hasFusedConvolution } from './convolution.ts';

export function nativeKernels(backend: NativeBackend): { readonly [name: string]: KernelFunc } {
  const withOneDnn = hasOneDnn(backend);
  const kernels: { readonly [name: string]: NativeKernel } = {
    ...convolutionKernels(withOneDnn, hasFusedConvolution(backend)),
    ...elementwise,
    ...dropout,
    ...(backend.isUsingGpuDevice ? batchNormOnGpu : batchNorm),
    ...(withOneDnn ? poolingWithPlaces : pooling),
    Product: product,
    Crossentropy: crossentropy,
    MovingAverage: movingAverage,
  };
  return Object.fromEntries(Object.entries(kernels).map(([name, compute]) => [name, nativeKernel(compute)]));
}

/** The tape adds up gradients by TensorFlow.js' own operation, which takes all for float32. */
export function mendAddition(shipped: KernelConfig): KernelConfig {
  const inBfloat16 = nativeKernel((session, input) => {
    const terms = [session.cast(input('a'), dtypes.bfloat16), session.cast(input('b'), dtypes.bfloat16)];
    return session.run('AddV2', terms, [type('T', dtypes.bfloat16)]);
  });
  return {
    ...shipped,
    kernelFunc: (call) => {
      const { tensorMap } = nativeOf(call.backend);
      const isBfloat16 = (name: string): boolean =>
        tensorMap.get(inputOf(call.inputs, name).dataId).dtype === dtypes.bfloat16;
      return isBfloat16('a') || isBfloat16('b') ? inBfloat16(call) : shipped.kernelFunc(call);
    },
  };
}

const ofType = (handle: Handle): Attr[] => [type('T', handle.dtype)];

const elementwise: { readonly [name: string]: NativeKernel } = {
  ReluTraining: (session, input) => session.run('Relu', [input('x')], ofType(input('x'))),
  ReluGrad: (session, input) => session.run('ReluGrad', [input('dy'), input('y')], ofType(input('y'))),
  ToFloat: (session, input) => session.cast(input('x'), dtypes.float),
  ToFloatGrad: (session, input) => session.cast(input('dy'), input('like').dtype),
};

const product: NativeKernel = (session, input, attrs) => {
  const { transposeA, transposeB, precision } = productOf(attrs);
  const dtype = precision === 'mixedBfloat16' ? dtypes.bfloat16 : dtypes.float;
  const factors = [session.cast(input('a'), dtype), session.cast(input('b'), dtype)];
  const flags = [flag('transpose_a', transposeA), flag('transpose_b', transposeB)];
  return session.cast(session.run('MatMul', factors, [type('T', dtype), ...flags]), dtypes.float);
};

const movingAverage: NativeKernel = (session, input, attrs) => {
  const floats = [type('T', dtypes.float)];
  const share = (name: string, by: number): Handle =>
    session.run('Mul', [input(name), session.scalar(by)], floats);
  const momentum = numberOf(attrs, 'momentum');
  return session.run('AddV2', [share('moving', momentum), share('batch', 1 - momentum)], floats);
};

const crossentropy: NativeKernel = (session, input) => {
  const [logits, targets] = [input('logits'), input('targets')];
  const attrs = [type('T', dtypes.float)];
  const [losses, slopes] = session.runAll('SoftmaxCrossEntropyWithLogits', [logits, targets], attrs, 2);
  if (!losses || !slopes) throw new Error('SoftmaxCrossEntropyWithLogits made too little');
  const axis = session.constant(Int32Array.of(0));
  const mean = [...attrs, type('Tidx', dtypes.int32), flag('keep_dims', false)];
  const share = session.scalar(1 / (logits.shape[0] ?? 1));
  return [session.run('Mean', [losses, axis], mean), session.run('Mul', [slopes, share], attrs)];
};

const dropout: { readonly [name: string]: NativeKernel } = {
  DropoutTraining: (session, input, attrs) => {
    const x = input('x');
    const own = dropoutOf(attrs);
    const kept = session.run(
      'GreaterEqual',
      [draws(session, x.shape, own), session.scalar(own.rate)],
      [type('T', dtypes.float)],
    );
    const scale = session.cast(session.scalar(1 / (1 - own.rate)), x.dtype);
    const ones = session.cast(kept, x.dtype);
    const mask = session.run('Mul', [ones, scale], ofType(x));
    return [session.run('Mul', [x, mask], ofType(x)), mask];
  },
  DropoutTrainingGrad: (session, input) =>
    session.run('Mul', [input('dy'), input('mask')], ofType(input('mask'))),
};

/** Philox: algorithm 1 of TensorFlow's. */
function draws(session: Session, shape: readonly number[], { key, counter }: DropoutAttrs): Handle {
  const words = (values: readonly number[]): Handle => {
    const pairs = session.constant(Int32Array.from(values), [values.length / 2, 2]);
    return session.run('Bitcast', [pairs], [type('T', dtypes.int32), type('type', dtypes.uint64)]);
  };
  const algorithm = session.constant(Int32Array.of(1), []);
  return session.run(
    'StatelessRandomUniformV2',
    [session.constant(Int32Array.from(shape)), words(key), words(counter), algorithm],
    [type('dtype', dtypes.float), type('Tshape', dtypes.int32)],
  );
}

/** FusedBatchNormV3 takes images. */
function asImage(session: Session, x: Handle): Handle {
  return x.shape.length === 4 ? x : session.reshape(x, [-1, 1, 1, x.shape.at(-1) ?? 1]);
}

function batchNormAttrs(x: Handle, epsilon: number, training: boolean): Attr[] {
  return [
    type('T', x.dtype),
    type('U', dtypes.float),
    float('epsilon', epsilon),
    text('data_format', 'NHWC'),
    flag('is_training', training),
  ];
}

function fusedBatchNorm(session: Session, input: (name: string) => Handle, epsilon: number): Handle[] {
  const x = asImage(session, input('x'));
  const empty = session.constant(new Float32Array(0));
  const inputs = [x, input('gamma'), input('beta'), empty, empty];
  const attrs = [...batchNormAttrs(x, epsilon, true), float('exponential_avg_factor', 1)];
  const [y, ...rest] = session.runAll('FusedBatchNormV3', inputs, attrs, 6);
  if (!y) throw new Error('FusedBatchNormV3 made nothing');
  return [input('x').shape.length === 4 ? y : session.reshape(y, input('x').shape), ...rest];
}

function fusedBatchNormGrad(
  session: Session,
  input: (name: string) => Handle,
  epsilon: number,
  reserved: readonly Handle[],
  training = true,
): readonly Handle[] {
  const x = asImage(session, input('x'));
  const inputs = [asImage(session, input('dy')), x, input('gamma'), ...reserved];
  const [dx, dGamma, dBeta] = session.runAll(
    'FusedBatchNormGradV3',
    inputs,
    batchNormAttrs(x, epsilon, training),
    5,
  );
  if (!dx || !dGamma || !dBeta) throw new Error('FusedBatchNormGradV3 made too little');
  return [input('x').shape.length === 4 ? dx : session.reshape(dx, input('x').shape), dGamma, dBeta];
}

/** Its first output of statistics is Bessel's correction of the variance; what it reserves is the biased one (on a CPU). */
const batchNorm: { readonly [name: string]: NativeKernel } = {
  BatchNormTraining: (session, input, attrs) => {
    const [y, , , mean, variance] = fusedBatchNorm(session, input, numberOf(attrs, 'epsilon'));
    if (!y || !mean || !variance) throw new Error('FusedBatchNormV3 made too little');
    return [y, mean, variance];
  },
  BatchNormTrainingGrad: (session, input, attrs) => {
    const reserved = [input('mean'), input('variance'), session.constant(new Float32Array(0))];
    return fusedBatchNormGrad(session, input, numberOf(attrs, 'epsilon'), reserved);
  },
  BatchNormInference: batchNormInference,
  BatchNormInferenceGrad: batchNormInferenceGrad,
};

/** On a GPU what is reserved is cuDNN's own: the inverse deviation, and space. */
const batchNormOnGpu: { readonly [name: string]: NativeKernel } = {
  BatchNormTraining: (session, input, attrs) => {
    const [y, mean, corrected, , inverse, space] = fusedBatchNorm(session, input, numberOf(attrs, 'epsilon'));
    if (!y || !mean || !corrected || !inverse || !space) throw new Error('FusedBatchNormV3 made too little');
    const rows = input('x')
      .shape.slice(0, -1)
      .reduce((product, side) => product * side, 1);
    const variance = session.run('Mul', [corrected, session.scalar((rows - 1) / rows)], ofType(corrected));
    return [y, mean, variance, inverse, space];
  },
  BatchNormTrainingGrad: (session, input, attrs) =>
    fusedBatchNormGrad(session, input, numberOf(attrs, 'epsilon'), [
      input('mean'),
      input('own0'),
      input('own1'),
    ]),
  BatchNormInference: batchNormInference,
  BatchNormInferenceGrad: batchNormInferenceGrad,
};

function batchNormInference(
  session: Session,
  input: (name: string) => Handle,
  attrs: Parameters<NativeKernel>[2],
): Handle {
  const x = asImage(session, input('x'));
  const inputs = [x, input('gamma'), input('beta'), input('mean'), input('variance')];
  const own = batchNormAttrs(x, numberOf(attrs, 'epsilon'), false);
  const [y] = session.runAll('FusedBatchNormV3', inputs, own, 6);
  if (!y) throw new Error('FusedBatchNormV3 made nothing');
  return input('x').shape.length === 4 ? y : session.reshape(y, input('x').shape);
}

function batchNormInferenceGrad(
  session: Session,
  input: (name: string) => Handle,
  attrs: Parameters<NativeKernel>[2],
): readonly Handle[] {
  const given = [input('mean'), input('variance'), session.constant(new Float32Array(0))];
  return fusedBatchNormGrad(session, input, numberOf(attrs, 'epsilon'), given, false).slice(0, 1);
}

function poolAttrs({ size, strides, pad }: PoolAttrs, x: Handle): Attr[] {
  return [
    type('T', x.dtype),
    int('ksize', [1, size, size, 1]),
    int('strides', [1, strides, strides, 1]),
    text('padding', pad.toUpperCase()),
    text('data_format', 'NHWC'),
  ];
}

const pooling: { readonly [name: string]: NativeKernel } = {
  MaxPoolTraining: (session, input, attrs) =>
    session.run('MaxPool', [input('x')], poolAttrs(poolOf(attrs), input('x'))),
  MaxPoolTrainingGrad: (session, input, attrs) =>
    session.run('MaxPoolGrad', [input('x'), input('y'), input('dy')], poolAttrs(poolOf(attrs), input('x'))),
};

/** oneDNN remembers where the maxima were: TensorFlow's own gradient looks for them again, twenty times slower. */
const poolingWithPlaces: { readonly [name: string]: NativeKernel } = {
  MaxPoolTraining: (session, input, attrs) => {
    const own = [...poolAttrs(poolOf(attrs), input('x')), flag('workspace_enabled', true), oneDnn];
    return session.runAll('_MklNativeMaxPool', [input('x')], own, 2);
  },
  MaxPoolTrainingGrad: (session, input, attrs) => {
    const own = [...poolAttrs(poolOf(attrs), input('x')), flag('workspace_enabled', true), oneDnn];
    const inputs = [input('x'), input('y'), input('dy'), input('places')];
    return session.run('_MklNativeMaxPoolGrad', inputs, own);
  },
};
