/** What `pipe plan` says, as a test wants to look at it. */
import assert from 'node:assert/strict';
import type { Project } from './project.ts';

/** Of each stage that is not simply cached: `run: never run`. */
export function due(project: Project, ...args: string[]): { readonly [stage: string]: string } {
  const { out, err, code } = project.pipe('plan', 'p.yaml', '--json', ...args);
  assert.equal(code, 0, err);
  const plan: { stages: { stage: string; state: string; reason: string }[] } = JSON.parse(out);
  const told = plan.stages.filter(({ reason }) => reason !== 'cached');
  return Object.fromEntries(told.map(({ stage, state, reason }) => [stage, `${state}: ${reason}`]));
}
