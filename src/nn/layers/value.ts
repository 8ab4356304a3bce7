/** Layers that take each value, row or channel by itself. */
import { type LayerType, product, type Shape, ShapeMistake, shown, weight } from './layer.ts';

/** Keras' names. */
export const activations = [
  'linear',
  'relu',
  'relu6',
  'elu',
  'gelu',
  'swish',
  'sigmoid',
  'tanh',
  'softmax',
] as const;

const same = (inputs: readonly Shape[]): Shape => inputs[0] ?? [];

export const dense: LayerType<'dense'> = {
  className: 'Dense',
  output: ({ units }, [input = []]) => {
    if (input.length !== 1)
      throw new ShapeMistake(`needs one row of values, but gets ${shown(input)}`, 'flatten or pool it first');
    return [units];
  },
  weights: ({ units, useBias }, [values = 1]) => [
    weight('kernel', [values, units], 'glorotUniform'),
    ...(useBias ? [weight('bias', [units], 'zeros')] : []),
  ],
  toKeras: ({ units, activation, useBias }) => ({ units, activation, use_bias: useBias }),
  fromKeras: (config) => ({
    units: config.number('units'),
    activation: config.oneOf('activation', activations, 'linear'),
    useBias: config.flag('use_bias', true),
  }),
};

export const activation: LayerType<'activation'> = {
  className: 'Activation',
  output: (_, inputs) => same(inputs),
  weights: () => [],
  toKeras: (config) => ({ activation: config.function }),
  fromKeras: (config) => ({ function: config.oneOf('activation', activations, 'linear') }),
};

export const batchNormalization: LayerType<'batchNormalization'> = {
  className: 'BatchNormalization',
  output: (_, inputs) => same(inputs),
  weights: (_, input) => {
    const channels = [input.at(-1) ?? 1];
    return [
      weight('gamma', channels, 'ones'),
      weight('beta', channels, 'zeros'),
      weight('moving_mean', channels, 'zeros', false),
      weight('moving_variance', channels, 'ones', false),
    ];
  },
  toKeras: ({ momentum, epsilon }) => ({ axis: -1, momentum, epsilon, center: true, scale: true }),
  fromKeras: (config) => {
    config.must('axis', -1, 3, [3]);
    config.must('center', true);
    config.must('scale', true);
    return { momentum: config.number('momentum', 0.99), epsilon: config.number('epsilon', 1e-3) };
  },
};

export const layerNormalization: LayerType<'layerNormalization'> = {
  className: 'LayerNormalization',
  output: (_, inputs) => same(inputs),
  weights: (_, input) => {
    const channels = [input.at(-1) ?? 1];
    return [weight('gamma', channels, 'ones'), weight('beta', channels, 'zeros')];
  },
  toKeras: ({ epsilon }) => ({ axis: -1, epsilon, center: true, scale: true }),
  fromKeras: (config) => {
    config.must('axis', -1, [-1], 3, [3]);
    config.must('center', true);
    config.must('scale', true);
    return { epsilon: config.number('epsilon', 1e-3) };
  },
};

export const dropout: LayerType<'dropout'> = {
  className: 'Dropout',
  output: (_, inputs) => same(inputs),
  weights: () => [],
  toKeras: ({ rate }) => ({ rate }),
  fromKeras: (config) => {
    config.must('noise_shape', null);
    return { rate: config.number('rate') };
  },
};

export const flatten: LayerType<'flatten'> = {
  className: 'Flatten',
  output: (_, inputs) => [product(same(inputs))],
  weights: () => [],
  toKeras: () => ({ data_format: 'channels_last' }),
  fromKeras: (config) => {
    config.must('data_format', 'channels_last');
    return {};
  },
};

export const reshape: LayerType<'reshape'> = {
  className: 'Reshape',
  output: (config, inputs) => {
    const shape = withoutGap(config.shape, product(same(inputs)));
    if (product(shape) !== product(same(inputs)))
      throw new ShapeMistake(
        `makes ${shown(shape)} (${product(shape)} values) of ${shown(same(inputs))} (${product(same(inputs))} values)`,
        'the two need equally many values',
      );
    return shape;
  },
  weights: () => [],
  toKeras: ({ shape }) => ({ target_shape: shape }),
  fromKeras: (config) => ({ shape: config.numbers('target_shape') }),
};

/** Keras' -1 stands for whatever is left of the values. */
function withoutGap(shape: Shape, values: number): Shape {
  const others = product(shape.filter((side) => side !== -1));
  return shape.map((side) => (side === -1 ? Math.floor(values / others) : side));
}

export const rescaling: LayerType<'rescaling'> = {
  className: 'Rescaling',
  output: (_, inputs) => same(inputs),
  weights: () => [],
  toKeras: ({ scale, offset }) => ({ scale, offset }),
  fromKeras: (config) => ({ scale: config.number('scale'), offset: config.number('offset', 0) }),
};

export const add: LayerType<'add'> = {
  className: 'Add',
  output: (_, inputs) => {
    const [first = []] = inputs;
    const other = inputs.find((shape) => shape.join() !== first.join());
    if (other)
      throw new ShapeMistake(
        `adds ${shown(first)} and ${shown(other)}, which differ`,
        'the branches need equal shapes: a shortcut of a conv2d with kernelSize 1, the same filters and strides',
      );
    return first;
  },
  weights: () => [],
  toKeras: () => ({}),
  fromKeras: () => ({}),
};

export const concatenate: LayerType<'concatenate'> = {
  className: 'Concatenate',
  output: (_, inputs) => {
    const [first = []] = inputs;
    const front = (shape: Shape): string => shape.slice(0, -1).join();
    const other = inputs.find((shape) => front(shape) !== front(first));
    if (other)
      throw new ShapeMistake(
        `puts the channels of ${shown(first)} and ${shown(other)} together, whose other sides differ`,
        'the branches need equal heights and widths',
      );
    return [...first.slice(0, -1), inputs.reduce((sum, shape) => sum + (shape.at(-1) ?? 0), 0)];
  },
  weights: () => [],
  toKeras: () => ({ axis: -1 }),
  fromKeras: (config) => {
    config.must('axis', -1, 3);
    return {};
  },
};
