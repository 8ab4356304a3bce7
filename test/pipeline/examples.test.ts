import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { makeProject, type Project, ran } from '../rig/project.ts';

/** The examples in a project of their own. */
function examples(t: TestContext): Project {
  const folder = 'pipelines/examples';
  const files = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = files.map((entry) => join(entry.parentPath, entry.name));
  return makeProject(
    t,
    Object.fromEntries(paths.map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')])),
  );
}

test('every example is valid and warns of nothing', (t) => {
  const project = examples(t);
  const files = readdirSync(project.folder).filter((name) => name.endsWith('.yaml'));
  const { code, out, err } = project.pipe('validate', ...files);
  assert.equal(code, 0, err);
  assert.equal(out, files.map((file) => `${file}: valid\n`).join(''));
});

test('extends and matrix run as written: a cell is the same training as that of a file without a matrix', (t) => {
  const project = examples(t);
  assert.deepEqual(Object.keys(project.run('extends.yaml')).sort(), [
    'build',
    'download',
    'evaluate',
    'normalize',
    'report',
    'train',
  ]);
  const cells = project.run('matrix.yaml');
  assert.equal(cells['train[data=plain,seed=42]'], 'cached');
  assert.deepEqual(
    ran(cells).filter((name) => name.startsWith('train')),
    ['train[data=plain,seed=1]', 'train[data=turned,seed=1]', 'train[data=turned,seed=2]'],
  );
  assert.match(project.read('cache/out/small-matrix/report/page/report.html'), /train\[data=plain,seed=42\]/);
});

test('a list port takes all cells, each in a folder of its stage’s name', (t) => {
  const project = examples(t);
  project.run('list-port.yaml');
  const text = project.read('cache/out/list-port/lines/text/lines.txt');
  for (const seed of [1, 2]) assert.ok(text.includes(` all/evaluate[seed=${seed}]/metrics.json\n`), text);
});
