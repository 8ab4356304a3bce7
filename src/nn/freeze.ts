/** Layers that a training leaves as they are, by the patterns of its `freeze`. */
import { nearest } from '../diagnostics/suggest.ts';
import type { LayerNode, Network } from './graph.ts';

/** Their weights don't train; a frozen batch normalization uses and keeps its moving statistics, as in Keras. */
export function freezeLayers(network: Network, patterns: readonly string[]): Network {
  if (patterns.length === 0) return network;
  const frozen = patterns.map(expressionOf);
  const layers = network.layers.map((layer) =>
    frozen.some((pattern) => pattern.test(layer.name)) ? asFrozen(layer) : layer,
  );
  return { ...network, layers };
}

/** Patterns that match no layer, each with the name it is nearest to. */
export function unmatched(
  network: Network,
  patterns: readonly string[],
): { pattern: string; near: string | undefined }[] {
  const names = network.layers.map((layer) => layer.name);
  return patterns
    .filter((pattern) => !names.some((name) => expressionOf(pattern).test(name)))
    .map((pattern) => ({ pattern, near: nearest(pattern, names) }));
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
