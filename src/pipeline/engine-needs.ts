/** What stages ask of an engine, told before anything runs. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Graph, GraphStage, Stage } from './pipeline.ts';
import { cornerTrials } from './trial.ts';

export interface Lacking {
  /** A stage of the graph; what a trial asks for, its search does. */
  readonly stage: string;
  readonly diagnostic: Diagnostic;
}

/** An engine, by what it can do. */
export interface Capable {
  readonly name: string;
  readonly bfloat16: boolean;
}

/** Each stage that the engine could not compute. */
export function lackedBy(engine: Capable, graph: Graph): Lacking[] {
  if (engine.bfloat16) return [];
  return graph.order.flatMap((stage) => {
    const [first] = [stage, ...trialStages(stage, graph)].flatMap((one) =>
      bfloat16Asked(engine.name, one, graph),
    );
    return first ? [{ stage: stage.name, diagnostic: first }] : [];
  });
}

function bfloat16Asked(engine: string, stage: Stage, graph: Graph): Diagnostic[] {
  const param = graph.pipeline.kinds.named(stage.kind)?.bfloat16?.(stage.params) ?? null;
  if (param === null) return [];
  const native = engine === 'native';
  return [
    {
      severity: 'error',
      code: 'precision-unsupported',
      message: `the engine ${engine} has no bfloat16${native ? ' on this processor' : ''}, which \`${stage.name}\` asks for`,
      fix: native
        ? 'use precision: float32, or a processor with AVX-512'
        : 'use the native engine (--engine native), or precision: float32',
      ...stage.where(param),
    },
  ];
}

/** Of a search, the stages of its trials at the corners of its space. */
function trialStages(stage: GraphStage, graph: Graph): Stage[] {
  if (stage.kind !== 'tune' || stage.deferred.length > 0) return [];
  return cornerTrials(stage, graph).flatMap(({ trial }) => (trial.ok ? trial.value.order : []));
}
