import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { sha256OfBytes } from '../../src/data/hash.ts';
import { makeInPlace, remove } from '../../src/nn/install/place.ts';
import { installNative } from '../../src/nn/native/install/install.ts';
import { makeProject, type Project } from '../rig/project.ts';
import { small } from '../rig/small.ts';
import { writeWheel } from '../rig/wheel.ts';

const library = {
  'tensorflow/libtensorflow_cc.so.2': 'no library at all',
  'tensorflow/libtensorflow_framework.so.2': 'neither',
};
const wheelName = 'tensorflow_cpu-2.20.0-cp311-cp311-manylinux_2_17_x86_64.whl';

/** A PATH on which only these programs are. */
function pathWith(project: Project, programs: { readonly [name: string]: string }): { PATH: string } {
  const folder = join(project.folder, 'bin');
  mkdirSync(folder);
  symlinkSync(process.execPath, join(folder, 'node'));
  for (const [name, script] of Object.entries(programs))
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { PATH: folder };
}

const install = (project: Project, ...args: string[]): ReturnType<Project['pipe']> =>
  project.pipe('engine', 'install', 'native', ...args);

/** Nothing that could be taken for an engine. */
function isUntouched(project: Project): void {
  const folder = join(project.folder, '.engines');
  const left = existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith('native')) : [];
  assert.deepEqual(left, []);
  assert.match(project.pipe('engine').out, /^native +missing/m);
}

test('without a C++ compiler or pip an installation says which is missing and the command that brings it', (t) => {
  const bare = makeProject(t, {});
  const noCompiler = makeProject(t, {}, pathWith(bare, {}));
  const { code, err } = install(noCompiler);
  assert.equal(code, 2);
  assert.match(err, /error tool-missing: a C\+\+ compiler is missing \(tried g\+\+, clang\+\+, c\+\+\)/);
  assert.match(err, /install it: \S+/);
  const compilerOnly = makeProject(t, {});
  const noPip = makeProject(t, {}, pathWith(compilerOnly, { 'g++': 'exit 0' }));
  assert.match(install(noPip).err, /error tool-missing: pip, which finds and checks the wheel, is missing/);
  isUntouched(noPip);
});

test('pip that finds nothing is told in its own words, with the way that needs no network', (t) => {
  const bare = makeProject(t, {});
  const programs = { 'g++': 'exit 0', python3: '[ "$3" = --version ] || { echo "no route" >&2; exit 1; }' };
  const project = makeProject(t, {}, pathWith(bare, programs));
  const { code, err } = install(project);
  assert.equal(code, 2);
  assert.match(
    err,
    /error download-failed: pip finds no tensorflow-cpu==2\.20\.0:\nno route\n.*--from FILE\.whl/,
  );
  isUntouched(project);
});

test('pip that is too old for the question is named as that, not the network', (t) => {
  const bare = makeProject(t, {});
  const old = '[ "$3" = --version ] || { echo "no such option: --dry-run" >&2; exit 2; }';
  const project = makeProject(t, {}, pathWith(bare, { 'g++': 'exit 0', python3: old }));
  const { code, err } = install(project);
  assert.equal(code, 2);
  assert.match(err, /error tool-missing: pip .*: it has to be 23\.1 or newer\n.*install --upgrade pip/);
});

test('a wheel that pip finds in a folder is taken from there', (t) => {
  const bare = makeProject(t, {});
  const wheel = join(bare.folder, 'zum Büro', wheelName);
  mkdirSync(dirname(wheel));
  writeWheel(wheel, { 'tensorflow/python/_pywrap_tensorflow_internal.pyd': 'x' });
  const hashes = { sha256: sha256OfBytes(readFileSync(wheel)) };
  const download_info = { url: pathToFileURL(wheel).href, archive_info: { hashes } };
  const report = { install: [{ metadata: { name: 'tensorflow-cpu' }, download_info }] };
  const python3 = `case "$*" in *--no-user*) printf %s '${JSON.stringify(report)}';; *--version) ;; *) exit 1; esac`;
  const project = makeProject(t, {}, pathWith(bare, { 'g++': 'exit 0', python3 }));
  // It has been read: there is nothing in it, as there should be nothing.
  assert.match(install(project).err, /error wheel-unusable: .*zum Büro.*it holds no library that/);
  writeFileSync(wheel, 'another');
  assert.match(install(project).err, /error corrupted-download: .*another sha256 than pip has told/);
});

