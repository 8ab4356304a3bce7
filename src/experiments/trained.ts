/** The trained model that a stage of a run left: a training's, or a search's best. */
import { Failure } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import { withProfile } from '../pipeline/profile.ts';
import { isCellOf } from '../pipeline/reference.ts';
import type { PortContent, Store } from '../run/store.ts';
import { findRun, newestFirst } from './find.ts';
import type { RunRecord, StageRecord } from './record.ts';
import { pathsOf, resultOf } from './subject.ts';

export interface Trained {
  readonly stage: string;
  readonly run: string;
  /** The run's pipeline, with its profile. */
  readonly pipeline: string;
  /** model.json, weights.bin and preprocessing.json: relative path → absolute path. */
  readonly files: { readonly [path: string]: string };
}

/** Of the named run, else of the newest that has it. Failure: `unknown-run`, `unknown-model`, `result-gone`. */
export async function findTrained(stage: string, run: string | undefined, store: Store): Promise<Trained> {
  const others = new Set<string>();
  for await (const record of run === undefined ? newestFirst(store) : [await findRun(run, store)]) {
    const made = record.stages.filter(hasTrained);
    const found = made.find(({ name }) => name === stage);
    if (found) {
      const pipeline = withProfile(record.pipeline, record.profile);
      return { stage, run: record.id, pipeline, files: await filesOf(found, record, store) };
    }
    for (const { name } of made) others.add(name);
    // An older one of another pipeline is not what is meant.
    if (made.some(({ name }) => isCellOf(name, stage))) break;
  }
  throw unknown(stage, run, [...others]);
}

/** The ports that hold a trained model, of the kinds that give one. */
const ports: { readonly [kind: string]: string } = { train: 'trained', tune: 'bestTrained' };

const hasTrained = ({ kind, ports: made }: StageRecord): boolean => made[ports[kind] ?? ''] !== undefined;

async function filesOf(stage: StageRecord, { id }: RunRecord, store: Store): Promise<Trained['files']> {
  const result = await resultOf(stage, store);
  const port: PortContent | undefined = result?.ports[ports[stage.kind] ?? ''];
  if (port && (await store.intact(port))) return pathsOf(port.files, store);
  throw new Failure('result-gone', `the cache no longer holds what \`${stage.name}\` of run \`${id}\` made`, {
    fix: 'run its pipeline again, or name another run: --run RUN',
  });
}

function unknown(stage: string, run: string | undefined, others: readonly string[]): Failure {
  const near = nearest(stage, others);
  const cells = others.filter((name) => isCellOf(name, stage));
  const listed = (cells.length > 0 ? cells : others).slice(0, 10).map((name) => `\`${name}\``);
  const which = run === undefined ? 'no run has' : `run \`${run}\` has no`;
  return new Failure(
    'unknown-model',
    `${which} ${run === undefined ? 'trained a model in a stage' : 'model that was trained in a stage'} \`${stage}\``,
    {
      fix:
        cells.length === 0 && near !== undefined
          ? `did you mean \`${near}\`?`
          : listed.length > 0
            ? `there are models of ${listed.join(', ')}`
            : 'train one: `pipe run` a file with a stage of kind train',
    },
  );
}
