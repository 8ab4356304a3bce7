/** The items with the lowest scores, the lowest first; equal ones in their given order. */
export function lowest<T>(items: readonly T[], score: (item: T) => number, count: number): T[] {
  return [...items].sort((a, b) => score(a) - score(b)).slice(0, count);
}
