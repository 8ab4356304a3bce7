import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeProject, ran } from '../rig/project.ts';
import { small } from '../rig/small.ts';

const every = ['augment', 'build', 'download', 'evaluate', 'normalize', 'report', 'train'];

test('what changed reruns and nothing else does', (t) => {
  const project = makeProject(t, { 'p.yaml': small });
  const rerun = (text: string): string[] => {
    project.write('p.yaml', text);
    return ran(project.run('p.yaml'));
  };
  const change = (from: string, to: string): string => small.replace(from, to);
  assert.deepEqual(rerun(small), every);
  const before = project.hashes('cache/out/small');
  assert.deepEqual(rerun(small), [], 'the same again');
  assert.match(project.pipe('run', 'p.yaml').err, /nothing to do: 7 cached/);
  assert.deepEqual(rerun(`# a comment\n${small}`), [], 'a comment');
  const turned = '{ data: normalize, rotation: 20 }';
  assert.deepEqual(rerun(change(turned, '{ rotation: 20, data: normalize }')), [], 'the order of keys');
  assert.deepEqual(rerun(change('rotation: 20', 'rotation: 20, description: turned')), [], 'a description');
  assert.deepEqual(rerun(change('rotation: 20', 'rotation: 20, shear: 0, fill: nearest')), [], 'defaults');
  assert.deepEqual(rerun(change('report: {', 'report: { title: Another,')), ['report'], 'the title');
  assert.deepEqual(
    rerun(change('rotation: 20', 'rotation: 25')),
    ['augment', 'evaluate', 'report', 'train'],
    'a param of augment',
  );
  assert.notDeepEqual(project.hashes('cache/out/small'), before);
  assert.deepEqual(rerun(small), [], 'back to what was');
  assert.deepEqual(project.hashes('cache/out/small'), before, 'the old results are back');
});

test('the wave stops at a stage whose rerun gives the same bytes', (t) => {
  const words = `version: 1
name: words
stages:
  sort: { kind: command, run: "sort words.txt > sorted.txt", in: { words: words.txt }, out: { sorted: sorted.txt } }
  count: { kind: command, run: "wc -l < sorted/sorted.txt > lines.txt", in: { sorted: sort.sorted }, out: { lines: lines.txt } }
`;
  const project = makeProject(t, { 'p.yaml': words, 'words.txt': 'b\na\n' });
  assert.deepEqual(ran(project.run('p.yaml')), ['count', 'sort']);
  project.write('words.txt', 'a\nb\n');
  assert.deepEqual(ran(project.run('p.yaml')), ['sort']);
  project.write('words.txt', 'a\nb\nc\n');
  assert.deepEqual(ran(project.run('p.yaml')), ['count', 'sort']);
  assert.equal(project.read('cache/out/words/count/lines/lines.txt').trim(), '3');
});

test('a longer training continues from the last epoch and gives the bytes of one in one go', (t) => {
  const longer = small.replace('epochs: 2', 'epochs: 3');
  const [split, whole] = [makeProject(t, { 'p.yaml': small }), makeProject(t, { 'p.yaml': longer })];
  split.run('p.yaml');
  split.write('p.yaml', longer);
  const again = split.pipe('run', 'p.yaml', '--json');
  assert.match(again.out, /continues after 2 epochs/);
  assert.match(again.out, /"type":"stage-start","stage":"train",.*"continuesFrom":2\}/);
  whole.run('p.yaml');
  const trained = 'cache/out/small/train/trained';
  assert.deepEqual(split.hashes(trained), whole.hashes(trained));
});

test('the same file and seed give every artifact the same bytes in two empty caches', (t) => {
  const [one, other] = [makeProject(t, { 'p.yaml': small }), makeProject(t, { 'p.yaml': small })];
  one.run('p.yaml', '--jobs', '1');
  other.run('p.yaml', '--jobs', '4');
  const hashes = one.hashes('cache/out/small');
  assert.ok(hashes['report/page/report.html']);
  assert.deepEqual(other.hashes('cache/out/small'), hashes);
  const seeded = makeProject(t, { 'p.yaml': small.replace('seed: 7', 'seed: 8') });
  seeded.run('p.yaml');
  const weights = 'train/trained/weights.bin';
  assert.notEqual(seeded.hashes('cache/out/small')[weights], hashes[weights]);
});
