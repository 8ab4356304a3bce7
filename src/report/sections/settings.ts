/** The model's layers, every stage's params, engine and versions, and how to get the same again. */

import { flatten } from '../../plan/flatten.ts';
import { isMap, namesAndValues, withoutQuotes } from '../../stages/json.ts';
import { count, escapeHtml, htmlTable } from '../html.ts';
import type { Facts, Input } from '../inputs.ts';
import type { Section } from '../section.ts';

export function model({ facts }: Input): Section | null {
  const built = facts.filter((one) => Array.isArray(one.facts.layers));
  if (built.length === 0) return null;
  return {
    title: 'Model',
    after: built.map((one) => `${built.length > 1 ? `<h3>${escapeHtml(one.stage)}</h3>` : ''}${layers(one)}`),
  };
}

function layers({ stage, facts }: Facts): string {
  const list = Array.isArray(facts.layers) ? facts.layers.filter(isMap) : [];
  const rows = list.map((layer) => [
    String(layer.name),
    Array.isArray(layer.output) ? layer.output.join(' × ') : '',
    count(Number(layer.parameters)),
  ]);
  const table = htmlTable(['layer', 'output', 'parameters'], rows, {
    label: `Layers of ${stage}`,
    numbers: [2],
  });
  return `<p>${rows.length} layers, ${count(Number(facts.parameters))} parameters.</p>${table}`;
}

export function settings({ facts }: Input): Section | null {
  if (facts.length === 0) return null;
  return {
    title: 'Settings',
    after: facts.map(stageSettings).filter((html) => html !== ''),
    inColumns: true,
  };
}

function stageSettings({ stage, kind, params }: Facts): string {
  // A model's layers have their own section.
  const { layers: _layers, ...others } = params;
  const rows = [...flatten(others)].map(([path, value]) => [path, withoutQuotes(value)]);
  if (rows.length === 0) return '';
  const title = stage === kind ? stage : `${stage} (${kind})`;
  return `<div><h3>${escapeHtml(title)}</h3>${htmlTable(['param', 'value'], rows, { label: `Settings of ${stage}` })}</div>`;
}

export function versions({ facts }: Input): Section | null {
  if (facts.length === 0) return null;
  const rows = facts.map(({ stage, engine, versions }) => [
    stage,
    engine ? namesAndValues(engine) : '–',
    namesAndValues(versions),
  ]);
  const table = htmlTable(['stage', 'computed on', 'components'], rows, { label: 'Engines and versions' });
  return { title: 'Versions', after: [table] };
}

export function reproduce({ facts }: Input): Section | null {
  const engines = new Set(facts.flatMap(({ engine }) => (engine ? [namesAndValues(engine)] : [])));
  const where = engines.size === 0 ? '' : ` (computed on ${[...engines].join(' and on ')})`;
  const note = `This page is made of the contents of its stages alone: the same pipeline file, data, seed, versions and engine give the same bytes again${where}. Settings above are complete, with defaults.`;
  const commands =
    '<pre tabindex="0"><code>pipe run FILE          # what is cached is not run again\npipe runs              # the run that made this page\npipe reproduce RUN     # everything again without the cache, compared byte by byte</code></pre>';
  return { title: 'How to get it again', before: `<p>${escapeHtml(note)}</p>${commands}` };
}
