/** From a build stage's declaration to a network: branches and blocks written out, other networks taken in with their weights. */

import { nearest } from '../diagnostics/suggest.ts';
import type { Stages } from '../generated/types.ts';
import { layersUntil, makeNetwork, type Network, networkInput, type PlacedLayer } from './graph.ts';
import type { Layer, LayerItem, LayerKind } from './layers/layer.ts';
import { declaredLayer, isLayerKind } from './layers/registry.ts';

export interface Assembled {
  readonly network: Network;
  /** By layer: where it is declared, such as `layers.3.residual.layers.0.conv2d`. */
  readonly paths: readonly string[];
  /** By layer: whose weights it has; null where they are to be drawn. */
  readonly origins: readonly (Origin | null)[];
}

export interface Origin {
  /** The path of the `model` element. */
  readonly model: string;
  /** The layer's number in that model. */
  readonly layer: number;
}

/** A declaration that can't be a network. */
export class AssemblyMistake extends Error {
  readonly path: string;
  /** `unknown-network`: no mistake, only not known yet. */
  readonly code: 'unknown-layer' | 'missing-key' | 'unknown-network';
  readonly fix: string | undefined;
  constructor(code: AssemblyMistake['code'], path: string, message: string, fix?: string) {
    super(message);
    this.code = code;
    this.path = path;
    this.fix = fix;
  }
}

/**
 * `modelAt` gives the network of a `model` element by its path, or null where it isn't known yet: AssemblyMistake
 * `unknown-network`. ShapeError where shapes don't fit; its layer's path is `paths[layer]` of what `place` gives.
 */
export function assemble(params: Stages['build'], modelAt: (path: string) => Network | null): Assembled {
  const placed = place(params, modelAt);
  const network = makeNetwork(inputOf(params, modelAt), placed.layers);
  return { network, paths: placed.paths, origins: placed.origins };
}

/** The layers with their places, before their shapes are known. */
export function place(
  params: Stages['build'],
  modelAt: (path: string) => Network | null,
): { layers: PlacedLayer[]; paths: string[]; origins: (Origin | null)[] } {
  const placing = new Placing(modelAt);
  placing.chain(params.layers, networkInput, 'layers');
  return {
    layers: scaled(placing.layers, placing.origins, params.width),
    paths: placing.paths,
    origins: placing.origins,
  };
}

/** The paths of `model` elements, in order. */
export function modelPaths(
  params: Stages['build'],
): { path: string; model: NonNullable<LayerItem['model']> }[] {
  return itemsIn(params.layers, 'layers').flatMap(({ item: { model }, path }) =>
    model ? [{ path: `${path}.model`, model }] : [],
  );
}

/** The kinds of layer that it declares itself; each once. */
export function declaredKinds(params: Stages['build']): LayerKind[] {
  const kinds = itemsIn(params.layers, 'layers').flatMap(({ item }) =>
    item.residual
      ? ['add', ...(item.residual.activation === 'linear' ? [] : ['activation'])]
      : Object.keys(item),
  );
  return [...new Set(kinds)].filter(isLayerKind).sort();
}

/** All elements with their paths, branches included. */
function itemsIn(items: readonly LayerItem[], path: string): { item: LayerItem; path: string }[] {
  return items.flatMap((item, i) => {
    const at = `${path}.${i}`;
    const inner: (readonly [readonly LayerItem[], string])[] = [
      [item.residual?.layers ?? [], `${at}.residual.layers`],
      [item.residual?.shortcut ?? [], `${at}.residual.shortcut`],
      ...(item.add?.branches ?? []).map((branch, b) => [branch, `${at}.add.branches.${b}`] as const),
      ...(item.concatenate?.branches ?? []).map(
        (branch, b) => [branch, `${at}.concatenate.branches.${b}`] as const,
      ),
    ];
    return [{ item, path: at }, ...inner.flatMap(([branch, where]) => itemsIn(branch, where))];
  });
}

function inputOf(params: Stages['build'], modelAt: (path: string) => Network | null): readonly number[] {
  if (params.input) return params.input;
  if (!params.layers[0]?.model)
    throw new AssemblyMistake('missing-key', 'layers', 'the shape of an example is not said', 'add `input`');
  return known(modelAt('layers.0.model'), 'layers.0.model').input;
}

function known(network: Network | null, path: string): Network {
  if (!network)
    throw new AssemblyMistake('unknown-network', path, 'its network is known only when it is there');
  return network;
}

