import assert from 'node:assert/strict';
import { test } from 'node:test';
import stringWidth from 'string-width';
import type { RunEvent } from '../../src/run/events.ts';
import { createReporter, type Reporter } from '../../src/ui/progress.ts';
import { Screen } from './screen.ts';

const start = (stages: readonly string[]): RunEvent => ({
  type: 'run-start',
  pipeline: 'cifar',
  profile: null,
  stages,
  engine: 'wasm',
  engineReason: 'always there',
});
const begin = (stage: string, reason = 'never run', continuesFrom: number | null = null): RunEvent => ({
  type: 'stage-start',
  stage,
  reason,
  continuesFrom,
});
const progress = (stage: string, done: number, show: { [label: string]: string } = {}): RunEvent => ({
  type: 'stage-progress',
  stage,
  progress: { unit: 'epoch', done, total: 20, show },
});
const ended = (
  stage: string,
  summary = 'fine',
  outcome: 'ran' | 'cached' = 'ran',
  reason = 'param rotation 20 → 30',
): RunEvent => ({
  type: 'stage-end',
  stage,
  outcome,
  seconds: 0.31,
  summary,
  reason,
});

function view(columns = 100, rows = 30): { screen: Screen; reporter: Reporter } {
  const screen = new Screen(columns, rows);
  return { screen, reporter: createReporter({ stream: screen, color: false, interactive: true }) };
}

/** Draws at once what else is drawn a tenth of a second later. */
const drawn = (reporter: Reporter, screen: Screen): string => {
  reporter.note('.');
  return screen.text();
};

test('a terminal that tells no size is taken for one of 80 columns and 24 rows', () => {
  const stages = Array.from({ length: 15 }, (_, i) => `a-stage-with-a-name-of-its-own-${i}`);
  const [unknown, usual] = [
    [0, 0],
    [80, 24],
  ].map(([columns, rows]) => {
    const screen = new Screen(80, 24);
    const stream = { write: (text: string) => screen.write(text), columns, rows };
    const reporter = createReporter({ stream, color: false, interactive: true });
    reporter.onEvent(start(stages));
    return drawn(reporter, screen);
  });
  assert.match(unknown ?? '', /a-stage-with-a-name-of-its-own-14/);
  assert.equal(unknown, usual);
});

test('a run looks as it should: what ended with its reason, what runs with its progress, what waits', () => {
  const { screen, reporter } = view();
  reporter.onEvent(start(['download', 'augment', 'train', 'evaluate']));
  reporter.onEvent(ended('download', 'cifar10: 45,000 train', 'cached'));
  reporter.onEvent(begin('augment'));
  reporter.onEvent(ended('augment', '8 operations'));
  reporter.onEvent(begin('train'));
  reporter.onEvent(progress('train', 7, { 'img/s': '302', loss: '0.71', acc: '75.3%' }));
  reporter.note('stopping');
  assert.equal(
    screen.text(),
    `cifar · 4 stages · engine wasm (always there)
  ✔ download  cifar10: 45,000 train                                cached
  ✔ augment   8 operations                                         ran 0.3 s     rotation 20 → 30
stopping
  ● train     epoch 7/20 ━━━━━━━───────────── 35%  302 img/s  loss 0.71  acc 75.3%
  ○ evaluate`,
  );
});

test('twenty stages at once in a low terminal: never more lines than it has, and nothing is left behind', () => {
  const { screen, reporter } = view(60, 12);
  const stages = Array.from({ length: 20 }, (_, i) => `stage-${i}`);
  reporter.onEvent(start(stages));
  for (const stage of stages) reporter.onEvent(begin(stage));
  for (let i = 0; i < 40; i++) reporter.onEvent(progress(stages[i % 20] ?? '', i / 4));
  const live = drawn(reporter, screen).split('\n').slice(2);
  assert.equal(live.length, 10);
  assert.match(live.at(-1) ?? '', /… and 11 more/);
  for (const stage of stages) reporter.onEvent(ended(stage));
  reporter.close();
  const lines = screen.text().split('\n');
  assert.equal(lines.length, 22);
  assert.equal(lines.filter((line) => line.includes('✔')).length, 20);
});

