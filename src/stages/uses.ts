/**
 * An artifact's content may need components each time it is used: a model its layers, a dataset the augmentation that
 * is applied when batches are made. Whoever reads it has them in its fingerprint, whatever made it.
 */

import { parseDataset } from '../data/batches.ts';
import type { Transform } from '../data/dataset.ts';
import { layerKinds } from '../nn/format.ts';
import type { PortType } from './kind.ts';

/** Names of components, sorted; `read` gives the text of one of the artifact's files. */
export function usedComponents(type: PortType, read: (path: string) => string): string[] {
  return [...new Set(namesIn(type, read))].sort();
}

function namesIn(type: PortType, read: (path: string) => string): string[] {
  if (type === 'model' || type === 'trained')
    return layerKinds(read('model.json')).map((kind) => `layer/${kind}`);
  return type === 'dataset' ? parseDataset(read('dataset.json')).transforms.flatMap(operationsOf) : [];
}

function operationsOf(transform: Transform): string[] {
  if (transform.transform !== 'augment') return [];
  return transform.operations.map(({ name }) => `augment/${name}`);
}
