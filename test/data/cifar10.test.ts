import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { eventsIn, makeProject, ran } from '../rig/project.ts';
import { sendFile, serve, tarGz } from './rig.ts';

const pipeline = `version: 1
name: photos
stages:
  download: { dataset: cifar10, validation: 0 }
  normalize: { data: download }
`;
const shapes = pipeline
  .replace('name: photos', 'name: shapes')
  .replace('cifar10', 'shapes10, limit: { train: 20, test: 10 }');

const realArchive = resolve('../shared/data/cifar-10/cifar-10-binary.tar.gz');
const withReal = existsSync(realArchive) ? {} : { skip: 'the real archive is not here' };

const record = (label: number): Buffer => Buffer.concat([Buffer.from([label]), Buffer.alloc(3072, 7)]);

const batch = 'cifar-10-batches-bin/data_batch_1.bin';
const whole = Buffer.alloc(30_730_000, 1);
const cut = (archive: Buffer): Buffer => archive.subarray(0, archive.length / 2);
const damaged = (archive: Buffer): Buffer => Buffer.from(archive).fill(0xaa, 1000, 1010);

test('a damaged archive is refused by name, and what was cached before is still there', async (t) => {
  const files = { 'photos.yaml': pipeline, 'shapes.yaml': shapes };
  const project = makeProject(t, files, { PIPE_MIRROR: 'mirror' });
  project.run('shapes.yaml');
  mkdirSync(join(project.folder, 'mirror'));
  const refused = async (what: string, archive: Buffer, code: string, words: RegExp): Promise<void> => {
    await t.test(what, () => {
      writeFileSync(join(project.folder, 'mirror/cifar-10-binary.tar.gz'), archive);
      const { code: exit, out } = project.pipe('run', 'photos.yaml', '--json');
      assert.equal(exit, 1, out);
      const failed = eventsIn(out).flatMap((event) =>
        event.type === 'stage-end' && event.outcome === 'failed' ? [event] : [],
      );
      assert.deepEqual(
        failed.map((event) => [event.stage, event.diagnostic?.code]),
        [['download', code]],
      );
      assert.match(failed[0]?.diagnostic?.message ?? '', words);
    });
  };
  const end = /mirror\/cifar-10-binary\.tar\.gz can't be read to its end/;
  await refused('cut short', cut(await tarGz({ [batch]: whole })), 'truncated-archive', end);
  await refused('a damaged byte', damaged(await tarGz({ [batch]: whole })), 'truncated-archive', end);
  const hash = /data_batch_1\.bin in .* has the sha256 [0-9a-f]{64}, expected cee91656/;
  await refused('another file', await tarGz({ [batch]: record(3) }), 'corrupted-download', hash);
  const label = /record 1 of data_batch_1\.bin in .* has the label 10; CIFAR-10 has 0 to 9/;
  const labels = Buffer.concat([record(9), record(10)]);
  await refused('a label byte of 10', await tarGz({ [batch]: labels }), 'invalid-label', label);
  const empty = /data_batch_1\.bin in .* has 0 bytes/;
  await refused('no records', await tarGz({ [batch]: '' }), 'truncated-archive', empty);
  const lacks = /has no data_batch_1\.bin/;
  await refused('no such member', await tarGz({ 'readme.txt': '…' }), 'truncated-archive', lacks);
  assert.deepEqual(ran(project.run('shapes.yaml')), []);
});

test('a dataset that its limit leaves empty is refused before anything runs', (t) => {
  const project = makeProject(t, { 'p.yaml': pipeline.replace('cifar10', 'cifar10, limit: 0') });
  const { code, err } = project.pipe('run', 'p.yaml');
  assert.equal(code, 2);
  assert.match(err, /p\.yaml:4:\d+ error empty-dataset/);
});

test('a number of validation rows is whole', (t) => {
  const project = makeProject(t, { 'p.yaml': pipeline.replace('validation: 0', 'validation: 1.5') });
  const { code, err } = project.pipe('validate', 'p.yaml');
  assert.equal(code, 2);
  assert.match(err, /p\.yaml:4:\d+ error invalid-value: 1\.5 rows are kept for validation/);
});

test(
  'CIFAR-10 itself, from a server that cuts the connection: the known facts come out',
  withReal,
  async (t) => {
    const bytes = readFileSync(realArchive);
    const server = await serve(t, (request, response) =>
      request.url === '/cifar-10-binary.tar.gz'
        ? sendFile(bytes, { etag: '"1"', cutAfter: 60_000_000 }, request, response)
        : void response.writeHead(404).end(),
    );
    const project = makeProject(t, { 'photos.yaml': pipeline }, { PIPE_MIRROR: server.url });
    const running = project.start('run', 'photos.yaml', '--json');
    const { code, out, err } = await running.ended;
    assert.equal(code, 0, out + err);
    const told = eventsIn(out).flatMap((event) =>
      event.type === 'stage-progress' && event.progress.unit === 'bytes' ? [event.progress] : [],
    );
    assert.ok(told.every(({ done, total }) => done <= bytes.length && total === bytes.length));
    assert.ok(server.requests.filter(({ headers }) => headers.range?.startsWith('bytes=')).length >= 2);
    const facts = JSON.parse(project.read('cache/out/photos/download/facts/facts.json')).facts;
    assert.deepEqual(facts.rows, { train: 50_000, validation: 0, test: 10_000 });
    assert.deepEqual(facts.example, [32, 32, 3]);
    assert.deepEqual(facts.classCounts.train, new Array(10).fill(5000));
    assert.deepEqual(facts.classCounts.test, new Array(10).fill(1000));
    assert.deepEqual(facts.duplicates, { within: 0, across: 0, ofAnotherClass: 0, listed: [] });
    const { mean, std } = JSON.parse(project.read('cache/out/photos/normalize/facts/facts.json')).facts;
    assert.equal(mean[0].toFixed(4), '120.7076');
    assert.equal(std[0].toFixed(4), '64.1501');
  },
);
