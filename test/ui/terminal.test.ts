/** The real `pipe` in a real terminal: util-linux' `script` gives it one. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { launcher, makeProject } from '../rig/project.ts';
import { Screen } from './screen.ts';

const noScript = spawnSync('script', ['--version']).error ? 'no `script` to open a terminal with' : false;

const pipeline = `version: 1
name: shapes
stages:
  download: { dataset: shapes10, limit: { train: 60, test: 20 }, validation: 0.25 }
  normalize: { data: download }
  build: { input: [32, 32, 3], layers: [ { globalAveragePooling2d: {} }, { dense: { units: 10, activation: softmax } } ] }
  train-with-a-name-that-is-longer-than-a-column-should-be: { kind: train, model: build, data: normalize, epochs: 3, batchSize: 5 }
`;

test('a page in a terminal that tells no size is as wide as without one', { skip: noScript }, (t) => {
  const { folder, env, pipe } = makeProject(t, {});
  const command = `stty cols 0 rows 0; ${process.execPath} ${launcher} schema train`;
  const page = spawnSync('script', ['-qec', command, '/dev/null'], {
    cwd: folder,
    encoding: 'utf8',
    env,
  }).stdout;
  assert.equal(page.replaceAll('\r', ''), pipe('schema', 'train').out);
});

test('pipe run in a terminal', { skip: noScript }, async (t) => {
  const { folder } = makeProject(t, { 'shapes.yaml': pipeline });
  /** What a terminal of 70 columns by 20 rows received. */
  const inTerminal = (env: NodeJS.ProcessEnv, ...args: string[]): string => {
    const command = `stty cols 70 rows 20; ${process.execPath} ${launcher} run shapes.yaml ${args.join(' ')}`;
    const { CI: _ci, NO_COLOR: _noColor, ...own } = process.env;
    const options = {
      cwd: folder,
      encoding: 'utf8',
      env: { ...own, TERM: 'xterm-256color', ...env },
    } as const;
    return spawnSync('script', ['-qec', command, '/dev/null'], options).stdout;
  };
  const lines = (written: string): string[] => {
    const screen = new Screen(70, 20);
    screen.write(written);
    return screen.text().split('\n');
  };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const [colors, moves] = [/\u001b\[\d+m/, /\u001b\[\d*[AJK]/];

  await t.test('leaves one line a stage and nothing of the live block, however often that was drawn', () => {
    const written = inTerminal({});
    assert.match(written, colors);
    assert.ok((written.match(/\u25cf/g) ?? []).length > 3);
    const shown = lines(written);
    assert.equal(shown.filter((line) => line.includes('✔')).length, 4, shown.join('\n'));
    assert.equal(shown.filter((line) => /[●○]/.test(line)).length, 0, shown.join('\n'));
    assert.match(shown.join('\n'), /✔ train-with-a-name-that-is-longer-th…/);
  });

  await t.test('with NO_COLOR moves the cursor but paints nothing', () => {
    const written = inTerminal({ NO_COLOR: '1' }, '--set', 'download.limit.train=61');
    assert.doesNotMatch(written, colors);
    assert.match(written, moves);
  });

  await t.test('with CI, or in a dumb terminal, writes plain lines', () => {
    const inCi = inTerminal({ CI: 'true' }, '--set', 'download.limit.train=62');
    const dumb = inTerminal({ TERM: 'dumb' }, '--set', 'download.limit.train=62');
    for (const written of [inCi, dumb]) assert.doesNotMatch(written, moves);
    assert.match(inCi, /● download/);
  });
});
