/** `pipe predict`: a trained model on files of images. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import sharp from 'sharp';
import { readNpy } from '../../src/data/npy.ts';
import { makeProject, type Project } from '../rig/project.ts';
import { small } from '../rig/small.ts';

interface Line {
  readonly image: string;
  readonly stage: string;
  readonly run: string;
  readonly classes: readonly { readonly class: string; readonly probability: number }[];
}

const cells = `version: 1
name: cells
seed: 7
stages:
  download: { dataset: shapes10, limit: { train: 40, test: 10 }, validation: 0 }
  build: { input: [32, 32, 3], layers: [ { flatten: {} }, { dense: { units: 10, activation: softmax } } ] }
  train: { model: build, data: download, epochs: 1, batchSize: 20, seed: "\${matrix.seed}", matrix: { seed: [1, 2] } }
`;

test('pipe predict', async (t) => {
  const project = makeProject(t, { 'small.yaml': small, 'cells.yaml': cells });
  project.run('small.yaml', '--engine', 'wasm');
  const { images, rows, classes } = await testImages(project);
  const { pipe } = project;
  const json = (...args: string[]): Line[] => {
    const { out, err } = pipe('predict', ...args, '--json', '--engine', 'wasm');
    return linesOf(out || assert.fail(err));
  };

  await t.test('gives the probabilities that the evaluation stored for the same images', async () => {
    const stored = await readNpy(
      join(project.folder, 'cache/out/small/evaluate/predictions/probabilities.npy'),
    );
    const files = images.slice(0, 20);
    const told = json('train', ...files);
    assert.deepEqual(
      told.map((line) => line.image),
      files,
    );
    for (const [i, line] of told.entries()) {
      const probabilities = classes.map(
        (name) => line.classes.find((one) => one.class === name)?.probability ?? -1,
      );
      const wanted = Array.from(stored.data.slice(i * classes.length, (i + 1) * classes.length), Number);
      assert.deepEqual(probabilities, wanted, `row ${rows[i]}`);
    }
  });

  await t.test('names the most probable classes first, three of them or as many as --top says', () => {
    const [line] = json('train', images[0] ?? '');
    const probabilities = line?.classes.map((one) => one.probability) ?? [];
    assert.equal(probabilities.length, classes.length);
    assert.deepEqual(
      probabilities,
      probabilities.toSorted((a, b) => b - a),
    );
    const { out, err } = pipe('predict', 'train', images[0] ?? '');
    assert.equal(err, `train of run ${line?.run} (small)\n`);
    const text = out.trim().split('\n');
    assert.equal(text.length, 4);
    assert.match(text[0] ?? '', /^image +class +probability$/);
    const [best] = line?.classes ?? [];
    assert.match(text[1] ?? '', new RegExp(`^0\\.png +${best?.class} +\\d+\\.\\d\\d%$`));
    assert.equal(
      pipe('predict', 'train', images[0] ?? '', '--top', '1')
        .out.trim()
        .split('\n').length,
      2,
    );
    assert.equal(json('train', images[0] ?? '', '--top', '2')[0]?.classes.length, 2);
  });

  await t.test('takes images of any size, colour and format', async () => {
    const grey = sharp({ create: { width: 50, height: 20, channels: 3, background: '#808080' } });
    await grey.clone().toColourspace('b-w').jpeg({ quality: 100 }).toFile(join(project.folder, 'grey.jpg'));
    await grey.clone().ensureAlpha(1).webp({ lossless: true }).toFile(join(project.folder, 'alpha.webp'));
    await grey.clone().resize(32, 32, { fit: 'fill' }).png().toFile(join(project.folder, 'exact.png'));
    await grey.clone().tiff().toFile(join(project.folder, 'large.tiff'));
    const told = json('train', 'grey.jpg', 'alpha.webp', 'exact.png', 'large.tiff');
    assert.equal(told.length, 4);
    // A plain grey is the same image in each.
    for (const line of told) assert.deepEqual(line.classes, told[0]?.classes, line.image);
  });

  await t.test('names files that are no whole images, with exit code 2, and predicts the others', () => {
    writeFileSync(join(project.folder, 'text.png'), 'no image');
    const call = ['predict', 'train', 'text.png', images[0] ?? '', 'gone.png'];
    const { code, out, err } = pipe(...call);
    assert.equal(code, 2);
    assert.ok(out.includes(images[0] ?? '–'));
    assert.match(err, /error unreadable-image: text\.png: /);
    assert.match(err, /error unreadable-image: gone\.png: there is no such file$/m);
    const asJson = pipe(...call, '--json');
    assert.equal(asJson.code, 2);
    const [line, unreadable] = asJson.out.trimEnd().split('\n');
    assert.equal(JSON.parse(line ?? '').image, images[0]);
    assert.match(
      unreadable ?? '',
      /^{"version":1,"diagnostics":\[{.*"unreadable-image","message":"text\.png: .*gone\.png: there is no such file"}\]}$/,
    );
  });

  await t.test('takes cells by their names, and runs by --run', () => {
    const first = linesOf(pipe('predict', 'train', images[0] ?? '', '--json').out)[0];
    project.run('cells.yaml', '--engine', 'wasm');
    const cell = json('train[seed=2]', images[0] ?? '')[0];
    assert.equal(cell?.stage, 'train[seed=2]');
    // The model of an older run would be taken for one of these.
    assert.match(pipe('predict', 'train', images[0] ?? '').err, /unknown-model: [\s\S]*`train\[seed=1\]`/);
    assert.equal(json('train', images[0] ?? '', '--run', first?.run ?? '')[0]?.run, first?.run);
    const absent = pipe('predict', 'train', images[0] ?? '', '--run', 'last');
    assert.equal(absent.code, 2);
    assert.match(
      absent.err,
      /unknown-model: run `last` has no .* `train`\n.*there are models of `train\[seed=1\]`, `train\[seed=2\]`/,
    );
  });

  await t.test('says what there is where the stage trained no model', () => {
    const { code, err } = pipe('predict', 'tarin', images[0] ?? '');
    assert.equal(code, 2);
    assert.match(
      err,
      /unknown-model: no run has trained a model in a stage `tarin`\n.*did you mean `train`\?/,
    );
    assert.match(pipe('predict', 'evaluate', images[0] ?? '').err, /unknown-model: /);
  });
});

const linesOf = (out: string): Line[] =>
  out
    .trim()
    .split('\n')
    .map((line): Line => JSON.parse(line));

/** The test rows as PNG files 0.png, 1.png … in the project. */
async function testImages({
  folder,
  read,
}: Project): Promise<{ images: string[]; rows: number[]; classes: string[] }> {
  const data = join(folder, 'cache/out/small/download/data');
  const { data: pixels } = await readNpy(join(data, 'images.npy'));
  const rows = Array.from((await readNpy(join(data, 'test.npy'))).data, Number);
  const { classes } = JSON.parse(read('cache/out/small/download/data/dataset.json'));
  const raw = { width: 32, height: 32, channels: 3 } as const;
  for (const [i, row] of rows.entries())
    await sharp(Uint8Array.from(pixels.subarray(row * 3072, (row + 1) * 3072)), { raw })
      .png()
      .toFile(join(folder, `${i}.png`));
  return { images: rows.map((_, i) => `${i}.png`), rows, classes };
}

