/** Functions whose least value is known, with their domains: Surjanovic, Bingham: "Virtual library of simulation experiments". */
import { type Point, readSpace, type Space } from '../../src/tune/space.ts';

export interface Known {
  readonly name: 'branin' | 'hartmann6' | 'rosenbrock';
  readonly space: Space;
  readonly least: number;
  at(point: Point): number;
}

const alpha = [1, 1.2, 3, 3.2];
const A = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
];
const P = [
  [1312, 1696, 5569, 124, 8283, 5886],
  [2329, 4135, 8307, 3736, 1004, 9991],
  [2348, 1451, 3522, 2883, 3047, 6650],
  [4047, 8828, 8732, 5743, 1091, 381],
];

function branin([a = 0, b = 0]: readonly number[]): number {
  const t = b - (5.1 / (4 * Math.PI ** 2)) * a ** 2 + (5 / Math.PI) * a - 6;
  return t ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(a) + 10;
}

function hartmann6(x: readonly number[]): number {
  return -sum(
    alpha.map(
      (weight, row) =>
        weight * Math.exp(-sum(x.map((v, i) => (A[row]?.[i] ?? 0) * (v - 1e-4 * (P[row]?.[i] ?? 0)) ** 2))),
    ),
  );
}

function rosenbrock(x: readonly number[]): number {
  return sum(x.slice(1).map((b, i) => 100 * (b - (x[i] ?? 0) ** 2) ** 2 + ((x[i] ?? 0) - 1) ** 2));
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function known(
  name: Known['name'],
  f: (x: readonly number[]) => number,
  domain: readonly (readonly [number, number])[],
  least: number,
): Known {
  const space = readSpace(Object.fromEntries(domain.map((bounds, i) => [`x${i}`, { float: bounds }])));
  return { name, space, least, at: (point) => f(domain.map((_, i) => Number(point[`x${i}`]))) };
}

export const functions: readonly Known[] = [
  known(
    'branin',
    branin,
    [
      [-5, 10],
      [0, 15],
    ],
    0.397887,
  ),
  known(
    'hartmann6',
    hartmann6,
    Array.from({ length: 6 }, () => [0, 1] as const),
    -3.32237,
  ),
  known(
    'rosenbrock',
    rosenbrock,
    [
      [-5, 10],
      [-5, 10],
    ],
    0,
  ),
];
