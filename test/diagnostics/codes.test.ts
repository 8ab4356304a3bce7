import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { globSync } from 'tinyglobby';
import { codes } from '../../src/diagnostics/codes.ts';

test('docs/errors.md is what `npm run generate` makes of the table of codes', () => {
  const script = `import('./src/build/errors-doc.mjs').then(async ({ errorsDoc }) => process.stdout.write(await errorsDoc('.')))`;
  const made = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  assert.ok(
    made.stdout === readFileSync('docs/errors.md', 'utf8'),
    `docs/errors.md is old: npm run generate\n${made.stderr}`,
  );
});

test('every code of the table is given somewhere in the program', () => {
  const files = globSync('src/**/*.ts').filter((file) => !file.endsWith('codes.ts'));
  const source = files.map((file) => readFileSync(file, 'utf8')).join('\n');
  const unused = codes.filter(({ code }) => !source.includes(`'${code}'`));
  assert.deepEqual(
    unused.map(({ code }) => code),
    [],
  );
});
