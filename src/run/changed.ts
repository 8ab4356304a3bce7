/** Whether a stage's result belongs to its fingerprint, which may be hours older: a stage waits for its turn, and works for long. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { readsOutside } from '../plan/outside.ts';
import { fingerprintStage, kindOf } from '../plan/stage-fingerprint.ts';
import { asObject } from '../stages/json.ts';
import type { Json } from '../stages/kind.ts';
import type { Execution, Job } from './execute.ts';

/** A module of the project's whose code is another than was planned with. What is edited later, its process does not see. */
export async function changedModule(job: Job, run: Execution): Promise<Diagnostic | null> {
  const { stage, graph, upstream, made } = job;
  if (kindOf(stage, run).module === undefined) return null;
  const now = await fingerprintStage(stage, graph, upstream, run);
  if (differing(made.parts.components, now.parts.components) === null) return null;
  return {
    severity: 'error',
    code: 'input-changed',
    message: `the module of \`${stage.name}\` was changed while the stage waited for its turn`,
    place: stage.placeOf('kind'),
    fix: 'run again',
  };
}

/** Files of the project that are no longer what the fingerprint says. */
export async function changedOutside(job: Job, run: Execution): Promise<Diagnostic | null> {
  const { stage, graph, upstream, made } = job;
  if (!readsOutside(stage, kindOf(stage, run))) return null;
  const now = await fingerprintStage(stage, graph, upstream, run);
  const key = differing(made.parts.outside, now.parts.outside);
  if (key === null) return null;
  const [, file] = /^file:(.*)$/s.exec(key) ?? [];
  const [, param] = /^content of (.*)$/s.exec(key) ?? [];
  const what = file !== undefined ? `\`${file}\`` : param !== undefined ? `what \`${param}\` names` : key;
  return {
    severity: 'error',
    code: 'input-changed',
    message: `${what} was changed while this run was at \`${stage.name}\`: what it left was not kept`,
    place: stage.placeOf(param ?? 'in'),
    fix: 'run again; if the stage itself changes it, have it change a copy',
  };
}

function differing(before: Json | undefined, now: Json | undefined): string | null {
  const [a, b] = [asObject(before), asObject(now)];
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].find((key) => JSON.stringify(a[key]) !== JSON.stringify(b[key])) ?? null;
}
