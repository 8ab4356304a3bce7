import assert from 'node:assert/strict';
import { test } from 'node:test';
import { search, searchProject } from './rig.ts';

const random = (trials: number): string => search(`search: { random: { trials: ${trials} } }\n    epochs: 1`);
const halving = search('search: { halving: { trials: 4, factor: 2 } }\n    epochs: 2');

test('plan says how many trials are left to train and how many go on; trials shows them as a table, sorted, as CSV and as JSON', (t) => {
  const project = searchProject(t);
  const { pipe, write } = project;
  const planned = (text: string): string => {
    write('p.yaml', text);
    return /^tune .*$/m.exec(pipe('plan', 'p.yaml').out)?.[0] ?? '';
  };
  assert.match(planned(random(2)), /^tune +depends +depends on /);
  const { trials, ranking } = project.search(random(2));
  assert.match(planned(random(3)), /^tune +run .*\(1 of 3 trials to train\)( +about .*)?$/);
  assert.match(
    planned(random(2).replace('minimize', 'maximize')),
    /\(0 of 2 trials to train\)( +about .*)?$/,
  );
  assert.match(
    planned(random(3).replace('epochs: 1', 'epochs: 2')),
    /\(3 of 3 trials to train, 2 on from epochs they have\)/,
  );
  assert.match(planned(halving), /\(at least 2 of 4 trials to train\)( +about .*)?$/);

  const best = trials[(ranking[0] ?? 0) - 1]?.objective?.toFixed(4) ?? 'no objective';
  assert.match(pipe('runs').out, new RegExp(` tune best ${best}$`, 'm'));
  const rows = pipe('trials', 'tune').out.trim().split('\n');
  assert.match(rows[0] ?? '', /^trial +status +objective +error +epochs +learningRate +reason$/);
  assert.deepEqual(
    rows.slice(1).map((row) => Number(row.split(' ')[0])),
    ranking,
  );
  const csv = pipe('trials', 'tune', '--csv', '--sort', 'trial').out;
  assert.equal(csv, project.read('cache/out/search/tune/trials/trials.csv'));
  const byRate = JSON.parse(pipe('trials', 'tune', '--json', '--sort', 'learningRate').out).trials;
  assert.deepEqual(
    byRate.map(({ trial }: { trial: number }) => trial),
    trials
      .toSorted((a, b) => Number(a.point.learningRate) - Number(b.point.learningRate))
      .map(({ trial }) => trial),
  );
  for (const [args, told] of [
    [['tnue'], /unknown-search: no run has finished a search `tnue`[\s\S]*did you mean `tune`\?/],
    [
      ['tune', '--sort', 'learnRate'],
      /unknown-value: trials have no column `learnRate`[\s\S]*did you mean `learningRate`\?/,
    ],
  ] as const) {
    const { code, err } = pipe('trials', ...args);
    assert.equal(code, 2);
    assert.match(err, told);
  }
});

test('trials names the run that did not come to a search', (t) => {
  const { pipe, write } = searchProject(t, { PIPE_MIRROR: 'no-such-folder' });
  write('p.yaml', random(1).replace('shapes10', 'cifar10'));
  assert.equal(pipe('run', 'p.yaml').code, 1);
  assert.match(
    pipe('trials', 'tune').err,
    /no run has finished a search `tune`\n {3}fix: run \S+ \(failed\) did not come to it: `pipe run p\.yaml` runs it/,
  );
});

test('--max-time stops a run and changes no result: the next one goes on', (t) => {
  const text = search('search: { random: { trials: 3 } }\n    epochs: 2');
  const whole = searchProject(t);
  whole.search(text);
  const project = searchProject(t);
  project.write('p.yaml', text);
  // The time is over while the search's first process still starts, however fast the machine is.
  project.run('p.yaml', '--until', 'normalize', 'build');
  const stopped = project.pipe('run', 'p.yaml', '--max-time', '50ms');
  assert.equal(stopped.code, 130, stopped.err);
  assert.match(stopped.err, /the time for this run is over/);
  assert.match(
    project.pipe('trials', 'tune').err,
    /no run has finished a search `tune`\n {3}fix: run \S+ \(interrupted\) began it: `pipe run p\.yaml` goes on/,
  );
  project.search(text);
  assert.deepEqual(project.hashes('cache/out/search/tune'), whole.hashes('cache/out/search/tune'));
  const wrong = project.pipe('run', 'p.yaml', '--max-time', 'two');
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /It must be a time such as 2h, 30m or 90s/);
});
