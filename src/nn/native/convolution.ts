/** Convolutions of the library; with oneDNN bias, ReLU and the bias' gradient come along without a pass of their own. */
import { convolutionGradOf, convolutionOf } from '../ops/attrs.ts';
import type { ConvolutionAttrs } from '../ops/convolution.ts';
import {
  type Attr,
  canRun,
  dtypes,
  flag,
  type Handle,
  int,
  type NativeBackend,
  type NativeKernel,
  oneDnn,
  type Session,
  text,
  type,
} from './backend.ts';

type Kernels = { readonly [name: string]: NativeKernel };

export function convolutionKernels(withOneDnn: boolean, fused: boolean): Kernels {
  return {
    Convolution: (session, input, attrs, inputs) => {
      const own = convolutionOf(attrs);
      const dtype = dtypeOf(own);
      const [x, filter] = [session.cast(input('x'), dtype), session.cast(input('filter'), dtype)];
      const bias = inputs.bias ? session.cast(input('bias'), dtype) : null;
      if (bias && own.relu && fused)
        return convolveWithRelu(session, x, filter, bias, windowAttrs(own, dtype));
      const y = convolveWithBias(session, x, filter, bias, windowAttrs(own, dtype), withOneDnn);
      return own.relu ? session.run('Relu', [y], [type('T', dtype)]) : y;
    },
    ConvolutionWeightsGrad: (session, input, attrs) => {
      const own = convolutionGradOf(attrs);
      const dtype = dtypeOf(own);
      const [x, dy] = [session.cast(input('x'), dtype), session.cast(input('dy'), dtype)];
      const inputs = [x, session.constant(Int32Array.from(own.filterShape)), dy];
      const made = filterAndBiasGrad(session, inputs, dy, windowAttrs(own, dtype), withOneDnn);
      return made.map((handle) => session.cast(handle, dtypes.float));
    },
    ConvolutionInputGrad: (session, input, attrs) => {
      const own = convolutionGradOf(attrs);
      const dtype = dtypeOf(own);
      const [filter, dy] = [session.cast(input('filter'), dtype), session.cast(input('dy'), dtype)];
      const inputs = [session.constant(Int32Array.from(own.inputShape)), filter, dy];
      const dx = session.run('Conv2DBackpropInput', inputs, windowAttrs(own, dtype));
      return session.cast(dx, input('like').dtype);
    },
  };
}

function convolveWithRelu(
  session: Session,
  x: Handle,
  filter: Handle,
  bias: Handle,
  attrs: readonly Attr[],
): Handle {
  const fusion = [
    int('num_args', 1),
    int('num_host_args', 0),
    type('TArgs', x.dtype),
    text('fused_ops', 'BiasAdd,Relu'),
  ];
  return session.run('_MklNativeFusedConv2D', [x, filter, bias], [...attrs, ...fusion, oneDnn]);
}

/** Can this addon give an operation lists (install/additions.ts), and has the library oneDNN's fused convolution? */
export function hasFusedConvolution(backend: NativeBackend): boolean {
  return canRun(backend, (session) => {
    const image = session.constant(new Float32Array(4), [1, 2, 2, 1]);
    const filter = session.constant(new Float32Array(1), [1, 1, 1, 1]);
    const attrs = windowAttrs({ strides: 1, pad: 'same', relu: true, precision: 'float32' }, dtypes.float);
    convolveWithRelu(session, image, filter, session.constant(new Float32Array(1)), attrs);
  });
}

function convolveWithBias(
  session: Session,
  x: Handle,
  filter: Handle,
  bias: Handle | null,
  attrs: readonly Attr[],
  withOneDnn: boolean,
): Handle {
  if (bias && withOneDnn)
    return session.run('_MklNativeConv2DWithBias', [x, filter, bias], [...attrs, oneDnn]);
  const y = session.run('Conv2D', [x, filter], attrs);
  return bias ? session.run('BiasAdd', [y, bias], biasAttrs(x.dtype)) : y;
}

function filterAndBiasGrad(
  session: Session,
  inputs: readonly Handle[],
  dy: Handle,
  attrs: readonly Attr[],
  withOneDnn: boolean,
): readonly Handle[] {
  if (withOneDnn)
    return session.runAll('_MklNativeConv2DBackpropFilterWithBias', inputs, [...attrs, oneDnn], 2);
  return [
    session.run('Conv2DBackpropFilter', inputs, attrs),
    session.run('BiasAddGrad', [dy], biasAttrs(dy.dtype)),
  ];
}

const dtypeOf = ({ precision }: ConvolutionAttrs): number =>
  precision === 'mixedBfloat16' ? dtypes.bfloat16 : dtypes.float;

const biasAttrs = (dtype: number): Attr[] => [type('T', dtype), text('data_format', 'NHWC')];

function windowAttrs({ strides, pad }: ConvolutionAttrs, dtype: number): Attr[] {
  return [
    type('T', dtype),
    int('strides', [1, strides, strides, 1]),
    text('padding', pad.toUpperCase()),
    text('data_format', 'NHWC'),
    int('dilations', [1, 1, 1, 1]),
    flag('use_cudnn_on_gpu', true),
  ];
}
