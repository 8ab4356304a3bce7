/** The page: one self-contained HTML file, made from the content of artifacts alone. */
import { escapeHtml, htmlTable } from './html.ts';
import type { Evaluation, Facts, Input, Picture, Training } from './inputs.ts';
import { confusionPlot, linePlot } from './plots.ts';
import { style } from './style.ts';

export function makePage(title: string, input: Input): string {
  const sections = [
    summary(input),
    ...input.trainings.map(curves),
    ...input.evaluations.map(evaluation),
    ...input.pictures.map(picture),
    ...input.facts.map(settings),
  ];
  const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)}</title><style>${style}</style>`;
  return `<!doctype html>\n<html lang="en"><head>${head}</head><body><main><h1>${escapeHtml(title)}</h1>\n${sections.join('\n')}\n</main></body></html>\n`;
}

const section = (title: string, body: string): string =>
  `<section><h2>${escapeHtml(title)}</h2>\n${body}</section>`;
const percent = (part: number): string => `${(part * 100).toFixed(2)}%`;

function summary({ trainings, evaluations }: Input): string {
  const sentences = [...evaluations.map(evaluated), ...trainings.map(trained)];
  return section('Summary', sentences.map((sentence) => `<p>${escapeHtml(sentence)}</p>`).join('\n'));
}

function evaluated({ stage, metrics }: Evaluation): string {
  const [low, high] = wilson(metrics.accuracy, metrics.rows);
  return `${stage}: on ${metrics.rows.toLocaleString('en-US')} ${metrics.split} images the accuracy is ${percent(metrics.accuracy)} (95% interval ${percent(low)} to ${percent(high)}), the loss ${metrics.loss.toFixed(4)}.`;
}

/** Wilson's score interval (E. B. Wilson, JASA 1927) at z = 1.96. */
function wilson(part: number, count: number): [number, number] {
  const z = 1.96;
  const centre = (part + z ** 2 / (2 * count)) / (1 + z ** 2 / count);
  const half =
    (z / (1 + z ** 2 / count)) * Math.sqrt((part * (1 - part)) / count + z ** 2 / (4 * count ** 2));
  return [centre - half, centre + half];
}

function trained({ stage, history }: Training): string {
  const kept = history.epochs[history.keptEpoch - 1];
  const end = history.stopped
    ? `It stopped after epoch ${history.stopped.epoch}: ${history.stopped.reason}.`
    : `It ran all its ${history.epochs.length} epochs.`;
  const cuts = history.events.length > 0 ? ` Rate cuts: ${history.events.join('; ')}.` : '';
  const val = kept?.valAccuracy == null ? '' : `, validation accuracy ${percent(kept.valAccuracy)}`;
  return `${stage}: the weights of epoch ${history.keptEpoch} are kept: training accuracy ${percent(kept?.accuracy ?? 0)}${val}. ${end}${cuts}`;
}

function curves({ stage, history }: Training): string {
  const of = (key: 'loss' | 'accuracy' | 'valLoss' | 'valAccuracy' | 'learningRate'): (number | null)[] =>
    history.epochs.map((epoch) => epoch[key]);
  const plots = [
    linePlot('Loss', [
      { name: 'training', values: of('loss') },
      { name: 'validation', values: of('valLoss') },
    ]),
    linePlot('Accuracy', [
      { name: 'training', values: of('accuracy') },
      { name: 'validation', values: of('valAccuracy') },
    ]),
    linePlot('Learning rate', [{ name: 'learning rate', values: of('learningRate') }]),
  ];
  return section(`Curves of ${stage}`, `<div class="plots">${plots.join('\n')}</div>`);
}

function evaluation({ stage, metrics }: Evaluation): string {
  const rows = metrics.perClass.map((one) => [
    one.class,
    percent(one.precision),
    percent(one.recall),
    one.f1.toFixed(3),
    String(one.support),
  ]);
  return section(
    `Classes of ${stage}`,
    `<div class="plots">${confusionPlot(metrics.classes, metrics.confusion)}</div>\n${htmlTable(['class', 'precision', 'recall', 'F1', 'images'], rows)}`,
  );
}

function picture({ stage, title, base64 }: Picture): string {
  return section(
    title,
    `<figure><img alt="${escapeHtml(`${title} (${stage})`)}" src="data:image/png;base64,${base64}"></figure>`,
  );
}

function settings({ stage, facts }: Facts): string {
  const lines = (value: object): string[][] =>
    Object.entries(value).map(([key, inner]) => [
      key,
      typeof inner === 'string' ? inner : JSON.stringify(inner),
    ]);
  const layers = facts.facts.layers;
  const table = Array.isArray(layers)
    ? htmlTable(
        ['layer', 'output', 'parameters'],
        layers.map((layer: { name: string; output: number[]; parameters: number }) => [
          layer.name,
          layer.output.join(' × '),
          String(layer.parameters),
        ]),
      )
    : '';
  const { layers: _layers, ...others } = facts.facts;
  const { layers: _declared, ...params } = facts.params;
  return section(
    `${stage}: settings and facts`,
    `${table}${htmlTable(['param', 'value'], lines(params))}${htmlTable(['fact', 'value'], lines(others))}${htmlTable(['component', 'version'], lines(facts.versions))}`,
  );
}
