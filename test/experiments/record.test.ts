import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { commandOf } from '../../src/experiments/record.ts';

test('the command that a record tells goes through a shell as it was given', () => {
  const text = fc.string({ unit: 'binary', minLength: 1 }).filter((one) => !one.includes('\0'));
  fc.assert(
    fc.property(text, fc.option(text), fc.array(text, { maxLength: 3 }), (file, profile, sets) => {
      const words = [
        ...['pipe', 'run', file],
        ...(profile === null ? [] : ['--profile', profile]),
        ...(sets.length === 0 ? [] : ['--set', ...sets]),
      ];
      const { stdout } = spawnSync('sh', ['-c', `printf '%s\\0' ${commandOf({ file, profile, sets })}`]);
      assert.deepEqual(stdout.toString().split('\0').slice(0, -1), words);
    }),
    { numRuns: 40 },
  );
});

test('plain words stay plain', () => {
  assert.equal(
    commandOf({ file: 'pipelines/a-b.yaml', profile: 'quick', sets: ['train.epochs=3', 'vars.name=a b'] }),
    "pipe run pipelines/a-b.yaml --profile quick --set train.epochs=3 'vars.name=a b'",
  );
});
