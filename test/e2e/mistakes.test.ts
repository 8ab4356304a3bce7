import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { launcher, makeProject, ran } from '../rig/project.ts';
import { small } from '../rig/small.ts';

const change = (from: string, to: string): string => {
  assert.ok(small.includes(from), from);
  return small.replace(from, to);
};

/** A pipeline that takes a list of so many lists of as many lists, and so on. */
function withVars(levels: number, each: number): string {
  const vars = Array.from({ length: levels }, (_, i) => {
    const items = new Array<string>(each).fill(i === 0 ? '1' : `"\${v${i - 1}}"`);
    return `  v${i}: [${items.join(', ')}]\n`;
  });
  return change('rotation: 20', `rotation: "\${v${levels - 1}}"`).replace(
    'seed: 7\n',
    `seed: 7\nvars:\n${vars.join('')}`,
  );
}

/** What is wrong, and what has to be printed of it: place, code, what is meant, and where there is a likely fix, that. */
const wrong: readonly { readonly says: string; readonly text: string; readonly told: readonly string[] }[] = [
  {
    says: 'what is not YAML',
    text: 'version: 1\nname: [small\nstages: {}\n',
    told: ['p.yaml:2:7 error invalid-yaml', 'close it with `]`'],
  },
  {
    says: 'an unknown kind',
    text: change('  normalize: { data: download }', '  normalize: { kind: normalise, data: download }'),
    told: ['p.yaml:6:22 error unknown-kind', 'did you mean `normalize`?'],
  },
  {
    says: 'an unknown key',
    text: change('rotation: 20', 'rotaton: 20'),
    told: ['p.yaml:7:31 error unknown-key', 'did you mean `rotation`?'],
  },
  {
    says: 'an unknown stage',
    text: change('model: build, data: augment', 'model: biuld, data: augment'),
    told: [
      'p.yaml:16:19 error unknown-stage: `train` takes its model from `biuld`, which is not a stage',
      'did you mean `build`?',
    ],
  },
  {
    says: 'an unknown var',
    text: change('epochs: 2', 'epochs: "${epohcs}"').replace('seed: 7', 'seed: 7\nvars: { epochs: 2 }'),
    told: ['p.yaml:17:49 error unknown-var', 'did you mean `epochs`?'],
  },
  {
    says: 'a var that is called as --set calls it',
    text: change('epochs: 2', 'epochs: "${vars.epochs}"').replace('seed: 7', 'seed: 7\nvars: { epochs: 2 }'),
    told: ['p.yaml:17:49 error unknown-var', 'did you mean `epochs`?'],
  },
  {
    says: 'a line that is indented otherwise',
    text: change('    input: [32, 32, 3]', '   input: [32, 32, 3]'),
    told: ['p.yaml:10:1 error invalid-yaml', 'or the indentation is another'],
  },
  {
    says: 'a tab',
    text: change('    input: [32, 32, 3]', '\tinput: [32, 32, 3]'),
    told: ['p.yaml:9:1 error invalid-yaml', 'indent with spaces'],
  },
  {
    says: 'a list item without its dash',
    text: change('- conv2d', 'conv2d'),
    told: ['p.yaml:12:1 error invalid-yaml'],
  },
  {
    says: '`stages` misspelt, beside vars that nothing can use then',
    text: change('seed: 7\nstages', 'seed: 7\nvars: { epochs: 2 }\nstage'),
    told: ['p.yaml:5:1 error unknown-key', 'did you mean `stages`?'],
  },
  {
    says: 'a network for images of another size',
    text: change('input: [32, 32, 3]', 'input: [64, 64, 3]'),
    told: ['p.yaml:16:32 error shape-mismatch', 'build the model with input: [32, 32, 3]'],
  },
  {
    says: '`repeat` with two counts',
    text: change(
      '- globalAveragePooling2d: {}',
      '- repeat: { with: [{ u: 4 }], times: 2, layers: [{ dropout: { rate: 0.1 } }] }\n      - globalAveragePooling2d: {}',
    ),
    told: ['p.yaml:13:44 error conflicting-options', 'keep one'],
  },
  {
    says: 'a wrong type',
    text: change('epochs: 2', 'epochs: "2"'),
    told: ['p.yaml:16:49 error wrong-type', 'write it without quotes: 2'],
  },
  {
    says: 'a number that is not finite',
    text: change('epochs: 2', 'epochs: 2, optimizer: { sgd: { learningRate: .inf } }'),
    told: ['p.yaml:16:86 error invalid-value: this is no finite number', 'write a finite number'],
  },
  {
    says: 'a number that is none',
    text: change('rotation: 20', 'rotation: .nan'),
    told: ['p.yaml:7:41 error invalid-value: this is no number'],
  },
  {
    says: 'a number that is too large to be one',
    text: change('rotation: 20', 'rotation: -1e999'),
    told: ['p.yaml:7:41 error invalid-value: this is no finite number'],
  },
  {
    says: 'a key that a var makes the same as another',
    text: change('epochs: 2', 'optimizer: { "${o}": { learningRate: 0.1 }, adam: {} }, epochs: 2').replace(
      'seed: 7',
      'seed: 7\nvars: { o: adam }',
    ),
    told: [
      'p.yaml:17:85 error duplicate-key: the key `adam` is written twice in one map',
      'p.yaml:17:54 the first is here',
    ],
  },
  {
    says: 'a list of stages in place of one',
    text: change('{ data: download }', '{ data: [download] }'),
    told: [
      'p.yaml:6:22 error wrong-type: `normalize.data` must be a text, found ["download"]',
      'write `"download"` without brackets',
    ],
  },
  {
    says: 'lists of lists that hold more than fits into memory',
    text: withVars(9, 10),
    told: ['error too-large: with what vars and `repeat` write out, the stages hold more than 200000 values'],
  },
  {
    says: 'lists of lists that nest deeper than anything that walks them can',
    text: withVars(6000, 1),
    told: ['error too-deep: with what vars and `repeat` write out, the stages nest deeper than 200 levels'],
  },
  {
    says: 'a reference to the wrong type of port',
    text: change('{ model: train, data: normalize }', '{ model: normalize, data: normalize }'),
    told: ['p.yaml:17:22 error wrong-port-type'],
  },
  {
    says: 'a cycle, written out',
    text: change('normalize: { data: download }', 'normalize: { data: augment }'),
    told: ['error cycle', 'normalize → augment → normalize'],
  },
  {
    says: 'an empty dataset',
    text: change('limit: { train: 100, test: 40 }', 'limit: { train: 0, test: 0 }'),
    told: ['p.yaml:5:'],
  },
  {
    says: 'a batch larger than the data',
    text: change('batchSize: 16', 'batchSize: 81'),
    told: ['p.yaml:16:63 error batch-too-large: batchSize is 81, the data has 80 training rows'],
  },
];