test('long and wide names keep the columns, and no live line is wider than the terminal', () => {
  const { screen, reporter } = view(70);
  const stages = ['学習ステージ', 'a-name-that-is-much-longer-than-any-column-should-be-wide', '👩‍🔬', 'x'];
  reporter.onEvent(start(stages));
  for (const stage of stages) {
    reporter.onEvent(begin(stage));
    reporter.onEvent(progress(stage, 3, { loss: '0.71', acc: '75.3%', val: '77.0%', 'img/s': '302' }));
  }
  const live = drawn(reporter, screen)
    .split('\n')
    .filter((line) => line.includes('●'));
  assert.equal(live.length, 4);
  for (const line of live) assert.ok(stringWidth(line) < 70, line);
  const columns = live.map((line) => stringWidth(line.slice(0, line.indexOf('epoch'))));
  assert.deepEqual(new Set(columns), new Set([columns[0]]));
});

test('after a resize, narrower or wider, the block stands once', () => {
  const { screen, reporter } = view(100);
  reporter.onEvent(start(['train', 'evaluate']));
  reporter.onEvent(begin('train'));
  for (const columns of [44, 120, 30, 100, 61]) {
    reporter.onEvent(progress('train', 5, { loss: '0.71', acc: '75.3%', val: '77.0%' }));
    screen.resize(columns, 30);
    const text = drawn(reporter, screen);
    assert.equal(text.match(/●/g)?.length, 1, text);
    assert.equal(text.match(/○/g)?.length, 1, text);
  }
  reporter.close();
  assert.doesNotMatch(screen.text(), /[●○]/);
});

test('after a resize wide characters that no longer fit a line leave nothing behind', () => {
  const { screen, reporter } = view(120);
  const names = ['学習ステージ学習ステージ学習', '評価評価評価評価評価評価評価評価'];
  reporter.onEvent(start(names));
  reporter.onEvent(begin(names[0] ?? ''));
  for (const columns of [23, 120, 17, 90, 31, 13, 120]) {
    reporter.onEvent(progress(names[0] ?? '', 5, { 損失: '0.71', 正解率: '75.3%' }));
    screen.resize(columns, 40);
    const text = drawn(reporter, screen);
    assert.equal(text.match(/●/g)?.length, 1, text);
    assert.equal(text.match(/○/g)?.length, 1, text);
  }
});

test('in a terminal that becomes lower the block shrinks with it, and grows again', () => {
  const { screen, reporter } = view(60, 40);
  const stages = Array.from({ length: 20 }, (_, i) => `stage-${i}`);
  reporter.onEvent(start(stages));
  for (const stage of stages) reporter.onEvent(begin(stage));
  for (const [rows, shown, more] of [
    [8, 5, '  … and 15 more'],
    [25, 20, null],
    [12, 9, '  … and 11 more'],
  ] as const) {
    screen.resize(60, rows);
    const block = screen
      .text()
      .split('\n')
      .slice(-shown - (more === null ? 0 : 1));
    assert.deepEqual(
      block.map((line) => line.replace('●', ' ').trim()),
      [...stages.slice(0, shown), ...(more === null ? [] : [more.trim()])],
    );
  }
  for (const stage of stages) reporter.onEvent(ended(stage));
  reporter.close();
  assert.equal(
    screen
      .text()
      .split('\n')
      .filter((line) => line.includes('✔')).length,
    20,
  );
});

test('in a narrow terminal the bar and then values give way, the time left stays last', () => {
  const { screen, reporter } = view(40);
  reporter.onEvent(start(['train']));
  reporter.onEvent(begin('train'));
  reporter.onEvent(progress('train', 10, { loss: '0.71', acc: '75.3%' }));
  assert.match(drawn(reporter, screen), /● train +epoch 10\/20 .*50%/);
});

test('without a terminal there is one plain line at a start and one at an end, and no escape sequence', () => {
  const screen = new Screen(80, 24);
  let written = '';
  const stream = {
    write: (text: string) => {
      written += text;
    },
    columns: 80,
  };
  const reporter = createReporter({ stream, color: false, interactive: false });
  const reason = 'param rotation 20 → 30, param zoom 0 → 0.2';
  for (const event of [start(['a']), begin('a'), progress('a', 3), ended('a', 'ok', 'ran', reason)])
    reporter.onEvent(event);
  reporter.close();
  screen.write(written);
  assert.equal(
    written,
    `cifar · 1 stage · engine wasm (always there)
  ● a  never run
  ✔ a  ok                                                    ran 0.3 s     rotation 20 → 30, zoom 0 → 0.2\n`.replace(
      '  ● a ',
      '  ● a ',
    ),
  );
});

