/** When a start builds the program anew, tried on a project with a builder that only counts. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';

const builder = `import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
export async function build(project, folder) {
  appendFileSync(join(project, 'builds'), '.');
  mkdirSync(folder, { recursive: true });
  for (const entry of ['main.cjs', 'child.js']) writeFileSync(join(folder, entry), '');
}`;
const start = `import { ensureBuilt } from './src/build/ensure.mjs';
console.log(await ensureBuilt(process.argv[2] ?? 'main.cjs'));`;

function makeClone(t: TestContext): { folder: string; start(entry?: string): string; builds(): number } {
  const folder = mkdtempSync(join(tmpdir(), 'pipe-ensure-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const one of ['src/build', 'src/cli', 'schemas']) mkdirSync(join(folder, one), { recursive: true });
  copyFileSync('src/build/ensure.mjs', join(folder, 'src/build/ensure.mjs'));
  const files = {
    'src/build/build.mjs': builder,
    'src/cli/a.ts': 'one',
    'schemas/a.schema.json': '{}',
    'package-lock.json': '{}',
    'start.mjs': start,
    builds: '',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return {
    folder,
    start: (entry = 'main.cjs') => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, 'start.mjs'), entry], {
        encoding: 'utf8',
      });
      assert.equal(status, 0, stderr);
      return stdout;
    },
    builds: () => readFileSync(join(folder, 'builds'), 'utf8').length,
  };
}

test('a start builds once, and again when a source was edited in place, came or went', (t) => {
  const clone = makeClone(t);
  const source = join(clone.folder, 'src/cli/a.ts');
  const first = clone.start();
  assert.equal(clone.start(), first);
  clone.start('child.js');
  assert.equal(clone.builds(), 1);

  writeFileSync(source, 'two');
  utimesSync(source, new Date(), new Date(Date.now() + 5000));
  const edited = clone.start();
  assert.notEqual(edited, first);
  assert.equal(clone.builds(), 2);

  writeFileSync(join(clone.folder, 'schemas/b.schema.json'), '{}');
  assert.notEqual(clone.start(), edited);
  assert.equal(clone.builds(), 3);
  rmSync(join(clone.folder, 'schemas/b.schema.json'));
  assert.equal(clone.start(), edited);
  assert.equal(clone.builds(), 3, 'what was built of the same sources before is there');
});

test('what an editor leaves beside a source, and a note of the last start that is damaged or gone, build nothing', (t) => {
  const clone = makeClone(t);
  const first = clone.start();
  writeFileSync(join(clone.folder, 'src/cli/.a.ts.swp'), 'x');
  assert.equal(clone.start(), first);
  for (const text of ['', '{}', '{"folder":"/nowhere","seen":{}}']) {
    writeFileSync(join(clone.folder, 'dist/last.json'), text);
    assert.equal(clone.start(), first);
  }
  rmSync(join(clone.folder, 'dist/last.json'));
  assert.equal(clone.start(), first);
  assert.equal(clone.builds(), 1);
});

test('a build that was removed is made anew', (t) => {
  const clone = makeClone(t);
  const first = clone.start();
  rmSync(dirname(first.trim()), { recursive: true });
  assert.equal(clone.start(), first);
  assert.equal(clone.builds(), 2);
});
