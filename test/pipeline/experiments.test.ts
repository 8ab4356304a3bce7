/** The experiments under pipelines/, by their quick profile and made smaller still: every stage of them works. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { makeProject, ran } from '../rig/project.ts';

const smaller: { readonly [file: string]: readonly string[] } = {
  'cifar-transfer.yaml': [
    'vars.limit.train=40',
    'vars.limit.test=20',
    'vars.headEpochs=1',
    'vars.tuneEpochs=1',
    'pretrain-data.limit.train=60',
    'pretrain-data.limit.test=20',
    'pretrain.epochs=1',
  ],
  'cifar-deeper.yaml': ['vars.limit.train=60', 'vars.limit.test=20', 'vars.epochs=1', 'vars.warmUp=0'],
};

for (const [file, sets] of Object.entries(smaller))
  test(`${file} runs offline from its first stage to its report`, (t) => {
    const project = makeProject(t, { [file]: readFileSync(`pipelines/${file}`, 'utf8') });
    const stages = project.run(
      file,
      '--profile',
      'quick',
      '--engine',
      'wasm',
      ...sets.flatMap((set) => ['--set', set]),
    );
    assert.deepEqual(ran(stages), Object.keys(stages).sort());
    const name = file.replace('.yaml', '');
    assert.match(
      project.read(`cache/out/${name}@quick/report/page/report.html`),
      /images are classified right/,
    );
  });