class Placing {
  readonly layers: PlacedLayer[] = [];
  readonly paths: string[] = [];
  readonly origins: (Origin | null)[] = [];
  readonly #modelAt: (path: string) => Network | null;
  constructor(modelAt: (path: string) => Network | null) {
    this.#modelAt = modelAt;
  }

  /** The number of the layer that gives the chain's output. */
  chain(items: readonly LayerItem[], from: number, path: string): number {
    return items.reduce((before, item, i) => this.#item(item, before, `${path}.${i}`), from);
  }

  #item(item: LayerItem, from: number, path: string): number {
    if (item.residual) return this.#residual(item.residual, from, `${path}.residual`);
    if (item.model) return this.#model(item.model, from, `${path}.model`);
    for (const kind of ['add', 'concatenate'] as const) {
      const merge = item[kind];
      if (!merge) continue;
      const ends = merge.branches.map((branch, i) =>
        this.chain(branch, from, `${path}.${kind}.branches.${i}`),
      );
      return this.#put({ kind, config: nameOf(merge) }, ends, `${path}.${kind}`);
    }
    const { repeat: _written, residual: _r, model: _m, add: _a, concatenate: _c, ...single } = item;
    const layer = declaredLayer(single);
    return this.#put(layer, [from], `${path}.${layer.kind}`);
  }

  #residual(block: NonNullable<LayerItem['residual']>, from: number, path: string): number {
    const end = this.chain(block.layers, from, `${path}.layers`);
    const shortcut = this.chain(block.shortcut, from, `${path}.shortcut`);
    const sum = this.#put({ kind: 'add', config: nameOf(block) }, [end, shortcut], path);
    if (block.activation === 'linear') return sum;
    return this.#put({ kind: 'activation', config: { function: block.activation } }, [sum], path);
  }

  #model(model: NonNullable<LayerItem['model']>, from: number, path: string): number {
    const network = known(this.#modelAt(path), path);
    const chosen = model.until === undefined ? [...network.layers.keys()] : layersUntil(network, model.until);
    if (!chosen) throw unknownLayer(network, model.until ?? '', path);
    const numbers = new Map<number, number>([[networkInput, from]]);
    for (const number of chosen) {
      const layer = network.layers[number];
      if (!layer) continue;
      const sources = layer.from.map((one) => numbers.get(one) ?? from);
      const at = this.#put(layer, sources, path, { layer: number, model: path }, layer.name);
      numbers.set(number, at);
    }
    return numbers.get(chosen.at(-1) ?? networkInput) ?? from;
  }

  #put(
    layer: Layer,
    from: readonly number[],
    path: string,
    origin: Origin | null = null,
    called = layer.config.name,
  ): number {
    this.layers.push({ ...layer, from, called });
    this.paths.push(path);
    this.origins.push(origin);
    return this.layers.length - 1;
  }
}

const nameOf = ({ name }: { readonly name?: string }): { name?: string } =>
  name === undefined ? {} : { name };

function unknownLayer(network: Network, name: string, path: string): AssemblyMistake {
  const names = network.layers.map((layer) => layer.name);
  const near = nearest(name, names);
  const fix = near ? `did you mean \`${near}\`?` : `the last ones are ${names.slice(-5).join(', ')}`;
  return new AssemblyMistake('unknown-layer', `${path}.until`, `the model has no layer \`${name}\``, fix);
}

/**
 * `width` multiplies filters and units of all declared layers but the last that has any: it gives the classes. One whose output
 * is put together with others' does not, and all of them have to be scaled alike.
 */
function scaled(
  layers: readonly PlacedLayer[],
  origins: readonly (Origin | null)[],
  width: number,
): PlacedLayer[] {
  const last = layers.findLastIndex(
    (layer, i) => !origins[i] && (layer.kind === 'conv2d' || layer.kind === 'dense'),
  );
  const isJoined = layers.slice(last + 1).some(({ kind }) => kind === 'add' || kind === 'concatenate');
  const scale = (count: number): number => Math.max(1, Math.round(count * width));
  return layers.map((layer, i) => {
    if ((i === last && !isJoined) || origins[i]) return layer;
    if (layer.kind === 'conv2d')
      return { ...layer, config: { ...layer.config, filters: scale(layer.config.filters) } };
    if (layer.kind === 'dense')
      return { ...layer, config: { ...layer.config, units: scale(layer.config.units) } };
    return layer;
  });
}
