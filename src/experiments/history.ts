/** Earlier runs of a file and profile, read from their records as far back as it takes. */
import type { History, PastStage } from '../plan/history.ts';
import type { Store } from '../run/store.ts';
import { type RunRecord, readRecord, type StageRecord } from './record.ts';

/** A stage that none of so many runs had is taken for new: to read on would take longer than it is worth. */
const mostRuns = 50;

interface Of {
  readonly name: string;
  readonly profile: string | null;
}

export function makeHistory(of: Of, runs: Store['runs']): History {
  const next = reader(of, runs);
  const read: Promise<Run | null>[] = [];
  return {
    find: async (stage, fits) => {
      for (let i = 0; i < mostRuns; i++) {
        read[i] ??= next().then((record) => record && pastStages(record));
        const run = await read[i];
        if (!run) return null;
        const past = run.get(stage);
        if (past && fits(past)) return past;
      }
      return null;
    },
  };
}

/** The newest run of a file and profile, or null. */
export const newestRecord = (of: Of, runs: Store['runs']): Promise<RunRecord | null> => reader(of, runs)();

/** One run alone. */
export function historyOf(record: RunRecord): History {
  const run = pastStages(record);
  return {
    find: async (stage, fits) => {
      const past = run.get(stage);
      return past && fits(past) ? past : null;
    },
  };
}

type Run = ReadonlyMap<string, PastStage>;

/** Gives a file's and profile's records one after the other, then null. */
function reader(of: Of, runs: Store['runs']): () => Promise<RunRecord | null> {
  let ids: readonly string[] | undefined;
  let position = 0;
  return async () => {
    ids ??= await runs.list();
    while (position < ids.length) {
      const record = readRecord(await runs.read(ids[position++] ?? ''));
      if (record?.pipeline === of.name && record.profile === of.profile) return record;
    }
    return null;
  };
}

function pastStages(record: RunRecord): Run {
  return new Map(record.stages.map((stage) => [stage.name, pastStage(stage, record.id)]));
}

function pastStage(stage: StageRecord, run: string): PastStage {
  const { outcome, fingerprint, params, engine, seconds, values, ports } = stage;
  const continuedFrom = stage.continuedFrom ?? null;
  return { run, outcome, fingerprint, params, engine, seconds, values, ports, continuedFrom };
}