test('a wheel that is none, is damaged, is too old or holds nothing to load is refused before anything is kept', (t) => {
  const project = makeProject(t, {});
  const wheel = (name: string): string => join(project.folder, name);
  writeFileSync(wheel('text.whl'), 'no zip');
  writeWheel(wheel('damaged.whl'), library, { ...library, 'tensorflow/libtensorflow_cc.so.2': 'another' });
  writeWheel(wheel('windows.whl'), { 'tensorflow/python/_pywrap_tensorflow_internal.pyd': 'x' });
  writeWheel(wheel('tensorflow_cpu-2.9.1-cp310-cp310-manylinux_2_17_x86_64.whl'), library);
  for (const [name, told] of [
    ['text.whl', /error wheel-unusable: .*text\.whl can't be used/],
    ['damaged.whl', /libtensorflow_cc\.so\.2 is not the file that its RECORD lists/],
    ['windows.whl', /it holds no library that this system can load/],
    [
      'tensorflow_cpu-2.9.1-cp310-cp310-manylinux_2_17_x86_64.whl',
      /it is TensorFlow 2\.9\.1, and 2\.12 or a newer 2 is needed/,
    ],
    ['absent.whl', /error file-not-found/],
  ] as const) {
    const { code, err } = install(project, '--from', name);
    assert.equal(code, 2, err);
    assert.match(err, told);
    assert.doesNotMatch(err, /\n\s+at .*:\d+:\d+/, 'no stack');
  }
  isUntouched(project);
});

test('an installation that fails while compiling leaves what was installed before, and no half one', (t) => {
  const project = makeProject(t, {});
  writeWheel(join(project.folder, wheelName), library);
  const { code, err } = install(project, '--from', wheelName);
  assert.equal(code, 2);
  assert.match(err, /error compile-failed: \S+ could not compile the addon:\n/);
  isUntouched(project);
  const before = fakeInstallation(project);
  install(project, '--from', wheelName);
  assert.equal(readFileSync(join(before, 'engine.json'), 'utf8').includes('2.20.0'), true);
});

test('what a killed installation left is no engine, and the next one clears it away', (t) => {
  const project = makeProject(t, {});
  const half = join(project.folder, '.engines', 'native.4194305.new');
  mkdirSync(half, { recursive: true });
  writeFileSync(join(half, 'engine.json'), '{}');
  assert.match(project.pipe('engine').out, /^native +missing +it is not installed/m);
  writeWheel(join(project.folder, wheelName), library);
  install(project, '--from', wheelName);
  isUntouched(project);
});

test('uninstalling clears away what failed tries left, too; what another installation fetches stays', async (t) => {
  const project = makeProject(t, {});
  const engines = join(project.folder, '.engines');
  project.write('.engines/native.4194305.new/half', '');
  project.write('.engines/native-downloads/sha256-0', '');
  assert.match(project.pipe('engine', 'uninstall', 'native').out, /native: removed/);
  assert.deepEqual(readdirSync(engines), []);
  project.write('.engines/native-downloads/sha256-0', '');
  project.write(`.engines/native.${process.pid}.new/half`, '');
  assert.match(project.pipe('engine', 'uninstall', 'native').out, /native: was not installed/);
  assert.deepEqual(readdirSync(engines).sort(), ['native-downloads', `native.${process.pid}.new`]);
});

test('a wheel without CUDA is refused for a GPU; a compiler may have arguments; npm that is missing is told', (t) => {
  const project = makeProject(t, {});
  writeWheel(join(project.folder, wheelName), library);
  assert.match(
    install(project, '--gpu', '--from', wheelName).err,
    /wheel-unusable: tensorflow_cpu-\S+ has no CUDA/,
  );
  const bare = makeProject(t, {});
  const script = 'case "$*" in *--version) exit 0; esac; echo "called with $1" >&2; exit 1';
  const path = pathWith(bare, { 'g++': script, python3: 'exit 1' });
  const own = makeProject(t, {}, { ...path, CXX: 'g++ -m64' });
  writeWheel(join(own.folder, wheelName), library);
  assert.match(install(own, '--from', wheelName).err, /compile-failed: g\+\+ [\s\S]*called with -m64/);
  const { code, err } = own.pipe('engine', 'install', 'webgpu');
  assert.equal(code, 2);
  assert.match(err, /error tool-missing: npm, which fetches and checks the package, is missing/);
});

test("what a killed installation with the same process number left, as in a container, is in nobody's way", async (t) => {
  const project = makeProject(t, {});
  const target = join(project.folder, 'native');
  for (const name of [`native.${process.pid}.new`, `native.${process.pid}.old`, 'native'])
    project.write(`${name}/left`, name);
  await makeInPlace(target, async (work) => writeFileSync(join(work, 'made'), ''));
  assert.deepEqual(readdirSync(target), ['made']);
  project.write(`native.${process.pid}.old/left`, '');
  assert.equal(await remove(target), true);
  assert.equal(await remove(target), false);
  assert.deepEqual(readdirSync(project.folder), ['package.json']);
});

test('a disk that gets full while an engine is made is told as such', async (t) => {
  const project = makeProject(t, {});
  const full = Object.assign(new Error('no space left on device, write'), {
    code: 'ENOSPC',
    syscall: 'write',
  });
  const made = makeInPlace(join(project.folder, 'native'), () => Promise.reject(full));
  await assert.rejects(made, { message: `the disk of ${project.folder} is full` });
});

test('a folder that can not be written is named as the one of engines, not taken for an empty one', (t) => {
  const locked = makeProject(t, {});
  const folder = dirname(fakeInstallation(locked));
  const file = makeProject(t, { engines: '' });
  const project = makeProject(t, { 'a.tgz': '' }, { PIPE_ENGINE_FOLDER: join(file.folder, 'engines') });
  const told = new RegExp(
    `error file-not-written: the folder of engines, ${file.folder}/engines, can't be written: .*\n.*PIPE_ENGINE_FOLDER`,
  );
  for (const name of ['native', 'webgpu'] as const) {
    project.write('a.whl', '');
    const { code, err } = project.pipe('engine', 'install', name, '--from', 'a.whl');
    assert.equal(code, 2);
    assert.match(err, told);
  }
  // The superuser may write everywhere.
  if (process.getuid?.() === 0) return;
  chmodSync(folder, 0o555);
  const { code, err } = locked.pipe('engine', 'uninstall', 'native');
  chmodSync(folder, 0o755);
  assert.equal(code, 2);
  assert.match(err, /error file-not-written: .*permission denied/);
});

test('what is given to install from has to be a file', (t) => {
  const { pipe } = makeProject(t, { 'folder/a': '' });
  for (const name of ['native', 'webgpu'])
    for (const from of ['folder', 'absent']) {
      const { code, err } = pipe('engine', 'install', name, '--from', from);
      assert.equal(code, 2);
      assert.match(err, new RegExp(`error file-not-found: there is no readable file ${from}`));
    }
});

test('without the disk space that an installation needs it does not begin', async (t) => {
  const project = makeProject(t, {});
  const folder = join(project.folder, '.engines');
  const told = installNative({
    folder,
    gpu: true,
    wheels: [],
    mirrors: [],
    onStep: () => assert.fail('nothing is done'),
    onBytes: () => {},
    signal: new AbortController().signal,
    env: process.env,
    space: async () => 2e9,
  });
  await assert.rejects(told, /has 2\.0 GB of free space, the installation needs 10\.0 GB/);
  isUntouched(project);
});

/** An installation that is whole by its manifest, of files that are no libraries. */
function fakeInstallation(project: Project, tensorflow = '2.20.0'): string {
  const folder = join(project.folder, '.engines', 'native');
  mkdirSync(join(folder, 'tensorflow'), { recursive: true });
  writeFileSync(join(folder, 'tensorflow', 'tfjs_binding.node'), 'x');
  const manifest = {
    version: 1,
    source: '@tensorflow/tfjs-node-gpu 4.22.0',
    platform: `${process.platform}-${process.arch}`,
    facts: { tensorflow, device: 'cpu' },
    files: { 'tensorflow/tfjs_binding.node': { size: 1, sha256: sha256OfBytes(Buffer.from('x')) } },
  };
  writeFileSync(join(folder, 'engine.json'), JSON.stringify(manifest));
  return folder;
}

test('an installation with a file gone or cut, or of a wrong version, is told as such and never taken', (t) => {
  const project = makeProject(t, { 'p.yaml': small });
  const state = (): string => project.pipe('engine').out.split('\n')[1] ?? '';
  const folder = fakeInstallation(project, '2.9.1');
  assert.match(
    state(),
    /missing +it is TensorFlow 2\.9\.1, and 2\.12 or a newer 2 is needed: `pipe engine install/,
  );
  fakeInstallation(project);
  writeFileSync(join(folder, 'tensorflow', 'tfjs_binding.node'), '');
  assert.match(state(), /missing +\S+tfjs_binding\.node has 0 bytes, not 1/);
  const { code, err } = project.pipe('run', 'p.yaml', '--engine', 'native');
  assert.equal(code, 2);
  assert.match(err, /error engine-unavailable: .*has 0 bytes, not 1\n +fix: `pipe engine install native`/);
  writeFileSync(join(folder, 'engine.json'), '{');
  assert.match(state(), /engine\.json is not what an installation leaves/);
});

test('an engine that looks whole and does not load fails the stage with what to do, and nothing is kept', (t) => {
  const project = makeProject(t, { 'p.yaml': small });
  fakeInstallation(project);
  const { code, err } = project.pipe('run', 'p.yaml');
  assert.equal(code, 1);
  assert.match(err, /error engine-broken: the native engine does not load: .*(?:file too short|invalid ELF)/);
  assert.match(err, /install it again: pipe engine install native/);
  assert.match(project.pipe('engine', 'uninstall', 'native').out, /native: removed/);
  assert.match(project.pipe('plan', 'p.yaml').out, /^train +run/m);
});

test('an engine that does not load ends a prediction and its own test with what to do, without a stack', async (t) => {
  const project = makeProject(t, { 'p.yaml': small, 'cat.png': 'no image, which is never looked at' });
  project.run('p.yaml', '--engine', 'wasm', '--until', 'train');
  const folder = fakeInstallation(project);
  for (const args of [
    ['predict', 'train', 'cat.png', '--engine', 'native'],
    ['engine', 'test', 'native'],
  ]) {
    const { code, err } = await project.start(...args).ended;
    assert.equal(code, 2, err);
    assert.match(err, /error engine-broken: the native engine does not load: /);
    assert.match(err, /install it again: pipe engine install native/);
    assert.doesNotMatch(err, /\n\s+at .*:\d+:\d+/, 'no stack');
  }
  writeFileSync(join(folder, 'tensorflow', 'tfjs_binding.node'), 'y');
  assert.match(
    project.pipe('engine', 'test', 'native').err,
    /error engine-broken: \S+tfjs_binding\.node is not what was installed/,
  );
});
