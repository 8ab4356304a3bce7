/**
 * A run as it happens: on a terminal a live block of what runs and waits, else plain lines: at each stage's start and end,
 * and once a minute what it is at.
 */
import { Chalk, type ChalkInstance } from 'chalk';
import { readSource } from '../diagnostics/source.ts';
import type { RunEvent } from '../run/events.ts';
import type { Progress } from '../stages/context.ts';
import { formatDiagnostics } from './diagnostics.ts';
import { LiveBlock, type Terminal } from './live-block.ts';
import { liveLine } from './live-line.ts';
import {
  continuing,
  endLine,
  finishLine,
  heading,
  named,
  nameWidthOf,
  reasonText,
  retryLine,
  waitLine,
} from './stage-lines.ts';
import { cut, printable, widthOf } from './text.ts';
import { TimeLeft } from './time-left.ts';
import { endedLine, type TrialEvent, TrialsView } from './trials.ts';

export type { Terminal } from './live-block.ts';

export interface Reporter {
  onEvent(event: RunEvent): void;
  /** A line of talk between the stages' lines. */
  note(line: string): void;
  close(): void;
}

export interface ViewOptions {
  readonly stream: Terminal;
  readonly color: boolean;
  readonly interactive: boolean;
  /** Shows what stages print, too. */
  readonly verbose?: boolean;
  /** Milliseconds on any clock. */
  readonly now?: () => number;
}

/** Without a terminal. */
const msBetweenLines = 60_000;
const longestLine = 120;

export function createReporter(options: ViewOptions): Reporter {
  return new View(options);
}

interface Running {
  progress: Progress | null;
  readonly time: TimeLeft;
  /** Of a search. */
  trials: TrialsView | null;
  /** When a line was last written of it. */
  told: number;
}

class View implements Reporter {
  readonly #stream: Terminal;
  readonly #chalk: ChalkInstance;
  /** Null where there is no terminal. */
  readonly #block: LiveBlock | null;
  readonly #verbose: boolean;
  readonly #now: () => number;
  readonly #running = new Map<string, Running>();
  #waiting = new Set<string>();
  #nameWidth = 8;

  constructor({ stream, color, interactive, verbose = false, now = () => performance.now() }: ViewOptions) {
    this.#stream = stream;
    this.#verbose = verbose;
    this.#now = now;
    this.#chalk = new Chalk({ level: color ? 1 : 0 });
    this.#block = interactive ? new LiveBlock(stream, () => this.#lines()) : null;
  }

  onEvent(event: RunEvent): void {
    switch (event.type) {
      case 'run-start':
        this.#waiting = new Set(event.stages);
        this.#nameWidth = nameWidthOf(event.stages);
        this.note(heading(event, this.#chalk));
        break;
      case 'stage-start':
        this.#start(event);
        break;
      case 'stage-progress':
        this.#progress(event.stage, event.progress);
        break;
      case 'stage-trial':
        this.#trial(event);
        break;
      case 'stage-wait':
        this.note(waitLine(event, this.#nameWidth));
        break;
      case 'stage-retry':
        this.note(retryLine(event, this.#nameWidth));
        break;
      case 'stage-log':
        if (this.#verbose)
          this.note(`    ${named(event.stage, this.#nameWidth)}  │ ${printable(event.line)}`);
        break;
      case 'stage-end':
        this.#end(event);
        break;
      case 'run-end':
        this.#waiting.clear();
        this.note(finishLine(event));
        break;
    }
  }

  note(line: string): void {
    if (this.#block) this.#block.print(line);
    else this.#stream.write(`${line}\n`);
  }

  close(): void {
    this.#block?.close();
  }

  #start({ stage, reason, continuesFrom }: Extract<RunEvent, { type: 'stage-start' }>): void {
    this.#running.set(stage, { progress: null, time: new TimeLeft(), trials: null, told: this.#now() });
    this.#waiting.delete(stage);
    if (this.#block) this.#block.redraw();
    else this.note(`  ● ${named(stage, this.#nameWidth)}  ${reasonText(reason)}${continuing(continuesFrom)}`);
  }

  #progress(stage: string, progress: Progress): void {
    const running = this.#running.get(stage);
    if (!running) return;
    running.progress = progress;
    running.time.add(this.#now() / 1000, progress.done);
    if (this.#block) this.#block.redrawSoon();
    else this.#tell(stage, running);
  }

  #trial(event: TrialEvent): void {
    const running = this.#running.get(event.stage);
    if (running) {
      running.trials ??= new TrialsView();
      running.trials.onTrial(event);
    }
    const line = endedLine(event);
    if (this.#block) this.#block.redrawSoon();
    else if (line !== null) this.note(`    ${named(event.stage, this.#nameWidth)}  ${line}`);
    else if (running) this.#tell(event.stage, running);
  }

  /** A line for a log that somebody follows, unless there was one a moment ago. */
  #tell(stage: string, running: Running): void {
    if (this.#now() - running.told < msBetweenLines) return;
    running.told = this.#now();
    this.note(
      `    ${named(stage, this.#nameWidth)}  ${running.trials?.line() ?? this.#at(running, longestLine)}`,
    );
  }

  #end(event: Extract<RunEvent, { type: 'stage-end' }>): void {
    this.#running.delete(event.stage);
    this.#waiting.delete(event.stage);
    this.note(endLine(event, this.#nameWidth, this.#block?.width ?? null, this.#chalk));
    if (event.diagnostic)
      this.note(formatDiagnostics([event.diagnostic], { color: this.#chalk.level > 0, readSource }));
  }

  /** What runs, then what waits. */
  #lines(): string[] {
    const width = this.#block?.width ?? 80;
    return [
      ...[...this.#running].flatMap(([name, running]) => this.#runningLines(name, running, width)),
      ...[...this.#waiting].map((name) => this.#chalk.dim(cut(`  ○ ${printable(name)}`, width))),
    ];
  }

  #runningLines(name: string, { progress, time, trials }: Running, width: number): string[] {
    const head = cut(`  ● ${named(name, this.#nameWidth)}  `, width);
    if (trials) {
      const table = trials.table().map((line) => `      ${line}`);
      return [head + trials.headline(), ...table].map((line) => cut(printable(line), width));
    }
    return [head + this.#at({ progress, time }, width - widthOf(head))];
  }

  #at({ progress, time }: Pick<Running, 'progress' | 'time'>, width: number): string {
    const left = progress?.total == null ? null : time.left(progress.unit, progress.total);
    return liveLine(progress, left, width, this.#chalk);
  }
}