/** What is written without a terminal while the minutes pass. */
function plain(): { reporter: Reporter; later(minutes: number): void; written(): string } {
  let [written, minute] = ['', 0];
  const stream = {
    columns: 80,
    write: (text: string) => {
      written += text;
    },
  };
  const reporter = createReporter({ stream, color: false, interactive: false, now: () => minute * 60_000 });
  return {
    reporter,
    later: (minutes) => {
      minute += minutes;
    },
    written: () => written,
  };
}

test('without a terminal a stage that takes long says once a minute what it is at, and how long it will take', () => {
  const { reporter, later, written } = plain();
  reporter.onEvent(start(['train']));
  reporter.onEvent(begin('train'));
  for (const epoch of [1, 2, 3, 4]) {
    later(0.5);
    reporter.onEvent(progress('train', epoch, { loss: '0.71' }));
  }
  assert.deepEqual(
    written()
      .split('\n')
      .filter((line) => line.includes('epoch')),
    [
      '    train  epoch 2/20 ━━────────────────── 10%  loss 0.71',
      '    train  epoch 4/20 ━━━━──────────────── 20%  loss 0.71  8 min left',
    ],
  );
});

test('without a terminal a search says once a minute what its trials are at', () => {
  const { reporter, later, written } = plain();
  reporter.onEvent(start(['tune']));
  reporter.onEvent(begin('tune'));
  const trial = {
    trial: 0,
    status: 'running',
    point: {},
    budget: 10,
    objective: null,
    error: null,
    reason: null,
  };
  for (const epochs of [1, 2, 3]) {
    later(0.6);
    reporter.onEvent({
      type: 'stage-trial',
      stage: 'tune',
      trial: { ...trial, status: 'running', epochs },
      metric: 'valAccuracy',
      goal: 'maximize',
      ended: 0,
      failed: 0,
      total: 3,
      best: null,
      secondsLeft: 600,
    });
  }
  assert.match(written(), /^ {4}tune {2}0\/3 trials · 10 min left · trial 0 at 2\/10$/m);
  assert.equal(written().match(/trial 0 at/g)?.length, 1);
});

test('without a terminal a trial that has ended is a line; one epoch is one', () => {
  const { reporter, written } = plain();
  reporter.onEvent(start(['tune']));
  reporter.onEvent(begin('tune'));
  for (const budget of [1, 2])
    reporter.onEvent({
      type: 'stage-trial',
      stage: 'tune',
      trial: {
        trial: budget,
        status: 'finished',
        point: { rate: 0.1 },
        epochs: budget,
        budget,
        objective: 0.5,
        error: null,
        reason: null,
      },
      metric: 'valAccuracy',
      goal: 'maximize',
      ended: budget,
      failed: 0,
      total: 3,
      best: null,
      secondsLeft: null,
    });
  assert.match(written(), /trial 1 finished after 1 epoch: valAccuracy 0\.5000 \(rate 0\.1\)$/m);
  assert.match(written(), /trial 2 finished after 2 epochs: /);
});

test('a training that goes on from a checkpoint says so where its start is a line', () => {
  let written = '';
  const stream = {
    write: (text: string) => {
      written += text;
    },
    columns: 80,
  };
  const reporter = createReporter({ stream, color: false, interactive: false });
  for (const event of [start(['train']), begin('train', 'never run', 3.84)]) reporter.onEvent(event);
  reporter.close();
  assert.match(written, /\n {2}● train {2}never run, continues from epoch 3\.8\n$/);
});

test('control characters of names and summaries move no cursor', () => {
  let written = '';
  const stream = {
    write: (text: string) => {
      written += text;
    },
  };
  const reporter = createReporter({ stream, color: false, interactive: false });
  for (const event of [start(['a']), ended('a', 'x\u001b[2Jy\u0007')]) reporter.onEvent(event);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  assert.doesNotMatch(written, /[\u0007\u001b]/);
});
