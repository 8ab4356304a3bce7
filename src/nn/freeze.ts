/** Layers that a training leaves as they are: by the patterns of its `freeze`, and all that lead to its `freezeUntil`. */
import { nearest } from '../diagnostics/suggest.ts';
import type { ParamProblem } from '../stages/kind.ts';
import { type LayerNode, layersUntil, type Network } from './graph.ts';

export interface Frozen {
  readonly freeze: readonly string[];
  readonly freezeUntil?: string;
}

/** Their weights don't train; a frozen batch normalization uses and keeps its moving statistics, as in Keras. */
export function freezeLayers(network: Network, { freeze, freezeUntil }: Frozen): Network {
  const patterns = freeze.map(expressionOf);
  const leading = new Set(freezeUntil === undefined ? [] : layersUntil(network, freezeUntil));
  const layers = network.layers.map((layer, i) =>
    leading.has(i) || patterns.some((pattern) => pattern.test(layer.name)) ? asFrozen(layer) : layer,
  );
  return { ...network, layers };
}

/** Is there any weight left that trains? */
export const learns = ({ layers }: Network): boolean =>
  layers.some(({ weights }) => weights.some(({ trainable }) => trainable));

export const nothingLearns = 'every layer that could learn is frozen';

/** Names and patterns that no layer has. */
export function unmatched(network: Network, { freeze, freezeUntil }: Frozen): ParamProblem[] {
  const names = network.layers.map((layer) => layer.name);
  const fitsNone = freeze.flatMap((pattern, i) =>
    names.some((name) => expressionOf(pattern).test(name))
      ? []
      : [told(`freeze.${i}`, `\`freeze\` names \`${pattern}\`, which fits no layer`, pattern, names)],
  );
  if (freezeUntil === undefined || names.includes(freezeUntil)) return fitsNone;
  const message = `\`freezeUntil\` names \`${freezeUntil}\`, which is no layer`;
  return [...fitsNone, told('freezeUntil', message, freezeUntil, names)];
}

function told(path: string, message: string, name: string, names: readonly string[]): ParamProblem {
  const near = nearest(name, names);
  const fix = near === undefined ? {} : { fix: `did you mean \`${near}\`?` };
  return { path, code: 'unknown-layer', message, ...fix };
}

function asFrozen(layer: LayerNode): LayerNode {
  return {
    ...layer,
    frozen: true,
    weights: layer.weights.map((weight) => ({ ...weight, trainable: false })),
  };
}

/** `*` stands for any letters. */
function expressionOf(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}
