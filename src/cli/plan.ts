import { makePlan, type PlannedStage } from '../plan/plan.ts';
import type { CommonFlags } from './main.ts';
import { openFile } from './open.ts';
import { print, printJson, talk } from './output.ts';

export async function plan(file: string, flags: CommonFlags): Promise<number> {
  const opened = await openFile(file, flags);
  if (!opened.ok) {
    (await talk()).diagnostics(opened.diagnostics);
    return 2;
  }
  const made = await makePlan(opened.value.graph, opened.value.context);
  if (flags.json) printJson({ version: 1, ...made });
  else {
    const { formatTable } = await import('../ui/table.ts');
    const rows = made.stages.map((stage) => [
      stage.stage,
      stage.state,
      stage.reason + continued(stage.continuesFrom) + newTrials(stage.trials),
    ]);
    print(formatTable(['stage', 'plan', 'why'], rows));
  }
  return 0;
}

function continued(epoch: number | null): string {
  return epoch === null ? '' : ` (continues from epoch ${epoch})`;
}

/** ` (3 of 5 trials are new)`; where later ones depend on the results of these, `at least`. */
function newTrials(trials: PlannedStage['trials']): string {
  if (!trials) return '';
  const all = trials.total ?? trials.known + trials.new;
  return ` (${trials.open ? 'at least ' : ''}${trials.new} of ${all} trials are new)`;
}
