/** The report of a small run, opened in a real browser. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { noChromium, openBrowser, openPage } from '../rig/chromium.ts';
import { makeProject, type Project } from '../rig/project.ts';

const pipeline = `version: 1
name: shown
seed: 7
stages:
  download: { dataset: shapes10, limit: { train: 120, test: 60 }, validation: 0.2 }
  normalize: { data: download }
  augment: { data: normalize, rotation: 20, horizontalFlip: true }
  build: { input: [32, 32, 3], layers: [ { conv2d: { filters: 4, kernelSize: 3, activation: relu } }, { globalAveragePooling2d: {} }, { dense: { units: 10, activation: softmax } } ] }
  train: { model: build, data: augment, epochs: 3, batchSize: 16 }
  plain: { kind: train, model: build, data: normalize, epochs: 2, batchSize: 16 }
  evaluate: { model: train, data: normalize }
  evaluate-plain: { kind: evaluate, model: plain, data: normalize }
  tune:
    search: { random: { trials: 3 } }
    objective: { maximize: valAccuracy }
    epochs: 2
    space: { rate: { float: [1.0e-4, 1.0e-1], log: true } }
    trial:
      train: { model: build, data: normalize, batchSize: 16, optimizer: { adam: { learningRate: "\${trial.rate}" } } }
  report: { title: 'A <small> report', of: [download, augment, build, train, plain, evaluate, evaluate-plain, tune] }
  own:
    kind: report
    of: [evaluate]
    sections:
      - classes
      - markdown: "## Mine\\n\\nA *word*, <img src=x onerror=alert(1)> ![p](http://127.0.0.1:9/p.png) [bad](javascript:alert(1))"
      - summary
`;

function makeReport(t: TestContext): Project {
  const project = makeProject(t, { 'shown.yaml': pipeline });
  project.run('shown.yaml');
  return project;
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    // Put there by the line before.
    const { violations } = await Reflect.get(globalThis, 'axe').run();
    return violations
      .filter((one: { impact: string }) => ['serious', 'critical'].includes(one.impact))
      .map((one: { id: string; nodes: { html: string }[] }) => `${one.id}: ${one.nodes[0]?.html}`);
  });
}

test('a report in a browser', { skip: noChromium }, async (t) => {
  const project = makeReport(t);
  const out = join(project.folder, 'cache/out/shown');
  const file = join(out, 'report/page/report.html');
  const browser = await openBrowser(t);

  await t.test(
    'is one file of at most 3 MB that draws every plot, complains of nothing and asks for nothing',
    async () => {
      assert.ok(statSync(file).size <= 3e6, `${statSync(file).size} bytes`);
      const { page, complaints, requests } = await openPage(browser, file);
      const figures = await page.locator('figure.plot').count();
      assert.ok(figures >= 8, `${figures} plots`);
      assert.equal(await page.locator('figure.plot.live .chart svg').count(), figures);
      for (const drawn of await page.locator('figure.plot .chart svg').all())
        assert.ok((await drawn.locator('path').count()) > 0);
      assert.equal(await page.title(), 'A <small> report');
      assert.deepEqual(complaints, []);
      assert.deepEqual(requests, []);
    },
  );

  await t.test('tells the values under the pointer, of all trainings at once', async () => {
    const { page } = await openPage(browser, file);
    const chart = page.locator('#accuracy .chart');
    await chart.scrollIntoViewIfNeeded();
    await chart.hover({ position: { x: 200, y: 120 } });
    const told = (await page.locator('#accuracy .chart').textContent()) ?? '';
    assert.match(told, /train validation/);
    assert.match(told, /plain validation/);
  });

  await t.test('zooms into a box, and out again', async () => {
    const { page } = await openPage(browser, file);
    const chart = page.locator('#loss .chart');
    await chart.scrollIntoViewIfNeeded();
    const ticks = (): Promise<string[]> => chart.locator('text').allTextContents();
    const before = await ticks();
    const box = await chart.boundingBox();
    assert.ok(box);
    await page.keyboard.down('Control');
    await page.mouse.move(box.x + box.width / 2, box.y + 120);
    await page.mouse.wheel(0, -600);
    await page.keyboard.up('Control');
    await page.waitForTimeout(300);
    assert.notDeepEqual(await ticks(), before);
  });

  for (const width of [390, 1280])
    await t.test(`has the names of columns above them, long ones too, on ${width} px`, async () => {
      const { page } = await openPage(browser, file, { width });
      const apart = await page
        .locator('.sheet.named')
        .first()
        .evaluate((sheet) => {
          const names = [...sheet.querySelectorAll('.top span')];
          for (const name of names) name.textContent = 'automobile';
          const picture = sheet.querySelector('svg')?.getBoundingClientRect();
          return names.map((name, i) => {
            const { left, width: own } = name.getBoundingClientRect();
            const middle = ((picture?.width ?? 0) * (i + 0.5)) / names.length;
            return Math.abs(left + own / 2 - (picture?.left ?? 0) - middle);
          });
        });
      assert.equal(apart.length, 10);
      assert.ok(Math.max(...apart) < 3, apart.join(' '));
    });

  for (const dark of [false, true])
    for (const width of [390, 1280])
      await t.test(
        `has no serious finding by axe and is not wider than ${width} px, ${dark ? 'dark' : 'light'}`,
        async () => {
          const { page } = await openPage(browser, file, { dark, width });
          assert.ok((await page.evaluate('document.documentElement.scrollWidth')) === width);
          assert.deepEqual(await seriousFindings(page), []);
        },
      );

  await t.test('with JavaScript off has its tables and plots all the same', async () => {
    const { page } = await openPage(browser, file, { javaScript: false });
    assert.match((await page.locator('#part-classes').textContent()) ?? '', /triangle/);
    assert.ok(await page.locator('#loss .still svg').isVisible());
    await page.locator('#loss summary').click();
    assert.match((await page.locator('#loss table').textContent()) ?? '', /epoch/);
  });

  await t.test('prints in light colours, with the plots as they stand in the file', async () => {
    const { page } = await openPage(browser, file, { dark: true });
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    assert.ok(await page.locator('#loss .still svg').isVisible());
    assert.ok(!(await page.locator('#loss .chart').isVisible()));
    assert.equal(
      await page.evaluate('getComputedStyle(document.body).backgroundColor'),
      'rgb(255, 255, 255)',
    );
  });

  await t.test('has each plot beside it as SVG and its numbers as CSV', () => {
    const files = readdirSync(join(out, 'report/page/plots'));
    assert.ok(files.includes('accuracy.svg') && files.includes('accuracy.csv'));
    assert.ok(!readFileSync(join(out, 'report/page/plots/accuracy.svg'), 'utf8').includes('var('));
    const [head, ...rows] = readFileSync(join(out, 'report/page/plots/accuracy.csv'), 'utf8')
      .trim()
      .split('\n');
    assert.equal(head, 'epoch,train validation,train training,plain validation,plain training');
    assert.equal(rows.length, 3);
  });

  await t.test('has the curves of all trials of a search, and their numbers', async () => {
    const { page } = await openPage(browser, file);
    assert.match((await page.locator('#part-tuning > p').textContent()) ?? '', /tune tried 3 points/);
    const figure = page.locator('figure[id="tune-curves"]');
    assert.match((await figure.locator('figcaption').textContent()) ?? '', /valAccuracy of all 3 trials/);
    const rows = readFileSync(join(out, 'report/page/plots/tune-curves.csv'), 'utf8').trim().split('\n');
    assert.equal(rows.length, 1 + 3 * 2);
  });

  await t.test('shows chosen sections in their order, and Markdown that can do no harm', async () => {
    const { page, requests, complaints } = await openPage(browser, join(out, 'own/page/report.html'));
    assert.deepEqual(await page.locator('h2').allTextContents(), ['Classes', 'Mine', 'Summary']);
    assert.equal(await page.locator('em').textContent(), 'word');
    assert.equal(await page.locator('section img').count(), 0);
    assert.equal(await page.locator('a[href^="javascript"]').count(), 0);
    assert.deepEqual([...requests, ...complaints], []);
  });

  await t.test(
    'a diff of two runs is such a page, too: with curves, classes and the interval of the difference',
    async () => {
      const changed = ['--set', 'train.batchSize=8', 'tune.search.random.trials=1'];
      project.run('shown.yaml', ...changed);
      const html = project.pipe('diff', 'last~1', 'last', '--format', 'html').out;
      project.write('diff.html', html);
      for (const width of [390, 1280]) {
        const { page, complaints, requests } = await openPage(browser, join(project.folder, 'diff.html'), {
          width,
        });
        for (const id of [
          'train-loss',
          'train-accuracy',
          'train-learning-rate',
          'evaluate-f1',
          'evaluate-differences',
        ])
          assert.ok((await page.locator(`[id="${id}"] .chart svg path`).count()) > 0, id);
        assert.match((await page.locator('main').textContent()) ?? '', /train\.batchSize/);
        assert.ok((await page.evaluate('document.documentElement.scrollWidth')) === width);
        assert.deepEqual(await seriousFindings(page), []);
        assert.deepEqual([...complaints, ...requests], []);
      }
    },
  );
});