test('a model of images that were cut to its size cuts them, too, and one of grey images takes colours', async (t: TestContext) => {
  const folder = (fit: string, colour: string): string => `version: 1
name: ${fit}-${colour}
seed: 1
stages:
  download: { folder: { from: images, size: [8, 8], colour: ${colour}, fit: ${fit} }, validation: 0 }
  normalize: { data: download }
  build: { input: [8, 8, ${colour === 'grey' ? 1 : 3}], layers: [ { flatten: {} }, { dense: { units: 2, activation: softmax } } ] }
  train-${fit}-${colour}: { kind: train, model: build, data: normalize, epochs: 1, batchSize: 4 }
  evaluate: { model: train-${fit}-${colour}, data: normalize, split: test }
`;
  const cases = [
    ['crop', 'rgb'],
    ['pad', 'rgb'],
    ['resize', 'grey'],
  ] as const;
  const project = makeProject(
    t,
    Object.fromEntries(cases.map(([fit, colour]) => [`${fit}-${colour}.yaml`, folder(fit, colour)])),
  );
  // In each image a stripe at its left that cropping loses.
  const names: string[] = [];
  for (let i = 0; i < 20; i++) {
    const name = `images/${i % 2 === 0 ? 'a' : 'b'}/${i}.png`;
    project.write(name, '');
    const stripe = { create: { width: 6, height: 16, channels: 3, background: '#ff0000' } } as const;
    const background = { r: i * 12, g: i % 2 === 0 ? 30 : 200, b: 90 };
    await sharp({ create: { width: 40, height: 16, channels: 3, background } })
      .composite([{ input: stripe, left: 0, top: 0 }])
      .png()
      .toFile(join(project.folder, name));
    names.push(name);
  }
  for (const [fit, colour] of cases) {
    project.run(`${fit}-${colour}.yaml`, '--engine', 'wasm');
    const out = join(project.folder, `cache/out/${fit}-${colour}`);
    const stored = Array.from(
      (await readNpy(join(out, 'evaluate/predictions/probabilities.npy'))).data,
      Number,
    );
    const args = [`train-${fit}-${colour}`, ...names, '--json', '--engine', 'wasm'];
    const told = linesOf(project.pipe('predict', ...args).out).map(
      (line) => line.classes.find((one) => one.class === 'a')?.probability ?? -1,
    );
    const firsts = stored.filter((_, i) => i % 2 === 0);
    assert.ok(firsts.length > 0);
    for (const first of firsts) assert.ok(told.includes(first), `${fit} ${colour}: ${first}`);
  }
});
