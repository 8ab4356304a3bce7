/**
 * Every component: code that decides a stage's bytes, with its version and the module that it stands in. A version is
 * part of the fingerprint of each stage that uses the component, so raising it reruns those stages and no others. Raise
 * it when the component gives other bytes than before; `npm run components` asks for it when its source has changed.
 */
import type { Component, JsonObject, Kind } from './kind.ts';

interface Entry {
  readonly version: number;
  /** Relative to src/: what it imports of ours belongs to it. */
  readonly source: string;
}

// biome-ignore format: a table, one component a line
const table = {
  'random': { version: 1, source: 'data/random.ts' },
  'download': { version: 2, source: 'stages/download/stage.ts' },
  'dataset/cifar10': { version: 1, source: 'data/cifar.ts' },
  'dataset/cifar100': { version: 1, source: 'data/cifar.ts' },
  'dataset/folder': { version: 4, source: 'data/image-folder.ts' },
  'dataset/arrays': { version: 2, source: 'data/arrays.ts' },
  'dataset/shapes10': { version: 2, source: 'data/shapes10.ts' },
  'sheet': { version: 2, source: 'data/sheet.ts' },
  'split': { version: 1, source: 'data/split.ts' },
  'normalize/standardize': { version: 3, source: 'stages/normalize/stage.ts' },
  'normalize/rescale': { version: 3, source: 'stages/normalize/stage.ts' },
  'augment': { version: 2, source: 'stages/augment/stage.ts' },
  'augment/affine': { version: 2, source: 'augment/augmenter.ts' },
  'augment/horizontalFlip': { version: 1, source: 'augment/augmenter.ts' },
  'augment/verticalFlip': { version: 1, source: 'augment/augmenter.ts' },
  'augment/randomCrop': { version: 1, source: 'augment/augmenter.ts' },
  'augment/brightness': { version: 1, source: 'augment/augmenter.ts' },
  'augment/colourJitter': { version: 1, source: 'augment/augmenter.ts' },
  'augment/noise': { version: 1, source: 'augment/augmenter.ts' },
  'augment/cutout': { version: 1, source: 'augment/augmenter.ts' },
  'augment/mixup': { version: 1, source: 'augment/augmenter.ts' },
  'augment/cutmix': { version: 1, source: 'augment/augmenter.ts' },
  'build': { version: 3, source: 'stages/build/stage.ts' },
  'layer/conv2d': { version: 2, source: 'nn/forward.ts' },
  'layer/depthwiseConv2d': { version: 2, source: 'nn/forward.ts' },
  'layer/maxPooling2d': { version: 2, source: 'nn/forward.ts' },
  'layer/averagePooling2d': { version: 2, source: 'nn/forward.ts' },
  'layer/globalAveragePooling2d': { version: 1, source: 'nn/forward.ts' },
  'layer/globalMaxPooling2d': { version: 2, source: 'nn/forward.ts' },
  'layer/zeroPadding2d': { version: 1, source: 'nn/forward.ts' },
  'layer/upSampling2d': { version: 1, source: 'nn/forward.ts' },
  'layer/rescaling': { version: 1, source: 'nn/forward.ts' },
  'layer/dense': { version: 1, source: 'nn/forward.ts' },
  'layer/activation': { version: 1, source: 'nn/forward.ts' },
  'layer/batchNormalization': { version: 1, source: 'nn/forward.ts' },
  'layer/layerNormalization': { version: 1, source: 'nn/forward.ts' },
  'layer/dropout': { version: 1, source: 'nn/forward.ts' },
  'layer/flatten': { version: 1, source: 'nn/forward.ts' },
  'layer/reshape': { version: 1, source: 'nn/forward.ts' },
  'layer/add': { version: 1, source: 'nn/forward.ts' },
  'layer/concatenate': { version: 1, source: 'nn/forward.ts' },
  'features': { version: 3, source: 'stages/features/stage.ts' },
  'nn/training': { version: 4, source: 'stages/train/stage.ts' },
  'nn/inference': { version: 2, source: 'nn/predict.ts' },
  'optimizer/sgd': { version: 1, source: 'nn/optimizers.ts' },
  'optimizer/rmsprop': { version: 1, source: 'nn/optimizers.ts' },
  'optimizer/adam': { version: 1, source: 'nn/optimizers.ts' },
  'optimizer/adamw': { version: 1, source: 'nn/optimizers.ts' },
  'schedule/constant': { version: 1, source: 'nn/schedules.ts' },
  'schedule/exponential': { version: 1, source: 'nn/schedules.ts' },
  'schedule/piecewise': { version: 1, source: 'nn/schedules.ts' },
  'schedule/cosine': { version: 1, source: 'nn/schedules.ts' },
  'loss/sparseCategoricalCrossentropy': { version: 1, source: 'nn/losses.ts' },
  'loss/categoricalCrossentropy': { version: 1, source: 'nn/losses.ts' },
  'callback/reduceLROnPlateau': { version: 1, source: 'nn/callbacks.ts' },
  'callback/earlyStopping': { version: 1, source: 'nn/callbacks.ts' },
  'callback/learningRateSchedule': { version: 1, source: 'nn/callbacks.ts' },
  'metrics': { version: 4, source: 'stages/evaluate/stage.ts' },
  'tune/grid': { version: 1, source: 'tune/grid-search.ts' },
  'tune/random': { version: 3, source: 'tune/random-search.ts' },
  'tune/tpe': { version: 1, source: 'tune/tpe.ts' },
  'tune/halving': { version: 1, source: 'tune/halving.ts' },
  'tune/hyperband': { version: 2, source: 'tune/hyperband.ts' },
  'tune/trials': { version: 3, source: 'run/tune/outputs.ts' },
  'report/page': { version: 14, source: 'stages/report/stage.ts' },
  'command': { version: 2, source: 'run/command.ts' },
} as const satisfies { readonly [name: string]: Entry };

export type ComponentName = keyof typeof table;

export const components: ReadonlyMap<string, Entry> = new Map(Object.entries(table));

/** Components of this program by their names, as a kind declares them. */
export function versioned(...names: readonly ComponentName[]): Component[] {
  return names.map((name) => ({ name, version: table[name].version }));
}

/** What decides the bytes of a stage of this kind besides its params and inputs. */
export function componentsOf(kind: Kind, params: JsonObject): Component[] {
  return [...kind.components(params), ...(kind.draws(params) ? [named('random')] : [])];
}

/** Names of components that artifacts bring with them. */
export const usedPrefix = /^(layer|augment)\//;

/** A component that an artifact names; version 0 stands for one that this program no longer has. */
export function named(name: string): Component {
  return { name, version: components.get(name)?.version ?? 0 };
}
