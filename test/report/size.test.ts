/** A report about very much: it stays a page that can be mailed, and says what it left out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Input } from '../../src/report/inputs.ts';
import { allSections, makePage, type Page } from '../../src/report/page.ts';

const classes = Array.from({ length: 10 }, (_, i) => `class ${i}`);
/** As large as the real one. */
const script = 'x'.repeat(740_000);
const range = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

/** So many of each: trainings and evaluations, searches' trials, sheets of `picture` bytes. */
function inputOf({ stages = 1, trials = 0, pictures = 0, picture = 1000, names = classes }): Input {
  // A PNG's head of 24 bytes, with its size; what follows is never looked at.
  const png = Buffer.alloc(picture);
  png.writeUInt32BE(320, 16);
  png.writeUInt32BE(320, 20);
  const sheet = { left: 0, top: 0, stepX: 32, stepY: 32, width: 32, height: 32, columns: 10 };
  const shown = range(pictures, (i) => ({
    stage: `download-${i}`,
    base64: png.toString('base64'),
    sheet,
    columns: names,
    rows: [],
  }));
  const perClass = names.map((name) => ({ class: name, precision: 0.5, recall: 0.5, f1: 0.5, support: 100 }));
  return {
    graph: range(stages, (i) => ({ name: `train[seed=${i}]`, kind: 'train', from: ['download'] })),
    trainings: range(stages, (i) => ({
      stage: `train[seed=${i}]`,
      epochs: range(20, (epoch) => ({
        epoch: epoch + 1,
        learningRate: 0.001,
        loss: 1 / (epoch + 1.1),
        accuracy: 0.5,
        valLoss: 1,
        valAccuracy: 0.5,
      })),
      keptEpoch: 20,
      stopped: null,
    })),
    evaluations: range(stages, (i) => ({
      stage: `evaluate[seed=${i}]`,
      metrics: {
        split: 'test',
        rows: 1000,
        loss: 1,
        accuracy: 0.5 + i / 10_000,
        classes: names,
        confusion: names.map(() => names.map((_, j) => j)),
        perClass,
      },
      predictions: null,
    })),
    samples: shown,
    augmentations: shown,
    mistakes: [],
    facts: range(stages, (i) => ({
      stage: `train[seed=${i}]`,
      kind: 'train',
      params: { epochs: 20, batchSize: 64, optimizer: { adam: { learningRate: 0.001 } } },
      engine: null,
      versions: {},
      facts: {},
      summary: '',
    })),
    trials:
      trials === 0
        ? []
        : [
            {
              stage: 'tune',
              objective: { maximize: 'valAccuracy' },
              best: 3,
              ranking: [3, ...range(trials, (i) => i).filter((i) => i !== 3)],
              trials: range(trials, (i) => ({
                trial: i,
                point: {
                  rate: 0.001234567 * (i + 1),
                  units: i,
                  name: `n${i % 3}`,
                  ...(i % 2 === 0 ? { momentum: i / trials } : {}),
                },
                objective: i === 3 ? 0.9123456 : i / (trials * 2),
                error: null,
                executions: [{ curves: { valAccuracy: range(10, (epoch) => (i * epoch) / (trials * 10)) } }],
              })),
            },
          ],
  };
}

const sizeOf = ({ html }: Page): number => Buffer.byteLength(html);
const leftOut = ({ html }: Page): string[] =>
  [...html.matchAll(/<p class="left-out">(.*?)<\/p>/g)].map(([, text]) => text ?? '');

test('a report of usual size is whole', () => {
  const page = makePage(
    'usual',
    inputOf({ stages: 3, trials: 40, pictures: 2, picture: 40_000 }),
    allSections,
    script,
  );
  assert.ok(sizeOf(page) < 3e6);
  assert.deepEqual(leftOut(page), []);
});

test('the curves of all trials are in one plot, the winner above the others, and every number in its CSV', () => {
  const { html, files } = makePage('search', inputOf({ trials: 40 }), ['tuning'], script);
  assert.match(html, /valAccuracy of all 40 trials of tune by epoch/);
  assert.match(html, /trial 3, the winner/);
  const rows = files['plots/tune-curves.csv']?.trim().split('\n') ?? [];
  assert.equal(rows[0], 'trial,execution,epoch,valAccuracy');
  assert.equal(rows.length, 1 + 40 * 10);
  assert.match(html, /Trial 3 won with 0\.9123: rate 0\.004938, units 3, name n0\./);
  assert.match(files['plots/tune-parallel.csv'] ?? '', /^3,0\.004938268,3,n0,,0\.9123456$/m);
});

for (const [what, given] of [
  ['80 trainings and evaluations', { stages: 80 }],
  ['a search of 2,500 trials', { trials: 2500 }],
  ['400 sheets of images', { pictures: 200, picture: 50_000 }],
  ['a picture that is larger than a page may be', { pictures: 1, picture: 4_000_000 }],
  ['100 classes in 8 evaluations', { stages: 8, names: range(100, (i) => `class ${i}`) }],
] as const)
  test(`${what}: at most 3 MB, what is left out is told, and no plot is lost beside the page`, () => {
    const page = makePage(what, inputOf(given), allSections, script);
    assert.ok(sizeOf(page) <= 3e6, `${sizeOf(page)} bytes`);
    assert.ok(sizeOf(page) > 1.2e6 || 'picture' in given, `${sizeOf(page)} bytes`);
    for (const note of leftOut(page))
      assert.match(note, /^Left out, so that the page stays below 3 MB: the last [\d,]+ of [\d,]+ /);
    assert.ok(leftOut(page).length > 0);
    const shown = new Set([...page.html.matchAll(/data-plot="(.*?)"/g)].map(([, id]) => id));
    const beside = Object.keys(page.files).filter((path) => path.endsWith('.svg'));
    assert.ok(beside.length >= shown.size);
    for (const id of shown) assert.ok(beside.includes(`plots/${id}.svg`), id);
    const told = leftOut(page).flatMap((note) =>
      [...note.matchAll(/the last ([\d,]+) of [\d,]+ plots/g)].map(([, count]) =>
        Number(count?.replace(',', '')),
      ),
    );
    assert.equal(shown.size + told.reduce((sum, count) => sum + count, 0), beside.length);
    const data: { id: string }[] = JSON.parse(
      /<script type="application\/json" id="plots">(.*?)<\/script>/s.exec(page.html)?.[1] ?? '',
    );
    assert.deepEqual(
      data.map(({ id }) => id),
      [...shown],
    );
  });
