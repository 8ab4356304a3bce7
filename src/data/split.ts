/** Stratified, seeded choices of rows. */
import { randomStream } from './random.ts';

/** So many of `rows` that each class keeps its share; in ascending order. The seed decides which. */
export function stratified(
  rows: Int32Array,
  labels: Uint8Array,
  count: number,
  seed: number,
  purpose: string,
): Int32Array {
  const byClass = new Map<number, number[]>();
  for (const row of rows) {
    const label = labels[row] ?? 0;
    const members = byClass.get(label) ?? [];
    members.push(row);
    byClass.set(label, members);
  }
  const classes = [...byClass].sort(([a], [b]) => a - b);
  const quotas = shares(
    classes.map(([, members]) => members.length),
    count,
  );
  const chosen = classes.flatMap(([label, members], i) => {
    const order = randomStream(seed, 'download', purpose).at(0, label).permutation(members.length);
    return [...order.subarray(0, quotas[i])].map((at) => members[at] ?? 0);
  });
  return Int32Array.from(chosen).sort();
}

/** Whole numbers in proportion that add up to `count` (largest remainders; the earlier class where they are equal). */
function shares(sizes: readonly number[], count: number): number[] {
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const exact = sizes.map((size) => (all === 0 ? 0 : (size * count) / all));
  const whole = exact.map(Math.floor);
  const left = count - whole.reduce((sum, size) => sum + size, 0);
  const byRemainder = exact
    .map((value, i) => [value - Math.floor(value), i] as const)
    .sort((a, b) => b[0] - a[0] || a[1] - b[1]);
  for (const [, i] of byRemainder.slice(0, left)) whole[i] = (whole[i] ?? 0) + 1;
  return whole;
}
