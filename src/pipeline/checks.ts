/** What each kind finds wrong before anything runs, given what is known of its inputs. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { CheckInput, Form, Kind, Takes } from '../stages/kind.ts';
import type { GraphStage } from './pipeline.ts';
import type { Kinds } from './resolve.ts';

export function checkStages(
  order: readonly GraphStage[],
  kinds: Kinds,
  broken: ReadonlySet<string>,
): { readonly problems: readonly Diagnostic[]; readonly takes: { readonly [stage: string]: Takes } } {
  const forms = new Map<string, ReadonlyMap<string, Form>>();
  const takes: { [stage: string]: Takes } = {};
  const problems = order.flatMap((stage) => {
    const kind = kinds(stage.kind);
    if (!kind || broken.has(stage.name) || stage.deferred.length > 0) return [];
    const inputs = new Map<string, (Form | undefined)[]>();
    for (const { param, stage: from, ports } of stage.edges) {
      const given = ports.map((port) => forms.get(from)?.get(port));
      inputs.set(param, [...(inputs.get(param) ?? []), ...given]);
    }
    const checked = kind.check({
      params: stage.params,
      inputs: Object.fromEntries(inputs),
      at: placing(stage),
    });
    // What is wrong here shall not cause a second error downstream.
    const isWrong = checked.diagnostics.some((one) => one.severity === 'error');
    forms.set(stage.name, new Map(isWrong ? [] : Object.entries(checked.forms)));
    if (checked.takes) takes[stage.name] = checked.takes;
    return checked.diagnostics;
  });
  return { problems, takes };
}

/** What is wrong with params that were not all known before the run; of its inputs' forms nothing is known. */
export function wrongParams({ params, where }: GraphStage, kind: Kind): Diagnostic[] {
  const { diagnostics } = kind.check({ params, inputs: {}, at: placing({ where }) });
  return diagnostics.filter(({ severity }) => severity === 'error');
}

const placing =
  ({ where }: Pick<GraphStage, 'where'>): CheckInput['at'] =>
  (path, { severity = 'error', ...what }) => ({ severity, ...what, ...where(path) });

/** A stage that only prepares something which nothing takes. */
export function unusedStages(order: readonly GraphStage[], kinds: Kinds): Diagnostic[] {
  const used = new Set(order.flatMap((stage) => stage.dependsOn));
  const preparing = new Set(['dataset', 'model', 'image']);
  return order
    .filter((stage) => !used.has(stage.name) && order.length > 1)
    .filter((stage) => {
      const types = Object.values(kinds(stage.kind)?.outputs(stage.params) ?? {}).map(({ type }) => type);
      return types.length > 0 && types.every((type) => preparing.has(type));
    })
    .map((stage) => ({
      severity: 'warning',
      code: 'unused-stage',
      message: `nothing takes what \`${stage.name}\` makes`,
      place: stage.place,
      fix: 'refer to it, or remove it',
    }));
}