test('a wrong file is refused with 2, place and likely fix before anything runs, and costs no result', async (t) => {
  const project = makeProject(t, { 'p.yaml': small });
  project.run('p.yaml');
  const before = project.hashes('cache/out/small');
  for (const { says, text, told } of wrong) {
    await t.test(says, () => {
      project.write('p.yaml', text);
      for (const command of ['run', 'validate', 'plan']) {
        const { code, out, err } = project.pipe(command, 'p.yaml');
        assert.equal(code, 2, `${command}: ${out}${err}`);
        for (const part of told) assert.ok(err.includes(part), `${part} is missing in\n${err}`);
        assert.doesNotMatch(err, /\n\s+at .*:\d+:\d+/, 'no stack');
        assert.ok((err.match(/error invalid-yaml/g) ?? []).length <= 1, `one mistake, one error:\n${err}`);
      }
      assert.deepEqual(project.hashes('cache/out/small'), before);
    });
  }
  project.write('p.yaml', small);
  assert.deepEqual(ran(project.run('p.yaml')), []);
});

test('a loss that becomes NaN stops the training, says in which epoch and step, and costs no result', (t) => {
  const project = makeProject(t, { 'p.yaml': small });
  project.run('p.yaml');
  const before = project.hashes('cache/out/small');
  project.write(
    'p.yaml',
    change('batchSize: 16 }', 'batchSize: 16, optimizer: { sgd: { learningRate: 1.0e+30 } } }'),
  );
  const { code, err } = project.pipe('run', 'p.yaml');
  assert.equal(code, 1, err);
  assert.match(err, /p\.yaml:16:3 error loss-is-nan: the loss became NaN in epoch 1, step [2-5]/);
  assert.match(err, /a smaller learningRate is the usual cure/);
  assert.deepEqual(project.hashes('cache/out/small'), before);
});

test('a loss that the last step makes NaN is seen no later than by the evaluation, with validation rows and without', (t) => {
  const last = change(
    'epochs: 2, batchSize: 16 }',
    'epochs: 1, batchSize: 80, optimizer: { sgd: { learningRate: 1.0e+38 } } }',
  );
  const project = makeProject(t, {});
  for (const text of [
    last,
    last.replace('validation: 0.2', 'validation: 0').replace('batchSize: 80', 'batchSize: 100'),
  ]) {
    project.write('p.yaml', text);
    const { code, err } = project.pipe('run', 'p.yaml');
    assert.equal(code, 1, err);
    assert.match(
      err,
      /p\.yaml:1[67]:3 error loss-is-nan: the loss (became \w+ at the end of epoch 1|is NaN: the model gives no)/,
    );
  }
});

test('a cache folder that can not be written is refused with 2 and what to do', (t) => {
  const project = makeProject(t, { 'p.yaml': small });
  const locked = join(project.folder, 'locked');
  mkdirSync(locked);
  chmodSync(locked, 0o500);
  chmodSync(project.folder, 0o755);
  // Root may write anywhere, so then somebody else runs it.
  const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  const ended = spawnSync(
    process.execPath,
    [launcher, 'run', join(project.folder, 'p.yaml'), '--cache', locked],
    {
      ...nobody,
      cwd: project.folder,
      encoding: 'utf8',
    },
  );
  if (ended.stderr.includes('EACCES') && ended.stderr.includes('launch.mjs'))
    return t.skip('the program itself lies where nobody else may read');
  assert.equal(ended.status, 2, ended.stderr);
  assert.match(ended.stderr, /error cache-not-writable.*\n.*PIPE_CACHE/);
});

test('a cache path that is a file is refused with 2 and what to do', (t) => {
  const project = makeProject(t, { 'p.yaml': small, taken: 'not a folder' });
  const { code, err } = project.pipe('run', 'p.yaml', '--cache', 'taken');
  assert.equal(code, 2);
  assert.match(err, /error cache-not-writable.*\n.*PIPE_CACHE/);
  assert.equal(project.read('taken'), 'not a folder');
});
