import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { test } from 'node:test';
import { launcher, makeProject } from '../rig/project.ts';
import { small } from '../rig/small.ts';

const wrong = small
  .replace('rotation: 20', 'rotaton: 20')
  .replace('epochs: 2', 'epochs: "${epochs}"')
  .replace('seed: 7', 'seed: 7\nvars: { epochs: many, unused: 1 }');

test('without files all of pipelines/ are checked; a pattern stands for what it finds, and one that finds nothing is told', (t) => {
  const project = makeProject(t, {
    'pipelines/a.yaml': small,
    'pipelines/deep/b.yml': small.replace('name: small', 'name: deep'),
    'other.yaml': small,
  });
  const valid = (...args: string[]): string[] =>
    project.pipe('validate', ...args).out.match(/^\S+: valid$/gm) ?? [];
  assert.deepEqual(valid(), ['pipelines/a.yaml: valid', 'pipelines/deep/b.yml: valid']);
  assert.deepEqual(valid('*.yaml'), ['other.yaml: valid']);
  const { code, err } = project.pipe('validate', 'nothing/*.yaml');
  assert.equal(code, 2);
  assert.match(err, /error file-not-found: there is no readable file `nothing\/\*\.yaml`/);
});

test('a valid file tells what its networks and trainings will take', (t) => {
  const { pipe, write } = makeProject(t, {});
  const validate = (file: string): string => {
    write(file, readFileSync(file, 'utf8'));
    const { code, out, err } = pipe('validate', file);
    assert.equal(code, 0, err);
    return out;
  };
  assert.equal(
    validate('pipelines/cifar-augmented.yaml'),
    `pipelines/cifar-augmented.yaml: valid
  build  1,217,354 parameters, 153 million multiply-adds an example
  train  about 0.9 GB of memory, 413 trillion multiply-adds
`,
  );
  // Of a search, the least and the most at the corners of its space.
  assert.equal(
    validate('pipelines/cifar-tuned.yaml'),
    `pipelines/cifar-tuned.yaml: valid
  tune-two, each build    24,586 to 93,130 parameters, 5.61 million to 22.4 million multiply-adds an example
  tune-two, each train    about 0.5 to 0.8 GB of memory, 7.57 trillion to 30.3 trillion multiply-adds
  tune-three, each build  131,402 to 464,138 parameters, 15.9 million to 58.4 million multiply-adds an example
  tune-three, each train  about 0.6 to 0.8 GB of memory, 21.5 trillion to 78.9 trillion multiply-adds
`,
  );
});

test('--set of a var whose `vars.` was forgotten is told so', (t) => {
  const { pipe } = makeProject(t, {
    'p.yaml': small
      .replace('seed: 7', 'seed: 7\nvars: { many: 2 }')
      .replace('epochs: 2', 'epochs: "${many}"'),
  });
  const { code, err } = pipe('validate', 'p.yaml', '--set', 'many=3');
  assert.equal(code, 2);
  assert.match(err, /unknown-set-path: `--set many` hits nothing[\s\S]*did you mean `vars\.many`\?/);
  assert.equal(pipe('validate', 'p.yaml', '--set', 'vars.many=3').code, 0);
});

test('--set of an item of a list by brackets is told how it is written', (t) => {
  const { pipe } = makeProject(t, { 'p.yaml': small });
  const { code, err } = pipe('validate', 'p.yaml', '--set', 'build.layers[0].conv2d.filters=8');
  assert.equal(code, 2);
  assert.match(err, /unknown-set-path: [\s\S]*did you mean `build\.layers\.0\.conv2d\.filters`\?/);
  assert.equal(pipe('validate', 'p.yaml', '--set', 'build.layers.0.conv2d.filters=8').code, 0);
});

test('--set never changes more, or less, than it says: what it can not do is refused', (t) => {
  const { pipe } = makeProject(t, {
    'p.yaml': small
      .replace('seed: 7', 'seed: 7\nvars: { optimizer: { adam: { learningRate: 0.01, beta1: 0.8 } } }')
      .replace('epochs: 2', 'epochs: 2, optimizer: "${optimizer}"'),
  });
  for (const [set, told] of [
    [
      'train.optimizer.adam.beta1=0.7',
      /unknown-set-path: [\s\S]*did you mean `vars\.optimizer\.adam\.beta1`\?/,
    ],
    ['extends=./other.yaml', /invalid-set: `extends` decides what is read[\s\S]*a small file that extends/],
    ['train[seed=1].epochs=3', /invalid-set: `--set train\[seed=…` names a cell[\s\S]*set `train\.…`/],
  ] as const) {
    const { code, err } = pipe('validate', 'p.yaml', '--set', set);
    assert.equal(code, 2);
    assert.match(err, told);
  }
  assert.equal(pipe('validate', 'p.yaml', '--set', 'vars.optimizer.adam.beta1=0.7').code, 0);
});

