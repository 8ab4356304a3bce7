import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { linkSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import sharp from 'sharp';
import { pack } from 'tar-stream';
import { makeProject, type Project, ran } from '../rig/project.ts';
import { sendFile, serve, tarGz, zipOf } from './rig.ts';

const pipeline = (folder: string, more = ''): string => `version: 1
name: mine
seed: 5
stages:
  download: { folder: { size: [6, 8], ${folder} }, validation: 0.25 ${more} }
`;

async function png(value: number, channels: 1 | 3 | 4 = 3, [width, height] = [8, 6]): Promise<Buffer> {
  const data = Buffer.alloc(width * height * channels, value);
  const space = channels === 1 ? 'b-w' : 'srgb';
  return sharp(data, { raw: { width, height, channels } }).toColourspace(space).png().toBuffer();
}

const gif = async (value: number): Promise<Buffer> =>
  sharp(Buffer.alloc(8 * 6 * 3, value), { raw: { width: 8, height: 6, channels: 3 } })
    .gif()
    .toBuffer();

/** Ten images a class, by path. */
async function images(): Promise<{ [path: string]: Buffer }> {
  const files: { [path: string]: Buffer } = {};
  for (const [i, name] of ['cat', 'dog'].entries())
    for (let n = 0; n < 10; n++) files[`${name}/${n}.png`] = await png(20 * n + i);
  return files;
}

function writeAll(project: Project, folder: string, files: { [path: string]: Buffer | string }): void {
  for (const [path, bytes] of Object.entries(files)) {
    const file = join(project.folder, folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
}

const factsOf = (project: Project) =>
  JSON.parse(project.read('cache/out/mine/download/facts/facts.json')).facts;

test('an image folder becomes a dataset whose classes are its folders; it counts by content, not by place or time', async (t) => {
  const project = makeProject(t, { 'p.yaml': pipeline('from: pets') });
  writeAll(project, 'pets', { ...(await images()), 'README.txt': 'about', 'cat/.DS_Store': 'x' });
  assert.deepEqual(ran(project.run('p.yaml')), ['download']);
  const facts = factsOf(project);
  assert.deepEqual(facts.classes, ['cat', 'dog']);
  assert.deepEqual(facts.example, [6, 8, 3]);
  assert.deepEqual(facts.classCounts, { train: [6, 6], validation: [2, 2], test: [2, 2] });
  assert.deepEqual(facts.files.noImages, { count: 2, listed: ['README.txt', 'cat/.DS_Store'] });
  const before = project.hashes('cache/out/mine');
  utimesSync(join(project.folder, 'pets/cat/3.png'), 1e9, 1e9);
  assert.deepEqual(ran(project.run('p.yaml')), []);
  renameSync(join(project.folder, 'pets'), join(project.folder, 'animals'));
  project.write('p.yaml', pipeline('from: animals'));
  assert.deepEqual(ran(project.run('p.yaml')), []);
  writeAll(project, 'animals', { 'cat/3.png': await png(99) });
  const { out } = project.pipe('plan', 'p.yaml');
  assert.match(out, /file animals changed/);
  assert.deepEqual(ran(project.run('p.yaml')), ['download']);
  assert.notDeepEqual(project.hashes('cache/out/mine'), before);
});

test('a link in an image folder, to an image or to a folder of them, counts as what it leads to', async (t) => {
  const project = makeProject(t, { 'p.yaml': pipeline('from: pets') });
  const at = (path: string): string => join(project.folder, path);
  writeAll(project, 'store', await images());
  for (const folder of ['pets/cat', 'pets/dog']) mkdirSync(at(folder), { recursive: true });
  for (let n = 0; n < 10; n++) symlinkSync(at(`store/cat/${n}.png`), at(`pets/cat/${n}.png`));
  symlinkSync(at('store/dog'), at('pets/dog/all'));
  // One that leads back is not followed for ever.
  symlinkSync(at('pets'), at('pets/dog/around'));
  const told = (): string[] => ran(project.run('p.yaml'));
  assert.deepEqual(told(), ['download']);
  assert.deepEqual(factsOf(project).classCounts, { train: [6, 6], validation: [2, 2], test: [2, 2] });
  assert.deepEqual(told(), []);
  writeAll(project, 'store', { 'cat/3.png': await png(99) });
  assert.deepEqual(told(), ['download'], 'what a link leads to has changed');
  writeAll(project, 'store', { 'dog/3.png': await png(98) });
  assert.deepEqual(told(), ['download'], 'what lies in a folder behind a link has changed');
  rmSync(at('pets/cat/4.png'));
  assert.deepEqual(told(), ['download'], 'a link is gone');
  rmSync(at('pets/dog/all'));
  writeAll(project, 'pets', { 'dog/0.png': await png(1) });
  assert.deepEqual(told(), ['download']);
});

test('folders train and test are the two parts; the same images twice are named', async (t) => {
  const project = makeProject(t, { 'p.yaml': pipeline('from: pets', ', limit: all') });
  const files = await images();
  const parted = Object.fromEntries(Object.entries(files).map(([path, bytes]) => [`train/${path}`, bytes]));
  writeAll(project, 'pets', {
    ...parted,
    'test/dog/a.png': await png(3),
    'test/cat/b.png': files['cat/0.png'] ?? '',
  });
  project.run('p.yaml');
  const { rows, duplicates } = factsOf(project);
  assert.deepEqual(rows, { train: 15, validation: 5, test: 2 });
  assert.equal(duplicates.across, 1);
  assert.equal(duplicates.listed[0].name, 'test/cat/b.png');
  assert.equal(duplicates.listed[0].of.name, 'train/cat/0.png');
});

test('what is not as asked for stops, is skipped or converted, as declared, and is named', async (t) => {
  const project = makeProject(t, {});
  writeAll(project, 'pets', {
    ...(await images()),
    'cat/broken.jpg': 'no image',
    'cat/cut.png': (await png(7)).subarray(0, 60),
    'dog/large.png': await png(9, 3, [20, 20]),
    'dog/grey.png': await png(9, 1),
    'dog/alpha.png': await png(11, 4),
  });
  const stops = (rules: string): string => {
    project.write('p.yaml', pipeline(`from: pets, ${rules}`));
    const { code, err } = project.pipe('run', 'p.yaml');
    assert.equal(code, 1);
    return err;
  };
  assert.match(
    stops('otherColour: stop'),
    /error unreadable-image: no whole images: cat\/broken\.jpg \(.+\), cat\/cut\.png \(.+\); not as asked for: dog\/alpha/,
  );
  assert.match(stops('unreadable: skip, otherSize: stop'), /error other-image: .*dog\/large\.png \(20x20\)/);
  assert.match(
    stops('unreadable: skip, otherColour: stop'),
    /error other-image: .*dog\/alpha\.png \(rgba\), dog\/grey\.png \(grey\)/,
  );
  project.write('p.yaml', pipeline('from: pets, unreadable: skip, otherSize: skip, otherColour: convert'));
  project.run('p.yaml');
  const { files, rows } = factsOf(project);
  assert.equal(rows.train + rows.validation + rows.test, 22);
  assert.equal(files.skipped.count, 3);
  assert.deepEqual(files.converted.listed, ['dog/alpha.png: rgba', 'dog/grey.png: grey']);
});

test('an archive gives the same dataset as the folder: zip or tar.gz, local or at a URL with its sha256', async (t) => {
  const files = await images();
  const project = makeProject(t, { 'p.yaml': pipeline('from: pets') });
  writeAll(project, 'pets', files);
  project.run('p.yaml');
  const expected = project.hashes('cache/out/mine/download/data');
  const inFolder = Object.fromEntries(
    Object.entries(files).map(([path, bytes]) => [`pets-1/${path}`, bytes]),
  );
  const zip = zipOf(inFolder);
  writeAll(project, '.', { 'pets.zip': zip, 'pets.tar.gz': await tarGz(inFolder) });
  const same = (folder: string): void => {
    project.write('p.yaml', pipeline(folder));
    assert.deepEqual(ran(project.run('p.yaml')), ['download']);
    const made = project.hashes('cache/out/mine/download/data');
    assert.equal(made['images.npy'], expected['images.npy']);
    assert.equal(made['labels.npy'], expected['labels.npy']);
  };
  same('from: pets.zip, path: pets-1');
  same('from: pets.tar.gz, path: pets-1');
  const server = await serve(t, (request, response) => sendFile(zip, { etag: '"1"' }, request, response));
  const address = `${server.url}/pets.zip`;
  project.write('p.yaml', pipeline(`from: "${address}", path: pets-1`));
  const sha256 = createHash('sha256').update(zip).digest('hex');
  const asked = await project.start('run', 'p.yaml').ended;
  assert.equal(asked.code, 1);
  assert.match(asked.err, new RegExp(`missing-sha256: [\\s\\S]*write sha256: ${sha256}`));
  project.write('p.yaml', pipeline(`from: "${address}", sha256: ${sha256}, path: pets-1`));
  const ended = await project.start('run', 'p.yaml').ended;
  assert.equal(ended.code, 0, ended.err);
  assert.equal(project.hashes('cache/out/mine/download/data')['images.npy'], expected['images.npy']);
  assert.equal(server.requests.length, 1);
});

test('an archive is read as it is unpacked: links lead somewhere, of a name that is there twice the last counts', async (t) => {
  const project = makeProject(t, { 'p.yaml': pipeline('from: pets') });
  const files = await images();
  const archive = pack();
  archive.entry({ name: '/cat/3.png' }, 'what was before');
  archive.entry({ name: './dog/soft.png', type: 'symlink', linkname: '../cat/1.png' });
  for (const [name, bytes] of Object.entries(files)) archive.entry({ name: `/${name}` }, bytes);
  archive.entry({ name: 'cat/hard.png', type: 'link', linkname: 'dog/2.png' });
  archive.entry({ name: 'dog/more', type: 'symlink', linkname: '../cat' });
  archive.entry({ name: 'dog/around', type: 'symlink', linkname: '..' });
  archive.finalize();
  const at = (path: string): string => join(project.folder, 'pets', path);
  writeAll(project, 'pets', files);
  symlinkSync('../cat/1.png', at('dog/soft.png'));
  linkSync(at('dog/2.png'), at('cat/hard.png'));
  symlinkSync('../cat', at('dog/more'));
  project.run('p.yaml');
  const expected = project.hashes('cache/out/mine/download/data');
  assert.equal(
    factsOf(project).rows.train + factsOf(project).rows.validation + factsOf(project).rows.test,
    33,
  );
  writeAll(project, '.', { 'pets.tar': await buffer(archive) });
  project.write('p.yaml', pipeline('from: pets.tar, path: ./'));
  project.run('p.yaml');
  assert.deepEqual(project.hashes('cache/out/mine/download/data'), expected);
});

test('what lies beside the folders train and test is in neither, and a part without whole images is no class', async (t) => {
  const files = await images();
  const part = (name: string): { [path: string]: Buffer } =>
    Object.fromEntries(Object.entries(files).map(([path, bytes]) => [`${name}/${path}`, bytes]));
  const project = makeProject(t, { 'p.yaml': pipeline('from: pets, unreadable: skip') });
  writeAll(project, 'pets', { ...part('train'), ...part('val'), 'test/dog/a.png': await png(3) });
  project.run('p.yaml');
  assert.deepEqual(factsOf(project).rows, { train: 15, validation: 5, test: 1 });
  assert.deepEqual(factsOf(project).classes, ['cat', 'dog']);
  assert.equal(factsOf(project).files.skipped.count, 20);
  assert.equal(factsOf(project).files.skipped.listed[0], 'val/cat/0.png: neither in train nor in test');
  writeAll(project, 'pets', { 'test/dog/a.png': 'no image' });
  const { code, err } = project.pipe('run', 'p.yaml');
  assert.equal(code, 1);
  assert.match(err, /empty-dataset: there are 20 training and 0 test rows/);
});

test('of a limit only what is chosen is decoded, and it is what is chosen of all', async (t) => {
  const project = makeProject(t, {});
  writeAll(project, 'pets', { ...(await images()), 'dog/9.png': 'no image', 'cat/a.gif': await gif(40) });
  const made = (rules: string): { [path: string]: string } => {
    project.write('p.yaml', pipeline(`from: pets, ${rules}`, ', limit: { train: 4, test: 2 }'));
    assert.deepEqual(project.run('p.yaml'), { download: 'ran' });
    return project.hashes('cache/out/mine/download/data');
  };
  const some = made('unreadable: stop');
  rmSync(join(project.folder, 'pets/dog/9.png'));
  writeAll(project, 'pets', { 'dog/9.png': await png(5) });
  assert.deepEqual(made('otherSize: skip'), some);
});

test('folders that can be no classes are told, with the way to those that are', async (t) => {
  const project = makeProject(t, { 'p.yaml': pipeline('from: pets') });
  const files = Object.entries(await images());
  const failed = (folder: string): string => {
    rmSync(join(project.folder, 'pets'), { recursive: true, force: true });
    writeAll(project, 'pets', Object.fromEntries(files.map(([path, bytes]) => [folder + path, bytes])));
    const { code, err } = project.pipe('run', 'p.yaml');
    assert.equal(code, 1);
    return err;
  };
  assert.match(
    failed('flowers/'),
    /no-class-folder: .* are `flowers`[\s\S]*set `path: flowers`, which holds 2/,
  );
  assert.match(failed('Train/'), /no-class-folder: [\s\S]*set `path: Train`/);
  writeAll(project, 'pets', { 'val/cat/1.png': await png(1) });
  assert.match(project.pipe('run', 'p.yaml').err, /are `Train` and `val`[\s\S]*called `train` and `test`/);
});

test('one name in two ways of writing it is one class; a class that training never sees is told', async (t) => {
  const project = makeProject(t, { 'p.yaml': pipeline('from: pets') });
  const train = await images();
  writeAll(project, 'pets/train', train);
  for (let n = 0; n < 4; n++)
    writeAll(project, 'pets', {
      [`train/caf\u00e9/${n}.png`]: await png(150 + n),
      'test/emu/1.png': await png(3),
    });
  writeAll(project, 'pets', { 'test/cafe\u0301/1.png': await png(9), 'test/cat/1.png': await png(8) });
  const { err } = project.pipe('run', 'p.yaml');
  assert.match(err, / · no training rows of emu /);
  assert.deepEqual(factsOf(project).classes, ['caf\u00e9', 'cat', 'dog', 'emu']);
});

test('a link to itself is a file that can not be read, if it is taken for one', async (t) => {
  const project = makeProject(t, { 'p.yaml': pipeline('from: pets, unreadable: skip') });
  writeAll(project, 'pets', await images());
  symlinkSync('around.png', join(project.folder, 'pets/cat/around.png'));
  assert.deepEqual(project.run('p.yaml'), { download: 'ran' });
  assert.equal(factsOf(project).files.skipped.count, 1);
});

test('a folder that is not there, has no images, or no class folders, is told', async (t) => {
  const project = makeProject(t, { 'p.yaml': pipeline('from: pets') });
  assert.match(project.pipe('run', 'p.yaml').err, /error file-not-found: the dataset's `pets` is not there/);
  writeAll(project, 'pets', { 'a.txt': 'x' });
  assert.match(project.pipe('run', 'p.yaml').err, /error empty-dataset: pets holds no image/);
  writeAll(project, 'pets', { 'a.png': await png(1) });
  assert.match(
    project.pipe('run', 'p.yaml').err,
    /error no-class-folder: the image a\.png lies in no class folder/,
  );
  project.write('p.yaml', pipeline('from: pets').replace('folder:', 'dataset: cifar10, folder:'));
  assert.equal(project.pipe('validate', 'p.yaml').code, 2);
});

const evaluated = `  build: { input: [6, 8, 3], layers: [{ flatten: {} }, { dense: { units: 2, activation: softmax } }] }
  train: { model: build, data: download, epochs: 1, batchSize: 4 }
  other: { kind: download, folder: { from: others, size: [6, 8] } }
`;

test('a model is not evaluated on other classes, nor on a split without rows, and callbacks need what they watch', async (t) => {
  const project = makeProject(t, {});
  const pets = await images();
  writeAll(project, 'pets', pets);
  const renamed = (path: string): string => path.replace('cat', 'zebra');
  writeAll(
    project,
    'others',
    Object.fromEntries(Object.entries(pets).map(([path, bytes]) => [renamed(path), bytes])),
  );
  const whole = `${pipeline('from: pets')}${evaluated}`;
  const watching =
    'epochs: 1, callbacks: [{ earlyStopping: { monitor: valLoss, restoreBestWeights: true } }]';
  for (const [text, told] of [
    [
      `${whole}  evaluate: { model: train, data: other, split: train }\n`,
      /shape-mismatch: class 1 of the data is `dog`, the model was trained with `cat` there\n[\s\S]*the classes cat, dog, in this order/,
    ],
    [
      `${whole.replace('validation: 0.25', 'validation: 0')}  evaluate: { model: train, data: download, split: validation }\n`,
      /empty-dataset: the split `validation` has no rows/,
    ],
    [
      whole.replace('validation: 0.25', 'validation: 0').replace('epochs: 1', watching),
      /unknown-metric: there are no validation rows, so there is no valLoss/,
    ],
  ] as const) {
    project.write('p.yaml', text);
    const { code, err } = project.pipe('run', 'p.yaml');
    assert.notEqual(code, 0, err);
    assert.match(err, told);
  }
});
