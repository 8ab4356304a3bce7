import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as after } from 'node:timers/promises';
import fc from 'fast-check';
import type { Resources } from '../../src/pipeline/policy.ts';
import { Slots } from '../../src/run/slots.ts';

const capacity: Resources = { cpu: 4, gpu: 1, memory: 100 };
const wants = fc.record({
  resources: fc.record({
    cpu: fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constantFrom(0.1, 0.2, 0.3, 0.7)),
    gpu: fc.integer({ min: 0, max: 1 }),
    memory: fc.integer({ min: 0, max: 100 }),
  }),
  mutex: fc.subarray(['camera', 'robot']),
});

test('whatever is asked for: no more is taken than there is, a name once at a time, and everything gets its turn', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(wants, { maxLength: 30 }), async (all) => {
      const slots = new Slots(capacity);
      const running = new Set<(typeof all)[number]>();
      let done = 0;
      const work = all.map((want) =>
        slots.with(want, async () => {
          running.add(want);
          const total = (of: (resources: Resources) => number): number =>
            [...running].reduce((sum, { resources }) => sum + of(resources), 0);
          assert.ok(total(({ cpu }) => Math.min(cpu, capacity.cpu)) <= capacity.cpu + 1e-9);
          assert.ok(total(({ gpu }) => gpu) <= capacity.gpu);
          assert.ok(total(({ memory }) => memory) <= capacity.memory);
          const names = [...running].flatMap(({ mutex }) => mutex);
          assert.equal(names.length, new Set(names).size);
          await new Promise((resolve) => setImmediate(resolve));
          running.delete(want);
          done++;
        }),
      );
      await Promise.all(work);
      assert.equal(done, all.length);
    }),
    { numRuns: process.env.PIPE_SOAK ? 2000 : 200 },
  );
});

test('fractions come back whole: what wants all of it gets its turn', async () => {
  const slots = new Slots({ cpu: 1, gpu: 1, memory: 0 });
  const take = (cpu: number, ms: number): Promise<void> =>
    slots.with({ resources: { cpu, gpu: cpu, memory: 0 }, mutex: [] }, () => after(ms));
  // 1 − 0.1 − 0.2 + 0.2 + 0.1 is less than 1 in floating point.
  await Promise.all([take(0.1, 20), take(0.2, 5)]);
  await take(1, 0);
});

test('a large one waits for no later small ones', async () => {
  const slots = new Slots({ cpu: 2, gpu: 0, memory: 0 });
  const order: string[] = [];
  const take = (name: string, cpu: number): Promise<void> =>
    slots.with({ resources: { cpu, gpu: 0, memory: 0 }, mutex: [] }, async () => {
      order.push(name);
      await new Promise((resolve) => setTimeout(resolve, 5));
    });
  await Promise.all([take('small', 1), take('large', 2), take('later', 1), take('last', 1)]);
  assert.deepEqual(order, ['small', 'large', 'later', 'last']);
});

test('one that waits for a name keeps no room free: who has the name may need it', async () => {
  const slots = new Slots({ cpu: 1, gpu: 0, memory: 0 });
  const order: string[] = [];
  const take = (
    name: string,
    cpu: number,
    mutex: string[],
    work = async (): Promise<void> => {},
  ): Promise<void> =>
    slots.with({ resources: { cpu, gpu: 0, memory: 0 }, mutex }, async () => {
      await work();
      order.push(name);
    });
  await Promise.all([
    take('search', 0, ['camera'], async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      await take('trial', 1, []);
    }),
    take('other', 1, ['camera']),
  ]);
  assert.deepEqual(order, ['trial', 'search', 'other']);
});

test('work that has made room lets the next begin before its own end, and keeps its names until then', async () => {
  const slots = new Slots({ cpu: 1, gpu: 0, memory: 0 });
  const order: string[] = [];
  const moment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
  const take = (name: string, mutex: string[]): Promise<void> =>
    slots.with({ resources: { cpu: 1, gpu: 0, memory: 0 }, mutex }, async (makeRoom) => {
      order.push(name);
      makeRoom();
      makeRoom();
      await moment();
      order.push(`${name} stored`);
    });
  await Promise.all([take('first', ['camera']), take('same camera', ['camera']), take('other', [])]);
  assert.deepEqual(order, [
    'first',
    'other',
    'first stored',
    'other stored',
    'same camera',
    'same camera stored',
  ]);
});
