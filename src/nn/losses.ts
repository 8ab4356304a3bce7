/** What is made small. A new loss is a line in `losses` and in the schema. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Stages } from '../generated/types.ts';
import type { Tf } from './engine.ts';
import { crossentropy } from './ops/crossentropy.ts';

type Params = Pick<Stages['train'], 'loss' | 'labelSmoothing'>;
/** logits and targets [rows, classes] → a scalar. */
export type Loss = (tf: Tf, logits: Tensor, targets: Tensor) => Tensor;

const losses: { readonly [K in Params['loss']]: (params: Params) => Loss } = {
  sparseCategoricalCrossentropy: () => crossentropy,
  categoricalCrossentropy: ({ labelSmoothing }) =>
    labelSmoothing === 0
      ? crossentropy
      : (tf, logits, targets) => crossentropy(tf, logits, smooth(tf, targets, labelSmoothing)),
};

export const makeLoss = (params: Params): Loss => losses[params.loss](params);

/** As in Keras: y·(1 - s) + s / classes. */
function smooth(tf: Tf, targets: Tensor, by: number): Tensor {
  return tf.add(tf.mul(targets, 1 - by), by / (targets.shape.at(-1) ?? 1));
}
