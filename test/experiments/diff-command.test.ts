/** `pipe diff` through the front door: runs, cells of a run, files; a matrix of two rates by three seeds. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { readNpy } from '../../src/data/npy.ts';
import { makeProject } from '../rig/project.ts';

const pipeline = `version: 1
name: cells
seed: 7
stages:
  download: { dataset: shapes10, limit: { train: 200, test: 100 }, validation: 0.2 }
  normalize: { data: download }
  build: { input: [32, 32, 3], layers: [ { conv2d: { filters: 4, kernelSize: 3, activation: relu } }, { globalAveragePooling2d: {} }, { dense: { units: 10, activation: softmax } } ] }
  train:
    matrix: { rate: [0.001, 0.02], seed: [1, 2, 3] }
    seed: "\${matrix.seed}"
    model: build
    data: normalize
    epochs: 2
    batchSize: 16
    optimizer: { adam: { learningRate: "\${matrix.rate}" } }
  evaluate: { model: train, data: normalize }
`;

test('pipe diff', async (t) => {
  const { folder, pipe, read, write } = makeProject(t, { 'cells.yaml': pipeline });
  const ran = pipe('run', 'cells.yaml', '--name', 'first');
  assert.equal(ran.code, 0, ran.err);
  const json = (...args: string[]) => JSON.parse(pipe('diff', ...args, '--json').out);

  await t.test('compares the cells of an axis over their seeds, paired where these are the same', () => {
    const made = json('first', '--by', 'rate');
    assert.deepEqual(made.subjects, ['rate=0.001', 'rate=0.02']);
    assert.deepEqual(
      made.params.map(({ path, values, places }: { path: string; values: string[]; places: string[] }) => [
        path,
        values,
        places,
      ]),
      [['train.optimizer.adam.learningRate', ['0.001', '0.02'], [null, 'cells.yaml:9:29']]],
    );
    const [evaluation] = made.evaluations;
    assert.equal(evaluation.comparisons[0].method, 'paired t');
    assert.deepEqual(evaluation.comparisons[0].seeds, [3, 3]);
    assert.deepEqual(made.graph, []);
  });

  await t.test(
    'says of a setting what its seeds give together: F1 and the lowest validation loss, too',
    () => {
      const made = json('first', '--by', 'rate');
      const outputs = (stage: string, path: string) =>
        [1, 2, 3].map((seed) => JSON.parse(read(`cache/out/cells/${stage}[rate=0.02,seed=${seed}]/${path}`)));
      const metrics = outputs('evaluate', 'metrics/metrics.json');
      for (const { path, values } of made.evaluations[0].perClass) {
        const f1 = metrics.map(
          ({ perClass }) => perClass.find((one: { class: string }) => `${one.class}.f1` === path).f1,
        );
        assert.ok(Math.abs(values[1] - (f1[0] + f1[1] + f1[2]) / 3) < 1e-12);
      }
      const lowest = outputs('train', 'history/history.json').map(({ epochs }) =>
        Math.min(...epochs.map((epoch: { valLoss: number }) => epoch.valLoss)),
      );
      const mean = lowest.reduce((sum, loss) => sum + loss, 0) / 3;
      const { out } = pipe('diff', 'first', '--by', 'rate');
      assert.match(
        out.replace(/\s+/g, ' '),
        new RegExp(
          `lowest validation loss .*the mean of 3 seeds ${Number(mean.toPrecision(5))}, the mean of 3 seeds`,
        ),
      );
      assert.match(
        pipe('diff', 'first', '--by', 'rate', '--format', 'html').out,
        /rate=0\.02 seed 3 validation/,
      );
    },
  );

  await t.test('says of two cells with one seed each what changed, and what one seed cannot say', () => {
    const args = ['first[rate=0.001,seed=1]', 'first[rate=0.02,seed=1]'];
    const [evaluation] = json(...args).evaluations;
    const [{ toRight, toWrong }] = evaluation.changes;
    assert.deepEqual([toWrong.length, toRight.length], evaluation.comparisons[0].changed);
    const { out, code } = pipe('diff', ...args);
    assert.equal(code, 0);
    assert.match(out, /McNemar's exact test on \d+ changed predictions/);
    assert.match(
      out.replace(/\s+/g, ' '),
      /cannot say that the setting is better: another seed may move either by as much/,
    );
    assert.match(out, /became right, \d+ became wrong/);
  });

  await t.test('shows in its page the very images whose prediction changed', async () => {
    const args = ['first[rate=0.001,seed=1]', 'first[rate=0.02,seed=1]'];
    const [{ changes }] = json(...args).evaluations;
    const html = pipe('diff', ...args, '--format', 'html').out;
    const { data: examples } = await readNpy(join(folder, 'cache/out/cells/download/data/images.npy'));
    for (const [id, changed] of [
      ['evaluate-changed-0-right', changes[0].toRight],
      ['evaluate-changed-0-wrong', changes[0].toWrong],
    ] as const) {
      const [, base64 = ''] = new RegExp(`<image id="${id}"[^>]*base64,([^"]*)"`).exec(html) ?? [];
      assert.equal(base64 === '', changed.length === 0);
      const uses = [
        ...html.matchAll(
          new RegExp(`aria-label="([^"]*)" viewBox="(\\d+) (\\d+) [^"]*"><use href="#${id}"`, 'g'),
        ),
      ];
      assert.equal(uses.length, Math.min(12, changed.length));
      for (const [i, [, label = '', x, y]] of uses.entries()) {
        const { row, class: name, before, after } = changed[i];
        assert.equal(label, `${name}, first taken for ${before}, then for ${after} (row ${row})`);
        const tile = { left: Number(x), top: Number(y), width: 64, height: 64 };
        const pixels = await sharp(Buffer.from(base64, 'base64'))
          .extract(tile)
          .resize(32, 32, { kernel: 'nearest' })
          .raw()
          .toBuffer();
        assert.deepEqual([...pixels], [...examples.subarray(row * 3072, (row + 1) * 3072)]);
      }
    }
  });

  await t.test('compares runs by name and `last`; a limit that is exceeded gives exit code 1', () => {
    write('cells.yaml', pipeline.replace('0.001, 0.02', '0.001, 0.0000001'));
    assert.equal(pipe('run', 'cells.yaml').code, 0);
    const limited = pipe('diff', 'first[rate=0.02]', 'last[rate=1e-7]', '--max-drop', 'evaluate.loss=0.0001');
    assert.equal(limited.code, 1, limited.err);
    assert.match(limited.err, /evaluate\.loss is [\d.]+ worse \([\d.]+ → [\d.]+\); 0\.0001 is allowed/);
    assert.equal(pipe('diff', 'first', 'last', '--max-drop', 'evaluate[rate=0.001,seed=1].loss=0.5').code, 0);
    const wrong = pipe('diff', 'first', 'last', '--max-drop', 'accuracy');
    assert.deepEqual([wrong.code, /invalid-limit/.test(wrong.err)], [2, true]);
  });

  await t.test('compares files before they run, with places; what the cache has of them counts', () => {
    write('other.yaml', pipeline.replace('epochs: 2', 'epochs: 3').replace('0.02', '0.03'));
    write('first.yaml', pipeline);
    const made = json('first.yaml', 'other.yaml');
    const epochs = made.params.find((one: { path: string }) => one.path === 'train[rate=0.001].epochs');
    assert.deepEqual(epochs.values, ['2', '3']);
    assert.deepEqual(epochs.places, ['first.yaml:13:13', 'other.yaml:13:13']);
    assert.ok(made.graph.some((one: { path: string }) => one.path === 'train[rate=0.03]'));
  });

  await t.test('takes the cells that differ by their seed for repetitions, of whole runs, too', () => {
    const made = json('first', 'last');
    const [evaluation] = made.evaluations;
    assert.equal(made.evaluations.length, 1);
    assert.deepEqual(evaluation.comparisons[0].seeds, [3, 3]);
    const seed = json('first', 'last[seed=1]');
    assert.deepEqual(
      seed.seeds.map((one: { values: string[] }) => one.values),
      [['1, 2, 3', '1']],
    );
  });

  await t.test(
    'tells cells of two runs apart by the run, and refuses what no cell has and what changes nothing',
    () => {
      assert.deepEqual(json('first[rate=0.001]', 'last[rate=0.001]').subjects, [
        'first[rate=0.001]',
        `${json('last', 'first').subjects[0]}[rate=0.001]`,
      ]);
      for (const wrong of ['last[rate=0.001,sede=9]', 'last[rate=0.001,seed=99]'])
        assert.match(pipe('diff', 'first', wrong).err, /error no-such-cell: /);
      const { code, err } = pipe('diff', 'first', 'last', '--profile', 'none', '--set', 'x=y');
      assert.equal(code, 2);
      assert.match(err, /error invalid-call: `--profile`, `--set` are for pipeline files, and none is named/);
    },
  );

  await t.test('is given as Markdown and as a page', () => {
    const markdown = pipe('diff', 'first', 'last', '--format', 'markdown').out;
    assert.match(markdown, /^## .* against first\n/);
    assert.match(markdown, /^\| --- \|/m);
    assert.match(
      pipe('diff', 'first', 'last', '--format', 'html').out,
      /^<!doctype html>[\s\S]*<h2>graph<\/h2>/,
    );
  });

  await t.test('says of a file that is not there that it is not there', () => {
    const { code, err } = pipe('diff', 'first', 'no/such.yaml');
    assert.equal(code, 2);
    assert.match(err, /^error file-not-found: there is no readable file `no\/such\.yaml`/);
  });

  await t.test('tells which cells there are when it is asked for others', () => {
    const { err, code } = pipe('diff', 'first', '--by', 'augment');
    assert.equal(code, 2);
    assert.match(err, /has no axis `augment`[\s\S]*rate=0\.001\|0\.02, seed=1\|2\|3/);
  });
});

const single = `version: 1
name: single
stages:
  download: { dataset: shapes10, limit: { train: 40, test: 40 }, validation: 0.25 }
  normalize: { data: download }
  build: { input: [32, 32, 3], layers: [ { globalAveragePooling2d: {} }, { dense: { units: 10, activation: softmax } } ] }
  train: { model: build, data: normalize, epochs: 1, batchSize: 10 }
  evaluate: { model: train, data: normalize }
`;

test('predictions are compared one by one where they are of the same images, and not where these were drawn anew', (t) => {
  const { pipe } = makeProject(t, { 'single.yaml': single });
  for (const set of ['train.batchSize=10', 'normalize.method=rescale', 'seed=7'])
    assert.equal(pipe('run', 'single.yaml', '--set', set).code, 0);
  const evaluation = (one: string) => JSON.parse(pipe('diff', 'last~2', one, '--json').out).evaluations[0];
  const otherwise = evaluation('last~1');
  assert.deepEqual([otherwise.comparisons[0].method, otherwise.changes.length], ['McNemar', 1]);
  const anew = evaluation('last');
  assert.deepEqual([anew.comparisons[0].method, anew.comparisons[0].p, anew.changes], ['none', null, []]);
  assert.equal(pipe('run', 'single.yaml', '--set', 'seed=7', '--rerun', 'train').code, 0);
  assert.match(pipe('diff', 'last~1', 'last').out, /\n\nnothing differs\n$/);
});

const steps = `version: 1
name: steps
stages:
  download: { dataset: shapes10, limit: { train: 40, test: 20 }, validation: 0.25 }
  normalize: { data: download, matrix: { high: [1, 2], seed: [1, 2] }, method: rescale, range: [0, "\${matrix.high}"] }
`;

test('one run alone is compared with the run before it of the same pipeline and profile', (t) => {
  const { pipe, write } = makeProject(t, {
    'steps.yaml': steps,
    'other.yaml': steps.replace('name: steps', 'name: other'),
  });
  for (const [file, name, ...set] of [
    ['steps.yaml', 'first'],
    ['other.yaml', 'alone'],
    ['steps.yaml', 'second', '--set', 'download.limit.train=80'],
    ['steps.yaml', 'third'],
  ] as const)
    assert.equal(pipe('run', file, '--name', name, ...set).code, 0);
  const subjects = (one: string): string[] => JSON.parse(pipe('diff', one, '--json').out).subjects;
  assert.deepEqual(subjects('last'), ['second', 'third']);
  assert.deepEqual(subjects('last~1'), ['first', 'second']);
  assert.deepEqual(subjects('second[high=1]'), ['first[high=1]', 'high=1']);
  write('other.yaml', steps.replace('name: steps', 'name: other').replace('train: 40', 'train: 60'));
  assert.deepEqual(subjects('other.yaml'), ['alone', 'other.yaml']);
  const { code, err } = pipe('diff', 'alone');
  assert.equal(code, 2);
  assert.match(err, /unknown-run: no run of `other` before `alone` has results[\s\S]*pipe diff OTHER alone/);
});

const drawn = `version: 1
name: drawn
stages:
  download:
    matrix: { seed: [1, 2] }
    seed: "\${matrix.seed}"
    dataset: shapes10
    limit: { train: 40, test: 20 }
    validation: 0.25
  normalize: { data: download, matrix: { how: [standardize, rescale] }, method: "\${matrix.how}" }
`;

test('data that differs between seeds is told with each seed, and no digest beside what says more', (t) => {
  const { pipe } = makeProject(t, { 'drawn.yaml': drawn });
  assert.equal(pipe('run', 'drawn.yaml').code, 0);
  const { data } = JSON.parse(pipe('diff', 'last', '--by', 'how', '--json').out);
  const of = (path: string) => data.find((one: { path: string }) => one.path === `normalize.${path}`).values;
  assert.match(of('mean')[0], /^\[[\d.]+\] \(seed 1\), \[[\d.]+\] \(seed 2\)$/);
  assert.match(of('mean')[1], /^\[[\d.]+\]$/);
  assert.match(of('data')[0], /^content \w+ \(seed 1\), content \w+ \(seed 2\)$/);
  const { out } = pipe('diff', 'last', '--by', 'how');
  assert.match(out, /normalize\.mean/);
  assert.doesNotMatch(out, /content/);
});

test('what collects the cells of a setting is made from these alone, each named once', (t) => {
  const { pipe } = makeProject(t, {
    'steps.yaml': `${steps}  report: { of: [download, normalize] }\n`,
  });
  assert.equal(pipe('run', 'steps.yaml').code, 0);
  const { graph } = JSON.parse(pipe('diff', 'last', 'last[high=1]', '--json').out);
  const report = graph.find((one: { path: string }) => one.path === 'report');
  assert.equal(report.values[1], 'report from download, normalize');
});
