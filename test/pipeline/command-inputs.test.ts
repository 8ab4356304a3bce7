import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeProject } from '../rig/project.ts';

const pipeline = (input: string): string => `version: 1
name: p
stages:
  small: { kind: command, run: "echo 1 > x", out: { x: x } }
  large: { kind: command, run: "cat small > x", in: { small: ${input} }, out: { x: x } }
`;

test('a command that takes a stage by its name alone is told of the output it may mean', (t) => {
  const project = makeProject(t, { 'p.yaml': pipeline('small'), small: '1' });
  const { code, err } = project.pipe('validate', 'p.yaml');
  assert.equal(code, 2);
  assert.match(
    err,
    /p\.yaml:5:62 error unknown-port: `small` is a stage, and a command takes its outputs one by one\n/,
  );
  assert.match(err, /did you mean `small\.x`\? A file of that name is `\.\/small`/);
  project.write('p.yaml', pipeline('./small'));
  assert.deepEqual(project.run('p.yaml'), { small: 'ran', large: 'ran' });
});
