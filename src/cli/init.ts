import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from '../diagnostics/diagnostic.ts';
import { isWithin } from '../diagnostics/within.ts';
import { shellWord } from '../experiments/record.ts';
import { bundledSchema } from '../pipeline/schema-bundle.ts';
import type { CommonFlags } from './main.ts';
import { print, printJson } from './output.ts';
import { projectRoot } from './settings.ts';
import { writeTo } from './write.ts';

/** Writes a first pipeline that runs as it is, offline. Never overwrites. */
export async function init(file: string, flags: CommonFlags): Promise<number> {
  if (existsSync(file))
    throw new Failure('file-exists', `there is a file \`${file}\` already`, {
      fix: 'give another name: pipe init pipelines/second.yaml',
    });
  const folder = dirname(resolve(file));
  const schema = schemaPath(folder);
  writeTo(file, firstPipeline(nameOf(file), schema, file), { flag: 'wx' });
  const beside =
    schema === schemaCopy ? `, and ${join(dirname(file), schema)}, by which an editor completes it` : '';
  if (flags.json) printJson({ version: 1, file });
  else
    print(
      `${file} is written${beside}. It draws its own data and trains in half a minute:\n  pipe run ${shellWord(file)}`,
    );
  return 0;
}

function nameOf(file: string): string {
  const name = basename(file)
    .replace(/\.ya?ml$/, '')
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^[^A-Za-z]+/, '');
  return name === '' ? 'first' : name;
}

const schemaCopy = './pipeline.schema.json';
/** By it an older copy is told from a file of the user's. */
const schemaId = '"title": "PipelineFile"';

/** The package's schemas when the project has them in it, else a copy beside the file. */
function schemaPath(folder: string): string {
  const own = fileURLToPath(new URL('../../schemas/pipeline.schema.json', import.meta.url));
  const path = relative(folder, own).split(sep).join('/');
  if (isWithin(projectRoot(folder), own)) return path;
  const copy = join(folder, schemaCopy);
  const there = existsSync(copy) ? readFileSync(copy, 'utf8') : null;
  if (there !== null && !there.includes(schemaId)) return path;
  const text = `${JSON.stringify(bundledSchema(), null, 2)}\n`;
  if (there !== text) writeTo(copy, text);
  return schemaCopy;
}

const firstPipeline = (
  name: string,
  schema: string,
  file: string,
): string => `# yaml-language-server: $schema=${schema}
# A first experiment: drawn shapes, a small CNN, a report. In an editor with the YAML language server every key completes
# and explains itself; \`pipe schema train\` prints a page about a kind.
#   pipe run ${shellWord(file)}
version: 1
name: ${name}
seed: 42
vars: { rows: 1000, epochs: 4 }
profiles:
  longer: { vars: { rows: 4000, epochs: 10 } } # pipe run … --profile longer
stages:
  download: { dataset: shapes10, limit: "\${rows}", validation: 0.1 }
  normalize: { data: download, method: standardize }
  augment: { data: normalize, rotation: 15, horizontalFlip: true }
  build:
    input: [32, 32, 3]
    layers:
      - repeat: # three blocks, said once
          with: [{ filters: 16 }, { filters: 32 }, { filters: 64 }]
          layers:
            - conv2d: { filters: "\${filters}", kernelSize: 3, padding: same, activation: relu }
            - batchNormalization: { momentum: 0.9 }
            - maxPooling2d: {}
      - globalAveragePooling2d: {}
      - dense: { units: 10, activation: softmax }
  train:
    model: build
    data: augment
    epochs: "\${epochs}"
    batchSize: 16
    optimizer: { adam: { learningRate: 5.0e-3 } }
  evaluate: { model: train, data: normalize, split: test }
  report: { of: [download, augment, train, evaluate] }
`;
