/** What an evaluation took. */
import { featuresFile } from '../data/batches.ts';
import type { PortContent, Store } from '../run/store.ts';
import { resultOf, type Subject, type SubjectStage } from './subject.ts';

/** The dataset's content, which the cache may have no more; null where it knows nothing of it. */
export async function evaluatedData(
  { from, repetition }: SubjectStage,
  { stages }: Subject,
  store: Pick<Store, 'lookup'>,
): Promise<PortContent | null> {
  // Of sources that are repeated, too, the one with the same seed.
  const sources = stages.filter(
    (one) => from.includes(one.name) && (one.repetition === null || one.repetition === repetition),
  );
  const results = await Promise.all(sources.map((source) => resultOf(source, store)));
  const ports = results.flatMap((result) => Object.values(result?.ports ?? {}));
  return ports.find(({ type }) => type === 'dataset') ?? null;
}

/** What all its examples are, before any transform: those of the same rows are the same where this is. */
export function digestOfAll({ files }: PortContent): string | null {
  return (files['images.npy'] ?? files[featuresFile])?.hash ?? null;
}
