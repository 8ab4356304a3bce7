/** A report reads its inputs and nothing else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeProject } from '../rig/project.ts';
import { small } from '../rig/small.ts';

test('the same inputs give the same report in two empty caches, byte for byte: no time, path or order shows in it', (t) => {
  const reports = [
    { text: small, args: ['--jobs', '1'] },
    // Written in another order and with comments, by stages side by side, in another folder.
    { text: reordered(small), args: ['--jobs', '2', '--name', 'other'] },
  ].map(({ text, args }) => {
    const project = makeProject(t, { 'p.yaml': text });
    project.run('p.yaml', '--engine', 'wasm', ...args);
    return project.hashes('cache/out/small/report');
  });
  assert.ok(Object.keys(reports[0] ?? {}).length > 5);
  assert.deepEqual(reports[1], reports[0]);
});

/** The stages from the last to the first. */
function reordered(text: string): string {
  const [head = '', stages = ''] = text.split('stages:\n');
  const blocks = stages.split(/\n(?= {2}\w)/).map((block) => block.trimEnd());
  return `${head}stages:\n${blocks.reverse().join('\n  # a comment\n')}\n`;
}
