/** Layers over images: convolutions, pooling, and what changes an image's size. */
import { imageOf, type KerasConfig, type LayerType, type Shape, ShapeMistake, weight } from './layer.ts';
import { activations } from './value.ts';

const paddings = ['valid', 'same'] as const;

/** The sides of what a window leaves as it slides over an image. */
function slide(
  [height, width]: readonly [number, number, number],
  size: number,
  strides: number,
  padding: 'valid' | 'same',
): [number, number] {
  const along = (side: number): number => {
    const out = padding === 'same' ? Math.ceil(side / strides) : Math.floor((side - size) / strides) + 1;
    if (out < 1)
      throw new ShapeMistake(
        `has a window of ${size}×${size}, larger than its input of ${height}×${width}`,
        'a smaller window or `padding: same` would fit',
      );
    return out;
  };
  return [along(height), along(width)];
}

const twice = (side: number): readonly number[] => [side, side];
const channelsLast = { data_format: 'channels_last' } as const;

function readWindow(config: KerasConfig): { strides: number; padding: 'valid' | 'same' } {
  config.must('data_format', 'channels_last');
  config.must('dilation_rate', [1, 1], 1);
  return { strides: config.square('strides', 1), padding: config.oneOf('padding', paddings, 'valid') };
}

export const conv2d: LayerType<'conv2d'> = {
  className: 'Conv2D',
  output: ({ filters, kernelSize, strides, padding }, inputs) => [
    ...slide(imageOf(inputs), kernelSize, strides, padding),
    filters,
  ],
  weights: ({ kernelSize, filters, useBias }, input) => [
    weight('kernel', [kernelSize, kernelSize, input.at(-1) ?? 1, filters], 'glorotUniform'),
    ...(useBias ? [weight('bias', [filters], 'zeros')] : []),
  ],
  toKeras: ({ filters, kernelSize, strides, padding, activation, useBias }) => ({
    filters,
    kernel_size: twice(kernelSize),
    strides: twice(strides),
    padding,
    ...channelsLast,
    dilation_rate: [1, 1],
    activation,
    use_bias: useBias,
  }),
  fromKeras: (config) => {
    config.must('groups', 1);
    return {
      filters: config.number('filters'),
      kernelSize: config.square('kernel_size'),
      ...readWindow(config),
      activation: config.oneOf('activation', activations, 'linear'),
      useBias: config.flag('use_bias', true),
    };
  },
};

export const depthwiseConv2d: LayerType<'depthwiseConv2d'> = {
  className: 'DepthwiseConv2D',
  output: ({ kernelSize, strides, padding }, inputs) => {
    const image = imageOf(inputs);
    return [...slide(image, kernelSize, strides, padding), image[2]];
  },
  weights: ({ kernelSize, useBias }, input) => [
    weight('depthwise_kernel', [kernelSize, kernelSize, input.at(-1) ?? 1, 1], 'glorotUniform'),
    ...(useBias ? [weight('bias', [input.at(-1) ?? 1], 'zeros')] : []),
  ],
  toKeras: ({ kernelSize, strides, padding, activation, useBias }) => ({
    kernel_size: twice(kernelSize),
    strides: twice(strides),
    padding,
    ...channelsLast,
    dilation_rate: [1, 1],
    depth_multiplier: 1,
    activation,
    use_bias: useBias,
  }),
  fromKeras: (config) => {
    config.must('depth_multiplier', 1);
    return {
      kernelSize: config.square('kernel_size'),
      ...readWindow(config),
      activation: config.oneOf('activation', activations, 'linear'),
      useBias: config.flag('use_bias', true),
    };
  },
};

const pooling: Omit<LayerType<'maxPooling2d'>, 'className'> = {
  output: ({ poolSize, strides, padding }, inputs) => {
    const image = imageOf(inputs);
    return [...slide(image, poolSize, strides ?? poolSize, padding), image[2]];
  },
  weights: () => [],
  toKeras: ({ poolSize, strides = poolSize, padding }) => ({
    pool_size: twice(poolSize),
    strides: twice(strides),
    padding,
    ...channelsLast,
  }),
  fromKeras: (config) => {
    const poolSize = config.square('pool_size', 2);
    config.must('data_format', 'channels_last');
    return {
      poolSize,
      strides: config.square('strides', poolSize),
      padding: config.oneOf('padding', paddings, 'valid'),
    };
  },
};

export const maxPooling2d: LayerType<'maxPooling2d'> = { className: 'MaxPooling2D', ...pooling };
export const averagePooling2d: LayerType<'averagePooling2d'> = { className: 'AveragePooling2D', ...pooling };

const globalPooling: Omit<LayerType<'globalMaxPooling2d'>, 'className'> = {
  output: (_, inputs) => [imageOf(inputs)[2]],
  weights: () => [],
  toKeras: () => channelsLast,
  fromKeras: (config) => {
    config.must('data_format', 'channels_last');
    config.must('keepdims', false);
    return {};
  },
};

export const globalAveragePooling2d: LayerType<'globalAveragePooling2d'> = {
  className: 'GlobalAveragePooling2D',
  ...globalPooling,
};
export const globalMaxPooling2d: LayerType<'globalMaxPooling2d'> = {
  className: 'GlobalMaxPooling2D',
  ...globalPooling,
};

type Sides = [[top: number, bottom: number], [left: number, right: number]];

/** Of a padding such as 1 or [[0, 1], [0, 1]]. */
export function sidesOf(padding: number | Sides): Sides {
  if (typeof padding !== 'number') return padding;
  return [
    [padding, padding],
    [padding, padding],
  ];
}

export const zeroPadding2d: LayerType<'zeroPadding2d'> = {
  className: 'ZeroPadding2D',
  output: ({ padding }, inputs) => {
    const [height, width, channels] = imageOf(inputs);
    const [[top, bottom], [left, right]] = sidesOf(padding);
    return [height + top + bottom, width + left + right, channels];
  },
  weights: () => [],
  toKeras: ({ padding }) => ({ padding: sidesOf(padding), ...channelsLast }),
  fromKeras: (config) => {
    config.must('data_format', 'channels_last');
    return { padding: config.sides('padding') };
  },
};

const scaled = (shape: Shape, factor: number): Shape => [
  (shape[0] ?? 1) * factor,
  (shape[1] ?? 1) * factor,
  shape[2] ?? 1,
];

export const upSampling2d: LayerType<'upSampling2d'> = {
  className: 'UpSampling2D',
  output: ({ size }, inputs) => scaled(imageOf(inputs), size),
  weights: () => [],
  toKeras: ({ size, interpolation }) => ({ size: twice(size), interpolation, ...channelsLast }),
  fromKeras: (config) => {
    config.must('data_format', 'channels_last');
    return {
      size: config.square('size', 2),
      interpolation: config.oneOf('interpolation', ['nearest', 'bilinear'], 'nearest'),
    };
  },
};
