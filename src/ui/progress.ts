/** A run as it happens: on a terminal a live block of what runs and waits, else a plain line at each stage's start and end. */
import { readFileSync } from 'node:fs';
import { Chalk, type ChalkInstance } from 'chalk';
import stringWidth from 'string-width';
import type { RunEvent } from '../run/events.ts';
import type { Progress } from '../stages/context.ts';
import { formatDiagnostics } from './diagnostics.ts';
import { liveLine } from './live-line.ts';
import { cut, padded, printable } from './text.ts';
import { TimeLeft } from './time-left.ts';
import { endedLine, type TrialEvent, TrialsView } from './trials.ts';

export interface Reporter {
  onEvent(event: RunEvent): void;
  /** A line of talk between the stages' lines. */
  note(line: string): void;
  close(): void;
}

/** What a view needs of a terminal; process.stderr is one. */
export interface Terminal {
  write(text: string): unknown;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  on?(event: 'resize', listener: () => void): unknown;
  off?(event: 'resize', listener: () => void): unknown;
}

export interface ViewOptions {
  readonly stream: Terminal;
  readonly color: boolean;
  readonly interactive: boolean;
}

export function createReporter(options: ViewOptions): Reporter {
  return new View(options);
}

interface Running {
  progress: Progress | null;
  readonly time: TimeLeft;
}

type EndEvent = Extract<RunEvent, { type: 'stage-end' }>;

const redrawMs = 100;
const symbols = { cached: '✔', ran: '✔', failed: '✖', skipped: '○', interrupted: '◌' } as const;
const widestName = 36;
const summaryWidth = 52;

class View implements Reporter {
  readonly #stream: Terminal;
  readonly #chalk: ChalkInstance;
  readonly #color: boolean;
  readonly #interactive: boolean;
  readonly #running = new Map<string, Running>();
  /** By stage, the searches that run. */
  readonly #searches = new Map<string, TrialsView>();
  #waiting: string[] = [];
  #nameWidth = 8;
  /** The lines of the live block as they stand on the terminal. */
  #drawn: readonly string[] = [];
  #last = 0;
  #timer: NodeJS.Timeout | null = null;
  readonly #onResize = (): void => this.#redraw();

  constructor({ stream, color, interactive }: ViewOptions) {
    this.#stream = stream;
    this.#color = color;
    this.#chalk = new Chalk({ level: color ? 1 : 0 });
    this.#interactive = interactive;
    if (interactive) stream.on?.('resize', this.#onResize);
  }

  onEvent(event: RunEvent): void {
    switch (event.type) {
      case 'run-start':
        this.#waiting = [...event.stages];
        this.#nameWidth = Math.min(widestName, Math.max(...event.stages.map((name) => stringWidth(name))));
        this.#print(this.#heading(event));
        break;
      case 'stage-start':
        this.#start(event.stage, event.reason);
        break;
      case 'stage-progress':
        this.#progress(event.stage, event.progress);
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
        this.#waiting = this.#waiting.filter((name) => name !== event.stage);
        this.#end(event);
        break;
      case 'run-end':
        this.#waiting = [];
        this.#finish(event);
        break;
    }
  }

  note(line: string): void {
    this.#print(line);
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#stream.off?.('resize', this.#onResize);
    this.#draw([]);
  }

  #heading(event: Extract<RunEvent, { type: 'run-start' }>): string {
    const profile = event.profile === null ? '' : `@${event.profile}`;
    const stages = `${event.stages.length} stage${event.stages.length === 1 ? '' : 's'}`;
    return `${this.#chalk.bold(event.pipeline)}${profile} · ${stages} · engine ${event.engine} (${event.engineReason})`;
  }

  #start(stage: string, reason: string): void {
    this.#running.set(stage, { progress: null, time: new TimeLeft() });
    this.#waiting = this.#waiting.filter((name) => name !== stage);
    if (this.#interactive) this.#redraw();
    else this.#print(`  ● ${this.#name(stage)}  ${reasonText(reason)}`);
  }

