import { makePlan } from '../plan/plan.ts';
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
      stage.reason + continued(stage.continuesFrom),
    ]);
    print(formatTable(['stage', 'plan', 'why'], rows));
  }
  return 0;
}

function continued(epoch: number | null): string {
  return epoch === null ? '' : ` (continues from epoch ${epoch})`;
}
