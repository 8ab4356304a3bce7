/** What has to be done to an image before a trained model sees it: stored beside the model, so that whoever loads it can. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatasetFile, Transform } from '../data/dataset.ts';

export interface Preprocessing {
  readonly version: 1;
  /** In the order of the model's outputs. */
  readonly classes: readonly string[];
  /** x' = (x - mean) / std a channel, of pixels from 0 to 255, one after the other. */
  readonly normalization: readonly Transform[];
  /** As in the dataset. */
  readonly fit?: DatasetFile['fit'];
}

const name = 'preprocessing.json';

/** As training did it on `dataset`; augmentation is no part of it. */
export function writePreprocessing(folder: string, { classes, transforms, fit }: DatasetFile): void {
  const normalization = transforms.filter((one) => one.transform === 'normalize');
  const made: Preprocessing = { version: 1, classes, ...(fit ? { fit } : {}), normalization };
  writeFileSync(join(folder, name), `${JSON.stringify(made, null, 2)}\n`);
}

/** Of a trained model's files. Objects are checked by hash, so their form is the writer's. */
export function readPreprocessing(files: { readonly [path: string]: string }): Preprocessing {
  return JSON.parse(readFileSync(files[name] ?? '', 'utf8'));
}
