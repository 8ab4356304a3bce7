/** A run as it happens: a live line for what runs on a terminal, else a plain line at each stage's start and end. */

import { readFileSync } from 'node:fs';
import { Chalk, type ChalkInstance } from 'chalk';
import stringWidth from 'string-width';
import type { RunEvent } from '../run/events.ts';
import type { Progress } from '../stages/context.ts';
import { formatDiagnostics } from './diagnostics.ts';
import { duration } from './duration.ts';
import { endedLine, type TrialEvent, TrialsView } from './trials.ts';

export interface Reporter {
  onEvent(event: RunEvent): void;
  close(): void;
}

export function createReporter({
  stream,
  color,
  interactive,
}: {
  stream: NodeJS.WriteStream;
  color: boolean;
  interactive: boolean;
}): Reporter {
  return new View(stream, color, interactive);
}

const redrawMs = 100;
const symbols = { cached: '✔', ran: '✔', failed: '✖', skipped: '○', interrupted: '◌' } as const;

class View implements Reporter {
  readonly #stream: NodeJS.WriteStream;
  readonly #chalk: ChalkInstance;
  readonly #color: boolean;
  readonly #interactive: boolean;
  readonly #running = new Map<string, { started: number; progress: Progress | null }>();
  /** By stage, the searches that run. */
  readonly #searches = new Map<string, TrialsView>();
  #nameWidth = 8;
  #drawn = 0;
  #last = 0;

  constructor(stream: NodeJS.WriteStream, color: boolean, interactive: boolean) {
    this.#stream = stream;
    this.#color = color;
    this.#chalk = new Chalk({ level: color ? 1 : 0 });
    this.#interactive = interactive;
  }

  onEvent(event: RunEvent): void {
    switch (event.type) {
      case 'run-start':
        this.#nameWidth = Math.max(...event.stages.map((name) => stringWidth(name)));
        this.#print(
          `${this.#chalk.bold(event.pipeline)}${event.profile === null ? '' : `@${event.profile}`} · ${event.stages.length} stages · engine ${event.engine} (${event.engineReason})`,
        );
        break;
      case 'stage-start':
        this.#running.set(event.stage, { started: Date.now(), progress: null });
        if (this.#interactive) this.#redraw(true);
        else this.#print(`  ● ${this.#name(event.stage)}  ${event.reason}`);
        break;
      case 'stage-progress':
        this.#running.set(event.stage, {
          started: this.#running.get(event.stage)?.started ?? Date.now(),
          progress: event.progress,
        });
        this.#redraw(false);
        break;
      case 'stage-trial':
        this.#trial(event);
        break;
      case 'stage-wait':
        this.#print(`  ○ ${this.#name(event.stage)}  waits for ${event.owner}, which is at the same`);
        break;
      case 'stage-retry':
        this.#print(
          `  ↻ ${this.#name(event.stage)}  failed, is tried again in ${event.seconds} s (${event.left} left): ${event.diagnostic.message}`,
        );
        break;
      case 'stage-log':
        break;
      case 'stage-end':
        this.#running.delete(event.stage);
        this.#searches.delete(event.stage);
        this.#end(event);
        break;
      case 'run-end':
        this.#finish(event);
        break;
    }
  }

  close(): void {
    this.#clear();
  }

  #trial(event: TrialEvent): void {
    const search = this.#searches.get(event.stage) ?? new TrialsView();
    this.#searches.set(event.stage, search);
    search.onTrial(event);
    const line = endedLine(event);
    if (!this.#interactive && line !== null) this.#print(`    ${this.#name(event.stage)}  ${line}`);
    else this.#redraw(false);
  }

  #end(event: Extract<RunEvent, { type: 'stage-end' }>): void {
    const { outcome } = event;
    const paint =
      outcome === 'failed'
        ? this.#chalk.red
        : outcome === 'skipped' || outcome === 'interrupted'
          ? this.#chalk.yellow
          : this.#chalk.green;
    const how = outcome === 'ran' ? `ran ${event.seconds.toFixed(1)} s` : outcome;
    const reason = outcome === 'ran' || outcome === 'skipped' ? this.#chalk.dim(`   ${event.reason}`) : '';
    this.#print(
      `  ${paint(symbols[outcome])} ${this.#name(event.stage)}  ${event.summary.padEnd(52)}  ${how}${reason}`.trimEnd(),
    );
    if (event.diagnostic)
      this.#print(formatDiagnostics([event.diagnostic], { color: this.#color, readSource }));
  }

  #finish(event: Extract<RunEvent, { type: 'run-end' }>): void {
    const { counts } = event;
    const told = Object.entries(counts)
      .filter(([, count]) => count > 0)
      .map(([outcome, count]) => `${count} ${outcome}`);
    const nothing = event.outcome === 'done' && counts.ran === 0 ? 'nothing to do: ' : '';
    this.#print(
      `${event.outcome} in ${event.seconds.toFixed(1)} s · ${nothing}${told.join(', ')} · run ${event.record}\noutputs in ${event.outputs}`,
    );
  }

  #name(name: string): string {
    return name + ' '.repeat(Math.max(0, this.#nameWidth - stringWidth(name)));
  }

  #print(text: string): void {
    this.#clear();
    this.#stream.write(`${text}\n`);
    this.#redraw(true);
  }

  #clear(): void {
    if (this.#drawn > 0) this.#stream.write(`\u001b[${this.#drawn}A\u001b[0J`);
    this.#drawn = 0;
  }

  #redraw(now: boolean): void {
    if (!this.#interactive || (!now && Date.now() - this.#last < redrawMs)) return;
    this.#last = Date.now();
    this.#clear();
    const width = (this.#stream.columns ?? 80) - 1;
    const lines = [...this.#running].flatMap(([name, { started, progress }]) => {
      const search = this.#searches.get(name);
      const at = search?.headline() ?? (progress ? live(progress, started) : '');
      const table = search?.table().map((line) => `      ${line}`) ?? [];
      return [`  ● ${this.#name(name)}  ${at}`, ...table].map((line) => cut(line, width));
    });
    if (lines.length > 0) this.#stream.write(`${lines.join('\n')}\n`);
    this.#drawn = lines.length;
  }
}

function live({ unit, done, total, show }: Progress, started: number): string {
  const shown = Object.entries(show ?? {})
    .map(([label, value]) => `${label} ${value}`)
    .join('  ');
  if (total === null) return `${done} ${unit}  ${shown}`;
  const part = total === 0 ? 0 : done / total;
  const left = part > 0.01 ? `  ${duration(((Date.now() - started) / 1000) * (1 / part - 1))} left` : '';
  const bar = '━'.repeat(Math.round(part * 20)).padEnd(20, '─');
  return `${unit} ${Math.ceil(done)}/${total} ${bar} ${Math.round(part * 100)}%  ${shown}${left}`;
}

function cut(line: string, width: number): string {
  let kept = line;
  while (stringWidth(kept) > width) kept = kept.slice(0, -1);
  return kept;
}

function readSource(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
