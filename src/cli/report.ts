import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { openCache } from '../cache/cache.ts';
import { findRun, runBefore } from '../experiments/find.ts';
import type { RunRecord } from '../experiments/record.ts';
import type { CommonFlags } from './main.ts';
import { print, printJson } from './output.ts';
import { readSettings } from './settings.ts';
import { writeTo } from './write.ts';

export interface ReportFlags extends CommonFlags {
  readonly out?: string;
  readonly open?: boolean;
}

export async function report(wanted: readonly string[], flags: ReportFlags): Promise<number> {
  const store = await openCache(readSettings(flags).cacheFolder);
  const runs: RunRecord[] = [];
  for (const one of wanted) runs.push(await findRun(one, store));
  const [{ makeRunPage }, { browserScript }] = await Promise.all([
    import('../report/run-page.ts'),
    import('../report/script.ts'),
  ]);
  const before = runs[0] ? await runBefore(runs[0], store) : null;
  const { html } = await makeRunPage(runs, before, store, browserScript());
  const file = resolve(flags.out ?? fileFor(runs));
  writeTo(file, html);
  if (flags.json) printJson({ version: 1, file, runs: runs.map((run) => run.id) });
  else print(file);
  if (flags.open) openInBrowser(file);
  return 0;
}

/** Of many runs all names would be more than a file's name can hold. */
function fileFor(runs: readonly RunRecord[]): string {
  const [first = '', ...others] = runs.map((run) => run.name ?? run.id);
  const rest = others.length > mostNamed ? [`and-${others.length}-more`] : others;
  return `report-${[first, ...rest].join('-')}.html`;
}

const mostNamed = 3;

function openInBrowser(file: string): void {
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open', file]
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '', file]
        : ['xdg-open', file];
  const child = spawn(command ?? '', args, { stdio: 'ignore', detached: true });
  child.on('error', () => process.stderr.write(`nothing opens ${file} here: open it in a browser\n`));
  child.unref();
}
