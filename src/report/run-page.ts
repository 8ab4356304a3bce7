/** A report of runs, from their records: with times, machine, and what changed since the run before. */
import { diffSubjects } from '../experiments/diff/diff.ts';
import { partsOf } from '../experiments/diff/parts.ts';
import { commandOf, type RunRecord, type StageRecord } from '../experiments/record.ts';
import { stateOf } from '../experiments/state.ts';
import { pathsOf, resultOf, runSubject } from '../experiments/subject.ts';
import type { LineageStage } from '../plan/lineage.ts';
import type { Store } from '../run/store.ts';
import type { Artifact } from '../stages/context.ts';
import { namesAndValues } from '../stages/json.ts';
import { axis, tooltip } from './axes.ts';
import type { Cell } from './csv.ts';
import { partHtml } from './diff-page.ts';
import { escapeHtml, htmlTable } from './html.ts';
import { readInputs } from './inputs.ts';
import { allSections, assemble, type Page, sectionOf } from './page.ts';
import { type Plot, slug } from './plot.ts';
import type { Section } from './section.ts';
import { beside } from './wrap.ts';

/** `before` is the run that the first one is compared with; null where there is none. */
export async function makeRunPage(
  wanted: readonly RunRecord[],
  before: RunRecord | null,
  store: Store,
  script: string,
): Promise<Page> {
  const runs = withDistinctLabels(wanted);
  const several = runs.length > 1;
  const artifacts = await Promise.all(runs.map((run) => artifactsOf(run, several, store)));
  const input = await readInputs(artifacts.flat(), several ? [] : graphOf(runs[0]));
  const changed = before && !several ? await changes(before, runs[0], store) : null;
  const [summary = 'summary', ...others] = allSections;
  const title = several ? `${runs.length} runs` : `${runs[0]?.pipeline}: run ${labelOf(runs[0])}`;
  const choices = [summary, ...runs.map(runSection), ...(changed ? [changed] : []), ...others];
  const sections = choices
    .filter((choice) => choice !== 'reproduce')
    .flatMap((choice) => sectionOf(choice, input) ?? []);
  return assemble(title, sections, { script, plotsBeside: false });
}

/** Each run once; of several with one name each with its id. */
function withDistinctLabels(wanted: readonly RunRecord[]): RunRecord[] {
  const runs = [...new Map(wanted.map((run) => [run.id, run])).values()];
  return runs.map((run) => {
    const alone = runs.filter((other) => labelOf(other) === labelOf(run)).length === 1;
    return alone ? run : { ...run, name: `${run.name} (${run.id})` };
  });
}

const labelOf = (run: RunRecord | undefined): string => run?.name ?? run?.id ?? '';

const graphOf = (run: RunRecord | undefined): LineageStage[] =>
  (run?.stages ?? []).map(({ name, kind, from }) => ({ name, kind, from }));

const nameOf = (run: RunRecord, stage: StageRecord, several: boolean): string =>
  several ? `${labelOf(run)} ${stage.name}` : stage.name;

/** What the cache still holds of a run's stages, in the order in which they ran. */
async function artifactsOf(run: RunRecord, several: boolean, store: Store): Promise<Artifact[]> {
  const found = await Promise.all(
    run.stages.map(async (stage) => {
      const result = await resultOf(stage, store);
      const ports = Object.entries(result?.ports ?? {}).filter(([, content]) => shown.has(content.type));
      const name = nameOf(run, stage, several);
      return ports.map(
        ([port, content]): Artifact => ({
          stage: name,
          kind: stage.kind,
          port,
          type: content.type,
          files: pathsOf(content.files, store),
        }),
      );
    }),
  );
  return found.flat();
}

const shown = new Set(['history', 'metrics', 'predictions', 'image', 'facts', 'trials']);

function runSection(run: RunRecord): Section {
  const commit = run.git
    ? `${run.git.commit}${run.git.dirty ? ', with changes that were not committed' : ''}`
    : '–';
  const facts = [
    ['started', run.started],
    ['took', `${run.seconds.toFixed(1)} s`],
    ['outcome', stateOf(run)],
    ['commit', commit],
    ['machine', `${run.machine.cpu} × ${run.machine.cpus}, ${run.machine.platform}`],
    ['versions', namesAndValues(run.versions)],
  ];
  const rows = run.stages.map((stage) => [
    stage.name,
    stage.outcome,
    stage.seconds.toFixed(1),
    stage.peakMemory === null ? '' : (stage.peakMemory / 1e6).toFixed(0),
    stage.reason === 'cached' ? '' : stage.reason,
  ]);
  const again = `<pre tabindex="0"><code>${escapeHtml(`${run.git ? `git checkout ${run.git.commit}\n` : ''}${commandOf(run)}\npipe reproduce ${run.id}`)}</code></pre>`;
  return {
    title: `Run ${labelOf(run)}`,
    before: [
      htmlTable(['', ''], facts, { label: `Run ${labelOf(run)}` }),
      htmlTable(['stage', 'outcome', 'seconds', 'MB', 'why'], rows, { label: 'Stages', numbers: [2, 3] }),
    ].join('\n'),
    plots: run.stages.some((stage) => stage.outcome === 'ran') ? [timePlot(run)] : [],
    after: [
      `<h3>How to get it again</h3>${again}`,
      ...Object.entries({ [run.file]: run.text, ...run.bases }).map(
        ([file, text]) =>
          `<details><summary>${escapeHtml(file)}</summary><pre tabindex="0"><code>${escapeHtml(text)}</code></pre></details>`,
      ),
    ],
  };
}

function timePlot(run: RunRecord): Plot {
  const ran = run.stages.filter((stage: StageRecord) => stage.outcome === 'ran');
  const { labels, left, row } = beside(
    ran.map((stage) => stage.name),
    220,
  );
  return {
    id: `${slug(labelOf(run))}-times`,
    title: 'Seconds by stage',
    height: 70 + ran.length * row,
    option: {
      tooltip: tooltip('item'),
      grid: { left, right: 30, top: 8, bottom: 40 },
      xAxis: axis('seconds', { nameGap: 24 }),
      yAxis: axis('', {
        type: 'category',
        inverse: true,
        data: labels,
        splitLine: { show: false },
      }),
      series: [
        {
          type: 'bar',
          data: ran.map((stage) => Number(stage.seconds.toFixed(2))),
          itemStyle: { color: 'var(--c1)' },
          barMaxWidth: 16,
          emphasis: { disabled: true },
        },
      ],
    },
    columns: ['stage', 'seconds'],
    rows: ran.map((stage): Cell[] => [stage.name, Number(stage.seconds.toFixed(2))]),
  };
}

async function changes(before: RunRecord, run: RunRecord | undefined, store: Store): Promise<Section | null> {
  if (!run) return null;
  const subjects = await Promise.all([before.id, run.id].map((id) => runSubject(id, store)));
  const parts = partsOf(await diffSubjects(subjects, store));
  const told = parts.flatMap((part) => [`<h3>${escapeHtml(part.title)}</h3>`, ...partHtml(part)]);
  return {
    title: `Changes since ${labelOf(before)}`,
    after: told.length > 0 ? told : ['<p>Nothing differs.</p>'],
  };
}
