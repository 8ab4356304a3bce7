/** Which run does a person mean? */
import { Failure } from '../diagnostics/diagnostic.ts';
import type { Store } from '../run/store.ts';
import { headOf, headVersion, type RunHead, type RunRecord, readRecord } from './record.ts';

/** A run by `last` or `last~N`, by its id or the start of one, or by the name that `--name` gave (the newest of that name). Failure: `unknown-run`, `ambiguous-run`. */
export async function findRun(wanted: string, store: Pick<Store, 'runs'>): Promise<RunRecord> {
  const found = await tryFindRun(wanted, store);
  if (found) return found;
  throw new Failure('unknown-run', `there is no run \`${wanted}\``, { fix: '`pipe runs` lists them' });
}

/** Null where there is none. Failure: `ambiguous-run`. */
export async function tryFindRun(wanted: string, store: Pick<Store, 'runs'>): Promise<RunRecord | null> {
  const back = /^last(?:~(\d+))?$/.exec(wanted);
  const id = back ? (await store.runs.list())[Number(back[1] ?? 0)] : wanted;
  const direct = id === undefined ? null : readRecord(await store.runs.read(id));
  if (direct || back) return direct;
  const named = (await readHeads(store)).find((head) => head.name === wanted);
  if (named) return readRecord(await store.runs.read(named.id));
  const started = (await store.runs.list()).filter((one) => one.startsWith(wanted));
  if (started.length > 1) throw ambiguous(wanted, started);
  return null;
}

const mostListed = 10;

function ambiguous(start: string, ids: readonly string[]): Failure {
  const more = ids.length > mostListed ? ` and ${ids.length - mostListed} more` : '';
  const listed = ids.slice(0, mostListed).join(', ');
  return new Failure('ambiguous-run', `\`${start}\` starts ${ids.length} runs: ${listed}${more}`, {
    fix: 'write so much of the id that it starts one alone',
  });
}

/** The newest run of a pipeline and profile that has results: before a run, where it has an id. */
export async function runBefore(
  { id, pipeline, profile }: Pick<RunHead, 'pipeline' | 'profile'> & { readonly id?: string },
  store: Pick<Store, 'runs'>,
): Promise<RunRecord | null> {
  const before = (await readHeads(store)).find(
    (head) =>
      (id === undefined || head.id < id) &&
      head.pipeline === pipeline &&
      head.profile === profile &&
      head.outcome === 'done',
  );
  return before ? readRecord(await store.runs.read(before.id)) : null;
}

/** Newest first. */
export async function readHeads(store: Pick<Store, 'runs'>): Promise<RunHead[]> {
  return store.runs.heads(headVersion, headOf);
}

/** Reads no more of the records than are taken. */
export async function* newestFirst({ runs }: Pick<Store, 'runs'>): AsyncGenerator<RunRecord> {
  for (const id of await runs.list()) {
    const record = readRecord(await runs.read(id));
    if (record) yield record;
  }
}
