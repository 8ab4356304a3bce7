/** What each kind finds wrong before anything runs, given what is known of its inputs. */
import { isDeepStrictEqual } from 'node:util';
import { type Diagnostic, isError } from '../diagnostics/diagnostic.ts';
import { asObject } from '../stages/json.ts';
import type { CheckInput, CheckResult, Form, JsonObject, Kind, Takes } from '../stages/kind.ts';
import { readSpace, shown } from '../tune/space.ts';
import type { GraphStage } from './pipeline.ts';
import type { Kinds } from './resolve.ts';
import { substitute } from './stages.ts';

export function checkStages(
  order: readonly GraphStage[],
  kinds: Kinds,
  broken: ReadonlySet<string>,
): { readonly problems: readonly Diagnostic[]; readonly takes: { readonly [stage: string]: Takes } } {
  const forms = new Map<string, ReadonlyMap<string, Form>>();
  const takes: { [stage: string]: Takes } = {};
  const byName = new Map(order.map((stage) => [stage.name, stage]));
  const problems = order.flatMap((stage) => {
    const kind = kinds(stage.kind);
    if (!kind || broken.has(stage.name)) return [];
    const inputs = new Map<string, (Form | undefined)[]>();
    for (const { param, stage: from, ports } of stage.edges) {
      const given = ports.map((port) => forms.get(from)?.get(port));
      inputs.set(param, [...(inputs.get(param) ?? []), ...given]);
    }
    const checked = inAll(
      variantsOf(stage, byName).map((params) =>
        kind.check({ params, inputs: Object.fromEntries(inputs), at: placing(stage) }),
      ),
    );
    // What is wrong here shall not cause a second error downstream.
    const isWrong = checked.diagnostics.some(isError);
    forms.set(stage.name, new Map(isWrong ? [] : Object.entries(checked.forms)));
    if (checked.takes) takes[stage.name] = checked.takes;
    return checked.diagnostics;
  });
  return { problems, takes };
}

/**
 * A stage's params; where values of a search's winner are still to come, with each that shows what they can be. None where others
 * are to come, of which nothing is known.
 */
function variantsOf(stage: GraphStage, byName: ReadonlyMap<string, GraphStage>): JsonObject[] {
  if (stage.deferred.length === 0) return [stage.params];
  const given = stage.deferred.flatMap(({ stage: from, value }) => {
    const giver = byName.get(from);
    const name = value.startsWith('best.') ? value.slice('best.'.length) : '';
    const dimension = giver?.kind === 'tune' ? readSpace(giver.params.space).get(name) : undefined;
    return dimension ? [{ text: `\${stages.${from}.${value}}`, values: shown(dimension) }] : [];
  });
  if (given.length < stage.deferred.length) return [];
  const count = Math.max(...given.map(({ values }) => values.length));
  return Array.from({ length: count }, (_, i) => i).flatMap((i) => {
    const known = new Map(given.map(({ text, values }) => [text, values[Math.min(i, values.length - 1)]]));
    const filled = stage.recheck(asObject(substitute(stage.params, known)));
    return filled.ok ? [filled.value] : [];
  });
}

/** What holds for all variants. */
function inAll([first, ...others]: readonly CheckResult[]): CheckResult {
  if (!first) return { diagnostics: [], forms: {} };
  const key = ({ code, place }: Diagnostic): string => JSON.stringify([code, place]);
  const isSure = (one: Diagnostic): boolean =>
    others.every(({ diagnostics }) => diagnostics.some((other) => key(other) === key(one)));
  const forms = Object.entries(first.forms).filter(([port, form]) =>
    others.every((other) => isDeepStrictEqual(other.forms[port], form)),
  );
  const { takes } = first;
  const takesSame = others.every((other) => isDeepStrictEqual(other.takes, takes));
  return {
    diagnostics: first.diagnostics.filter(isSure),
    forms: Object.fromEntries(forms),
    ...(takes && takesSame ? { takes } : {}),
  };
}

/** What is wrong with params that were not all known before the run; of its inputs' forms nothing is known. */
export function wrongParams({ params, where }: GraphStage, kind: Kind): Diagnostic[] {
  const { diagnostics } = kind.check({ params, inputs: {}, at: placing({ where }) });
  return diagnostics.filter(isError);
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
