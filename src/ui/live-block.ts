/** Lines that stay the last ones on a terminal and are drawn over while a run goes on; what is printed goes above them. */
import { sizeOr } from './size.ts';
import { cut, rowsOf } from './text.ts';

/** What a view needs of a terminal; process.stderr is one. */
export interface Terminal {
  write(text: string): unknown;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  on?(event: 'resize', listener: () => void): unknown;
  off?(event: 'resize', listener: () => void): unknown;
}

const redrawMs = 100;

export class LiveBlock {
  readonly #terminal: Terminal;
  /** The block's lines, made for the width that it is drawn with. */
  readonly #lines: () => readonly string[];
  /** As they stand on the terminal. */
  #drawn: readonly string[] = [];
  #last = 0;
  #timer: NodeJS.Timeout | null = null;
  readonly #onResize = (): void => this.redraw();

  constructor(terminal: Terminal, lines: () => readonly string[]) {
    this.#terminal = terminal;
    this.#lines = lines;
    terminal.on?.('resize', this.#onResize);
  }

  /** The last column stays free: some terminals break the line there. */
  get width(): number {
    return Math.max(10, sizeOr(80, this.#terminal.columns) - 1);
  }

  /** `text` may have several lines. */
  print(text: string): void {
    this.#draw([]);
    this.#terminal.write(`${text}\n`);
    this.redraw();
  }

  /** Not more often than a person sees. */
  redrawSoon(): void {
    if (this.#timer) return;
    const wait = Math.max(0, redrawMs - (Date.now() - this.#last));
    this.#timer = setTimeout(() => this.redraw(), wait);
    this.#timer.unref();
  }

  redraw(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#last = Date.now();
    this.#draw(this.#fitting(this.#lines()));
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#terminal.off?.('resize', this.#onResize);
    this.#draw([]);
  }

  /** Never higher than the terminal: what scrolled out of it could not be drawn over. */
  #fitting(lines: readonly string[]): readonly string[] {
    const room = Math.max(1, sizeOr(24, this.#terminal.rows) - 2);
    if (lines.length <= room) return lines;
    return [...lines.slice(0, room - 1), cut(`  … and ${lines.length - room + 1} more`, this.width)];
  }

  /** Line by line over what stands there, so that nothing flickers. */
  #draw(lines: readonly string[]): void {
    if (this.#drawn.length === 0 && lines.length === 0) return;
    const up = this.#rowsDrawn();
    const written = lines.map((line) => `${line}\u001b[K\n`).join('');
    this.#terminal.write(`${up > 0 ? `\u001b[${up}A` : ''}\r${written}\u001b[J`);
    this.#drawn = lines;
  }

  /** A terminal that became narrower has broken the lines that stand there. */
  #rowsDrawn(): number {
    const columns = sizeOr(80, this.#terminal.columns);
    return this.#drawn.reduce((rows, line) => rows + rowsOf(line, columns), 0);
  }
}
