import { wilson } from '../../experiments/statistics.ts';
import { findings } from '../findings.ts';
import { count, escapeHtml, percent } from '../html.ts';
import type { Input } from '../inputs.ts';
import type { Section } from '../section.ts';

/** The result at a glance, then what the facts say. */
export function summary(input: Input): Section {
  const sentences = findings(input).map(
    ({ stage, text }) => `<p><b>${escapeHtml(stage)}</b> ${escapeHtml(text)}</p>`,
  );
  const told =
    sentences.length > 0
      ? sentences
      : ['<p>The stages of this report neither trained nor evaluated anything.</p>'];
  return { title: 'Summary', before: tiles(input), after: told };
}

const mostTiles = 6;

function tiles({ evaluations, trainings, facts }: Input): string {
  const several = evaluations.length > 1;
  const shown = [
    ...evaluations.map(({ stage, metrics }): [string, string] => {
      const { low, high } = wilson(metrics.accuracy, metrics.rows);
      const name = several ? `${stage}: accuracy` : `${metrics.split} accuracy`;
      return [percent(metrics.accuracy), `${name}, ${percent(low, 1)} to ${percent(high, 1)}`];
    }),
    ...(several
      ? []
      : evaluations.map(({ metrics }): [string, string] => [
          metrics.loss.toFixed(4),
          `${metrics.split} loss`,
        ])),
    ...(trainings.length > 1
      ? []
      : trainings.map(({ epochs, keptEpoch }): [string, string] => [
          String(epochs.length),
          `epochs, the weights of epoch ${keptEpoch} kept`,
        ])),
    ...facts.flatMap(({ facts }): [string, string][] =>
      typeof facts.parameters === 'number' ? [[count(facts.parameters), 'parameters']] : [],
    ),
  ].slice(0, mostTiles);
  const made = shown.map(
    ([value, label]) =>
      `<div class="tile"><b>${escapeHtml(value)}</b><span>${escapeHtml(label)}</span></div>`,
  );
  return made.length === 0 ? '' : `<div class="tiles">${made.join('')}</div>`;
}
