import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkEngine, type Finding } from '../../src/nn/check/check.ts';
import { inSequence, makeNetwork } from '../../src/nn/graph.ts';
import { rehearse } from '../../src/nn/rehearse.ts';
import { engines } from './engines.ts';

for (const engine of engines)
  test(`${engine.name}: every layer, forward and back, is what Keras computes, and a short training gets somewhere`, {
    skip: engine.skipLong,
  }, async () => {
    const findings: Finding[] = [];
    await checkEngine(await engine.open(), false, (finding) => findings.push(finding));
    assert.ok(findings.length > 15);
    for (const finding of findings)
      if (finding.type !== 'speed')
        assert.equal(finding.problem, null, `${finding.says}: ${finding.problem}`);
  });

test('a layer whose operation an engine lacks is named before the training starts', async () => {
  const tf = await (engines.find(({ name }) => name === 'wasm')?.open() ?? assert.fail());
  const network = makeNetwork(
    [4, 4, 2],
    inSequence([
      { kind: 'averagePooling2d', config: { poolSize: 2, padding: 'same', name: 'halved' } },
      { kind: 'flatten', config: {} },
      { kind: 'dense', config: { units: 2, activation: 'softmax', useBias: true } },
    ]),
  );
  rehearse(tf, network, true);
  const before = tf.memory().numTensors;
  rehearse(tf, network, true);
  assert.equal(tf.memory().numTensors, before);
  const kernel = tf.getKernel('AvgPoolGrad', 'wasm');
  tf.unregisterKernel('AvgPoolGrad', 'wasm');
  try {
    rehearse(tf, network, false);
    assert.throws(() => rehearse(tf, network, true), {
      message:
        /the layer `\w+` \(averagePooling2d\) needs the operation AvgPoolGrad, which the wasm backend lacks/,
    });
  } finally {
    tf.registerKernel(kernel);
  }
});
