/** Params, which their schema has checked, get their type here: one place says that schema and type agree. */
import type { Stages } from '../generated/types.ts';
import type { JsonObject } from './kind.ts';

/** A stage's resolved params. A reference's, description's and seed's keys are gone or texts. */
export function paramsOf<K extends keyof Stages>(kind: K, params: JsonObject): Stages[K] {
  const all: Partial<Stages> = JSON.parse(JSON.stringify({ [kind]: params }));
  const own = all[kind];
  if (own === undefined) throw new Error(`no params of ${kind}`);
  return own;
}