test('a var may use any other, wherever it is written; those in a circle are told', (t) => {
  const text = (vars: string): string =>
    small
      .replace(
        'seed: 7',
        `seed: 7\nvars: ${vars}\nprofiles: { large: { vars: { scale: 3, many: "\${scale}" } } }`,
      )
      .replace('epochs: 2', 'epochs: "${many}"');
  const { pipe, write } = makeProject(t, { 'p.yaml': text('{ many: "${base}", base: 2 }') });
  assert.equal(pipe('validate', 'p.yaml').code, 0);
  write('p.yaml', text('{ many: "${base}", base: "${many}" }'));
  const { code, err } = pipe('validate', 'p.yaml');
  assert.equal(code, 2);
  assert.match(err, /error cycle: vars depend on each other: many → base → many/);
});

test('a warning is no error, with --strict it is one', (t) => {
  const project = makeProject(t, { 'p.yaml': small.replace('seed: 7', 'seed: 7\nvars: { unused: 1 }') });
  const lenient = project.pipe('validate', 'p.yaml');
  assert.equal(lenient.code, 0);
  assert.match(lenient.err, /p\.yaml:4:9 warning unused-var/);
  assert.match(lenient.err, /\n1 warning in 1 file\n$/);
  const strict = project.pipe('validate', 'p.yaml', '--strict');
  assert.equal(strict.code, 2);
  assert.match(strict.err, /p\.yaml:4:9 error unused-var/);
});

test("two files of one name are told: the outputs of one take the place of the other's", (t) => {
  const project = makeProject(t, { 'a.yaml': small, 'b.yaml': small });
  const { code, err } = project.pipe('validate', 'a.yaml', './a.yaml', 'b.yaml');
  assert.equal(code, 0);
  assert.match(err, /^b\.yaml:2:7 warning same-name: two files have the name `small`/m);
  assert.match(err, /a\.yaml:2:7/);
  assert.match(err, /\n1 warning in 3 files\n$/);
  assert.equal(project.pipe('validate', 'a.yaml', 'b.yaml', '--strict').code, 2);
});

test('a var that --set puts a value in place of is no unused one', (t) => {
  const withVar = small
    .replace('seed: 7', 'seed: 7\nvars: { epochs: 2 }')
    .replace('epochs: 2, batchSize', 'epochs: "${epochs}", batchSize');
  const project = makeProject(t, { 'p.yaml': withVar });
  const planned = project.pipe('plan', 'p.yaml', '--set', 'train.epochs=3');
  assert.equal(planned.code, 0, planned.err);
  assert.doesNotMatch(planned.err, /unused-var/);
});

test('a name that is none is told where it stands, a seed that decides nothing where it is given', (t) => {
  const text = `version: 1
name: n
stages:
  a: { kind: command, matrix: { seed: [1, 2] }, seed: "\${matrix.seed}", run: "true", out: { x: x } }
  9b: { kind: command, run: "true", out: { x: x } }
  d: { kind: stages/mine.ts }
`;
  const { err } = makeProject(t, { 'p.yaml': text }).pipe('validate', 'p.yaml');
  assert.match(
    err,
    /p\.yaml:4:49 warning nothing-to-do: `seed` decides nothing in `a`: a command draws nothing/,
  );
  assert.match(err, /p\.yaml:5:3 error invalid-value: `9b` is no name/);
  assert.match(err, /p\.yaml:6:14 error unknown-kind: [\s\S]*`\.\/stages\/mine\.ts`/);
  assert.equal(err.match(/decides nothing/g)?.length, 1);
});

test('a var that a profile misspells is told with the one it is like', (t) => {
  const withVar = small
    .replace('seed: 7', 'seed: 7\nvars: { epochs: 2 }\nprofiles: { long: { vars: { epoch: 30 } } }')
    .replace('epochs: 2, batchSize', 'epochs: "${epochs}", batchSize');
  const { code, err } = makeProject(t, { 'p.yaml': withVar }).pipe('validate', 'p.yaml');
  assert.equal(code, 0);
  assert.match(
    err,
    /p\.yaml:5:\d+ warning unused-var: no stage uses the var `epoch`[\s\S]*did you mean `epochs`\?/,
  );
});

for (const value of ['.inf', '[1, -.inf]', '{ a: .nan }'])
  test(`--set refuses ${value}, at its place`, (t) => {
    const { code, err } = makeProject(t, { 'p.yaml': small }).pipe(
      'plan',
      'p.yaml',
      '--set',
      `train.epochs=${value}`,
    );
    assert.equal(code, 2, err);
    assert.match(
      err,
      /^--set error invalid-value: this is no (finite )?number.*\n.*--set train\.epochs=.*\n {6}\| {20}~+ write a finite number/,
    );
  });

