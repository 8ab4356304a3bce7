/** A run and the same run again, without the cache: which outputs have the same bytes, and why others may not. */
import type { RunRecord, StageRecord } from './record.ts';

export interface Reproduced {
  readonly stage: string;
  readonly same: boolean;
  /** The ports whose content differs. */
  readonly ports: readonly string[];
  /** Why that may be; empty where it is the same. */
  readonly why: string;
}

export function compareRuns(first: RunRecord, again: RunRecord): Reproduced[] {
  const differing = new Set<string>();
  return first.stages.map((stage) => {
    const other = again.stages.find((one) => one.name === stage.name);
    const ports = Object.keys(stage.ports).filter((port) => stage.ports[port] !== other?.ports[port]);
    const same = other !== undefined && ports.length === 0 && Object.keys(stage.ports).length > 0;
    if (!same) differing.add(stage.name);
    return { stage: stage.name, same, ports, why: same ? '' : reason(stage, other, first, again, differing) };
  });
}

function reason(
  stage: StageRecord,
  other: StageRecord | undefined,
  first: RunRecord,
  again: RunRecord,
  differing: ReadonlySet<string>,
): string {
  if (Object.keys(stage.ports).length === 0) return 'it had no result in that run';
  if (!other || Object.keys(other.ports).length === 0)
    return `it has no result now: ${other?.error ?? other?.reason ?? 'it did not run'}`;
  const engines = [stage.engine, other.engine].map((engine) => JSON.stringify(engine));
  if (engines[0] !== engines[1]) return `it was computed on another engine: ${engines[0]}, now ${engines[1]}`;
  const from = stage.from.filter((name) => differing.has(name));
  if (from.length > 0) return `its input from ${from.join(', ')} differs`;
  if (stage.fingerprint !== other.fingerprint)
    return 'a component has another version now, or a file that it reads has changed';
  if (first.versions.node !== again.versions.node)
    return `Node ${first.versions.node}, now ${again.versions.node}`;
  if (first.machine.cpu !== again.machine.cpu)
    return `another processor: ${first.machine.cpu}, now ${again.machine.cpu}`;
  return stage.kind === 'command'
    ? 'the command does not write the same bytes each time: look for times, paths and unseeded randomness in it'
    : 'the engine does not compute the same bytes each time on this machine';
}
