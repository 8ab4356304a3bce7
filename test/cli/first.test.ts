import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { kindNames } from '../../src/stages/registry.ts';
import { makeProject } from '../rig/project.ts';

test('init writes a pipeline that is valid, runs and learns as it is, and never over a file', (t) => {
  const project = makeProject(t, {});
  const { code, out } = project.pipe('init', 'pipelines/my experiment.yaml');
  assert.equal(code, 0);
  assert.match(
    out,
    /^pipelines\/my experiment\.yaml is written, and pipelines\/pipeline\.schema\.json, .*\n {2}pipe run 'pipelines\/my experiment\.yaml'\n$/,
  );
  const written = project.read('pipelines/my experiment.yaml');
  assert.match(written, /^# yaml-language-server: \$schema=\.\/pipeline\.schema\.json\n/);
  assert.deepEqual(readdirSync(`${project.folder}/pipelines`), [
    'my experiment.yaml',
    'pipeline.schema.json',
  ]);
  assert.equal(project.pipe('validate', '--strict').code, 0);
  const outcomes = project.run('pipelines/my experiment.yaml', '--engine', 'wasm');
  assert.ok(Object.values(outcomes).every((outcome) => outcome === 'ran'));
  const { accuracy }: { accuracy: number } = JSON.parse(
    project.read('cache/out/my-experiment/evaluate/metrics/metrics.json'),
  );
  assert.ok(accuracy > 0.5, `it learns: ${accuracy} of the test images, where a guess has 0.1`);
  const again = project.pipe('init', 'pipelines/my experiment.yaml');
  assert.equal(again.code, 2);
  assert.match(again.err, /error file-exists: there is a file `pipelines\/my experiment\.yaml` already/);
  assert.equal(project.read('pipelines/my experiment.yaml'), written);
});

test('an older copy of the schema is made anew by init, a file of that name that is none stays', (t) => {
  const project = makeProject(t, { 'pipeline.schema.json': '{ "title": "PipelineFile" }' });
  project.pipe('init', 'first.yaml');
  const fresh = project.read('pipeline.schema.json');
  assert.ok(fresh.length > 10_000);
  project.write('pipeline.schema.json', '{ "title": "Mine" }');
  project.pipe('init', 'second.yaml');
  assert.equal(project.read('pipeline.schema.json'), '{ "title": "Mine" }');
  assert.match(
    project.read('second.yaml'),
    /^# yaml-language-server: \$schema=\S+schemas\/pipeline\.schema\.json\n/,
  );
});

test('init answers in JSON, and says where it can not write', (t) => {
  const project = makeProject(t, { file: '' });
  const { out } = project.pipe('init', 'second.yaml', '--json');
  assert.deepEqual(JSON.parse(out), { version: 1, file: 'second.yaml' });
  const { code, err } = project.pipe('init', 'file/first.yaml');
  assert.equal(code, 2);
  assert.match(err, /^error file-not-written: `.*` can not be written: .*\n +fix: .*\n$/);
});

test('schema prints the schema of a file, a page about each kind, and the likely name of one that is not there', (t) => {
  const project = makeProject(t, {});
  const whole = project.pipe('schema');
  assert.equal(whole.code, 0);
  assert.equal(JSON.parse(whole.out).$schema, 'https://json-schema.org/draft/2020-12/schema');
  for (const kind of kindNames()) {
    const page = project.pipe('schema', kind);
    assert.equal(page.code, 0, page.err);
    assert.doesNotMatch(page.out, /\(.*anything.*\)/, 'what a `$ref` points to is known');
    const { description, properties } = JSON.parse(project.pipe('schema', kind, '--json').out);
    const [firstWords] = description.split('. ');
    assert.ok(page.out.replace(/\s+/g, ' ').includes(firstWords), `${kind}: ${firstWords}`);
    for (const name of Object.keys(properties))
      assert.ok(page.out.includes(name), `${kind} explains ${name}`);
  }
  assert.match(project.pipe('schema', 'train').out, /^It gives\n\n {2}trained {2}\(trained\)\n/m);
  assert.match(project.pipe('schema', 'evaluate').out, /^ {2}Values: .*`\$\{stages\.NAME\.accuracy\}`/m);
  assert.match(project.pipe('schema', 'tune').out, /^ {4}<name> {2}\(map\)\n.*\n {6}int {2}\(list\)\n/m);
  const { code, err } = project.pipe('schema', 'trian');
  assert.equal(code, 2);
  assert.match(err, /error unknown-kind: `trian` is not a kind of stage\n.*did you mean `train`\?/);
  assert.match(
    project.pipe('schema', './gone.ts').err,
    /error file-not-found: `\.\/gone\.ts` has no readable/,
  );
});