test('mistakes of every profile are found without naming it', (t) => {
  const project = makeProject(t, {
    'p.yaml': small.replace(
      'seed: 7',
      'seed: 7\nprofiles:\n  quick: { stages: { train: { epochs: few } } }\n  long: { stages: { train: { epochs: 9 } } }',
    ),
  });
  const { err } = project.pipe('validate', 'p.yaml');
  assert.match(err, /p\.yaml:5:39 error wrong-type: `train\.epochs`/);
  assert.match(err, /p\.yaml:19:49 by profile `quick`, in place of this/);
  assert.match(err, /p\.yaml:5:3 with this profile/);
  assert.match(err, /\n1 error in 1 file/);
});

test('--format github puts each mistake at its line, with fix and related places', (t) => {
  const project = makeProject(t, { 'pipelines/p.yaml': wrong.replace('name: small', 'name: small%') });
  const { code, out } = project.pipe('validate', '--format', 'github');
  assert.equal(code, 2);
  const lines = out.trim().split('\n');
  assert.equal(lines.length, 4);
  assert.match(
    lines[0] ?? '',
    /^::error file=pipelines\/p\.yaml,line=2,endLine=2,col=7,endColumn=13,title=invalid-value::`name` must fit: .*found "small%25"/,
  );
  assert.match(
    lines[1] ?? '',
    /^::error file=pipelines\/p\.yaml,line=4,endLine=4,col=17,endColumn=21,title=wrong-type::`train\.epochs` .*%0Apipelines\/p\.yaml:17: used here as/,
  );
  assert.match(lines[2] ?? '', /^::warning file=.*title=unused-var::/);
  assert.match(lines[3] ?? '', /%0Adid you mean `rotation`\?$/);
  project.env.GITHUB_WORKSPACE = dirname(realpathSync(project.folder));
  const from = basename(project.folder);
  assert.ok(project.pipe('validate', '--format', 'github').out.includes(`file=${from}/pipelines/p.yaml,`));
});

test('without files and without pipelines/ the way to a first one is told', (t) => {
  const { code, err } = makeProject(t, {}).pipe('validate');
  assert.equal(code, 2);
  assert.match(err, /there are no files in pipelines\/\n.*`pipe init`/);
  const { out } = makeProject(t, {}).pipe('validate', '--format', 'sarif');
  assert.equal(JSON.parse(out).runs[0].results[0].ruleId, 'file-not-found');
});

test('--format sarif is a SARIF 2.1.0 log with rules, regions and related places; --format json tells files and diagnostics', (t) => {
  const project = makeProject(t, { 'pipelines/p q.yaml': wrong, 'pipelines/r.yaml': small });
  const { code, out } = project.pipe('validate', '--format', 'sarif');
  assert.equal(code, 2);
  const log: Sarif = JSON.parse(out);
  assert.equal(log.version, '2.1.0');
  const [run] = log.runs;
  assert.deepEqual(
    run?.results.map(({ ruleId, level }) => [ruleId, level]),
    [
      ['wrong-type', 'error'],
      ['unused-var', 'warning'],
      ['unknown-key', 'error'],
    ],
  );
  for (const { ruleId, ruleIndex, locations } of run?.results ?? []) {
    assert.equal(run?.tool.driver.rules[ruleIndex]?.id, ruleId);
    assert.equal(locations[0]?.physicalLocation.artifactLocation.uri, 'pipelines/p%20q.yaml');
  }
  assert.deepEqual(run?.results[0]?.locations[0]?.physicalLocation.region, {
    startLine: 4,
    startColumn: 17,
    endLine: 4,
    endColumn: 21,
  });
  assert.equal(run?.results[0]?.relatedLocations?.[0]?.message.text, 'used here as `${epochs}`');
  const json: { version: number; files: { file: string; diagnostics: { code: string }[] }[] } = JSON.parse(
    project.pipe('validate', '--format', 'json').out,
  );
  assert.deepEqual(
    json.files.map(({ file, diagnostics }) => [file, diagnostics.length]),
    [
      ['pipelines/p q.yaml', 3],
      ['pipelines/r.yaml', 0],
    ],
  );
});

interface Location {
  physicalLocation: { artifactLocation: { uri: string }; region: object };
  message: { text: string };
}
interface Sarif {
  version: string;
  runs: {
    tool: { driver: { rules: { id: string }[] } };
    results: {
      ruleId: string;
      ruleIndex: number;
      level: string;
      locations: Location[];
      relatedLocations?: Location[];
    }[];
  }[];
}

test('a reader that has seen enough ends no command with an error', {
  skip: process.platform === 'win32',
}, (t) => {
  const project = makeProject(t, {});
  const line = `"${process.execPath}" "${launcher}" schema | head -1`;
  const { status, stdout, stderr } = spawnSync('sh', ['-c', line], { cwd: project.folder, encoding: 'utf8' });
  assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: '{\n', stderr: '' });
});
