/** A dataset with one more transform: its arrays are passed on, only dataset.json is written. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StageContext } from '../stages/context.ts';
import { parseDataset } from './batches.ts';
import type { DatasetFile, Transform } from './dataset.ts';

export function forwardDataset(context: StageContext, transform: Transform): DatasetFile {
  const data = context.input('data');
  for (const path of Object.keys(data.files))
    if (path !== 'dataset.json') context.forward('data', path, data, path);
  const file = parseDataset(readFileSync(data.files['dataset.json'] ?? '', 'utf8'));
  const changed: DatasetFile = { ...file, transforms: [...file.transforms, transform] };
  writeFileSync(join(context.outDir('data'), 'dataset.json'), `${JSON.stringify(changed, null, 2)}\n`);
  return changed;
}