  #progress(stage: string, progress: Progress): void {
    const running = this.#running.get(stage);
    if (!running) return;
    running.progress = progress;
    running.time.add(performance.now() / 1000, progress.done);
    this.#redrawSoon();
  }

  #trial(event: TrialEvent): void {
    const search = this.#searches.get(event.stage) ?? new TrialsView();
    this.#searches.set(event.stage, search);
    search.onTrial(event);
    const line = endedLine(event);
    if (!this.#interactive && line !== null) this.#print(`    ${this.#name(event.stage)}  ${line}`);
    else this.#redrawSoon();
  }

  #end(event: EndEvent): void {
    const { outcome } = event;
    const how = outcome === 'ran' ? `ran ${event.seconds.toFixed(1)} s` : outcome;
    const reason = outcome === 'ran' || outcome === 'skipped' ? reasonText(event.reason) : '';
    const columns = [
      `  ${this.#paint(outcome)(symbols[outcome])} ${this.#name(event.stage)}`,
      padded(printable(event.summary), this.#summaryWidth),
      padded(how, reason === '' ? 0 : 12),
      this.#chalk.dim(reason),
    ];
    this.#print(
      columns
        .filter((column) => column !== '')
        .join('  ')
        .trimEnd(),
    );
    if (event.diagnostic)
      this.#print(formatDiagnostics([event.diagnostic], { color: this.#color, readSource }));
  }

  /** Narrower in a narrow terminal, so that a short reason still stands in the same line. */
  get #summaryWidth(): number {
    if (!this.#interactive) return summaryWidth;
    return Math.min(summaryWidth, Math.max(12, this.#width - this.#nameWidth - 40));
  }

  #paint(outcome: EndEvent['outcome']): (text: string) => string {
    if (outcome === 'failed') return this.#chalk.red;
    return outcome === 'skipped' || outcome === 'interrupted' ? this.#chalk.yellow : this.#chalk.green;
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
    return padded(cut(printable(name), this.#nameWidth), this.#nameWidth);
  }

  #print(text: string): void {
    this.#draw([]);
    this.#stream.write(`${text}\n`);
    this.#redraw();
  }

  #redrawSoon(): void {
    if (!this.#interactive || this.#timer) return;
    const wait = Math.max(0, redrawMs - (Date.now() - this.#last));
    this.#timer = setTimeout(() => this.#redraw(), wait);
    this.#timer.unref();
  }

  #redraw(): void {
    if (!this.#interactive) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#last = Date.now();
    this.#draw(this.#block());
  }

  /** Never higher than the terminal: what scrolled out of it could not be drawn over. */
  #block(): string[] {
    const room = Math.max(1, (this.#stream.rows ?? 24) - 2);
    const lines = [
      ...[...this.#running].flatMap(([name, running]) => this.#runningLines(name, running)),
      ...this.#waiting.map((name) => this.#chalk.dim(cut(`  ○ ${printable(name)}`, this.#width))),
    ];
    if (lines.length <= room) return lines;
    const more = `  … and ${lines.length - room + 1} more`;
    return [...lines.slice(0, room - 1), this.#chalk.dim(cut(more, this.#width))];
  }

  #runningLines(name: string, { progress, time }: Running): string[] {
    const head = cut(`  ● ${this.#name(name)}  `, this.#width);
    const search = this.#searches.get(name);
    if (search) {
      const table = search.table().map((line) => `      ${line}`);
      return [head + search.headline(), ...table].map((line) => cut(printable(line), this.#width));
    }
    const left = progress?.total == null ? null : time.left(progress.unit, progress.total);
    return [head + liveLine(progress, left, this.#width - stringWidth(head), this.#chalk)];
  }

  /** The last column stays free: some terminals break the line there. */
  get #width(): number {
    return Math.max(10, (this.#stream.columns ?? 80) - 1);
  }

  /** Writes the block over the one that stands there, line by line, so that nothing flickers. */
  #draw(lines: readonly string[]): void {
    if (this.#drawn.length === 0 && lines.length === 0) return;
    const up = this.#rowsDrawn();
    const written = lines.map((line) => `${line}\u001b[K\n`).join('');
    this.#stream.write(`${up > 0 ? `\u001b[${up}A` : ''}\r${written}\u001b[J`);
    this.#drawn = lines;
  }

  /** A terminal that became narrower has broken the lines that stand there. */
  #rowsDrawn(): number {
    const columns = this.#stream.columns ?? 80;
    return this.#drawn.reduce((rows, line) => rows + Math.max(1, Math.ceil(stringWidth(line) / columns)), 0);
  }
}

/** `param rotation 20 → 30` is known to be a param. */
const reasonText = (reason: string): string => printable(reason.replace(/^param /, ''));

function readSource(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
