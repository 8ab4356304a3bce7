import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeProject } from '../rig/project.ts';
import { small } from '../rig/small.ts';

test('cells of a matrix are drawn one by one and named by their number where they are many', (t) => {
  const project = makeProject(t, {
    'p.yaml': `version: 1
name: cells
stages:
  make: { kind: command, run: "echo \${matrix.n} > o", out: { o: o }, matrix: { n: [1, 2] } }
  join: { kind: command, run: "cat makes/*/o > o", in: { makes: [make] }, out: { o: o } }
`,
  });
  assert.equal(
    project.pipe('graph', 'p.yaml').out,
    `make[n=1]            run      never run
└─ join + make[n=2]  depends
make[n=2]            run      never run
`,
  );
  assert.match(project.pipe('plan', 'p.yaml').out, /^join +depends +depends on make \(2 cells\)$/m);
});

test('the graph is drawn as a tree and as a diagram, with what is cached and what will run', (t) => {
  const project = makeProject(t, { 'p.yaml': small });
  project.run('p.yaml', '--until', 'normalize', 'build');
  assert.equal(
    project.pipe('graph', 'p.yaml').out,
    `download                                          hit
└─ normalize                                      hit
   └─ augment                                     run      never run
      └─ train + build                            depends
         └─ evaluate + normalize                  depends
            └─ report + download, augment, train  depends
build                                             hit
`,
  );
  const mermaid = project.pipe('graph', 'p.yaml', '--format', 'mermaid').out;
  assert.match(mermaid, /^graph TD\n {2}s0\["download"\]:::hit\n/);
  assert.match(mermaid, /^ {2}s2\["augment"\]:::run$/m);
  assert.match(mermaid, /^ {2}s3 --> s4$/m);
  assert.match(mermaid, /^ {2}classDef depends /m);
  const graph: { stages: { name: string; state: string; inputs: { stage: string }[] }[] } = JSON.parse(
    project.pipe('graph', 'p.yaml', '--json').out,
  );
  const train = graph.stages.find(({ name }) => name === 'train');
  assert.deepEqual(
    train?.inputs.map(({ stage }) => stage),
    ['build', 'augment'],
  );
  assert.equal(train?.state, 'depends');
});
