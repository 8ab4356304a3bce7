/** Installing Dawn from a package; none of these holds the real one. */
import assert from 'node:assert/strict';
import { createWriteStream, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { sha256OfBytes } from '../../src/data/hash.ts';
import { makeProject, type Project } from '../rig/project.ts';

const system = process.platform === 'darwin' ? 'darwin-universal' : `${process.platform}-${process.arch}`;

/** As `npm pack` makes one. */
async function writePackage(file: string, name: string, version: string): Promise<void> {
  const entries = pack();
  entries.entry({ name: `package/dist/${system}/dawn.node` }, 'no addon');
  entries.entry({ name: 'package/package.json' }, JSON.stringify({ name, version }));
  entries.finalize();
  await pipeline(entries, createGzip(), createWriteStream(file));
}

/** Whole by its manifest. */
function fakeInstallation(project: Project): string {
  const folder = join(project.folder, '.engines', 'webgpu');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'dawn.node'), 'no addon');
  const manifest = {
    version: 1,
    source: 'webgpu 0.6.2',
    platform: `${process.platform}-${process.arch}`,
    facts: {},
    files: { 'dawn.node': { size: 8, sha256: sha256OfBytes(Buffer.from('no addon')) } },
  };
  writeFileSync(join(folder, 'engine.json'), JSON.stringify(manifest));
  return folder;
}

test('a package of another version, of another name or with an addon that does not load is not installed', async (t) => {
  const project = makeProject(t, { 'cut.tgz': '' });
  for (const [name, version, told] of [
    [
      'webgpu',
      '0.3.1',
      /error wheel-unusable: .*p\.tgz is webgpu 0\.3\.1, and this pipe needs webgpu 0\.6\.2/,
    ],
    ['left-pad', '0.6.2', /error wheel-unusable: .*p\.tgz is left-pad 0\.6\.2/],
    ['webgpu', '0.6.2', /error engine-broken: dawn\.node does not load: Error: .*(?:too short|invalid ELF)/],
  ] as const) {
    await writePackage(join(project.folder, 'p.tgz'), name, version);
    const { code, err } = project.pipe('engine', 'install', 'webgpu', '--from', 'p.tgz');
    assert.equal(code, 2);
    assert.match(err, told);
    assert.equal(existsSync(join(project.folder, '.engines', 'webgpu')), false);
  }
  const { err } = project.pipe('engine', 'install', 'webgpu', '--from', 'cut.tgz');
  assert.match(err, /error truncated-archive: .*cut\.tgz can't be read/);
});

test('what means nothing to webgpu is refused, not passed over', (t) => {
  const project = makeProject(t, {});
  for (const option of [['--gpu'], ['--from', 'a.tgz', 'b.tgz']]) {
    const { code, err } = project.pipe('engine', 'install', 'webgpu', ...option);
    assert.equal(code, 2);
    assert.match(err, /^error invalid-call: .*webgpu/s);
  }
});

test('an addon that does not load is not taken for a machine without a GPU, a damaged one is told by its hash', (t) => {
  const project = makeProject(t, {});
  const folder = fakeInstallation(project);
  assert.match(
    project.pipe('engine').out,
    /^webgpu +missing +its addon fails: Error: .*dawn\.node: .*: install it again: `pipe engine install webgpu`$/m,
  );
  writeFileSync(join(folder, 'dawn.node'), 'no addan');
  const { code, err } = project.pipe('engine', 'test', 'webgpu');
  assert.equal(code, 2);
  assert.match(err, /error engine-broken: \S+dawn\.node is not what was installed/);
});
