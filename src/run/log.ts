/** What a stage's process prints: line by line to whoever listens, to a file, and its last lines to whoever asks. */
import type { EventEmitter } from 'node:events';
import { appendFileSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

export interface Log {
  readonly file: string;
  /** Until the stream ends, or what it gives is called. */
  listen(stream: Pick<EventEmitter, 'on' | 'off'> | null): () => void;
  /** A line that did not come through a stream. */
  add(text: string): void;
  /** The last lines. */
  tail(): readonly string[];
}

const lastLines = 20;
/** A line without an end is cut here, so that a program that never breaks its lines costs no memory. */
const longestLine = 65_536;

/** The file is made when there is something to keep. */
export function makeLog(file: string, onLine: (line: string) => void): Log {
  const tail: string[] = [];
  const line = (text: string): void => {
    tail.push(text);
    if (tail.length > lastLines) tail.shift();
    onLine(text);
  };
  return {
    file,
    tail: () => tail,
    add: (text) => {
      keep(file, `${text}\n`);
      line(text);
    },
    listen: (stream) => {
      if (!stream) return () => {};
      const decoder = new StringDecoder('utf8');
      let open = '';
      const take = (text: string): void => {
        const lines = (open + text).split(/\r?\n/);
        open = lines.pop() ?? '';
        for (const whole of lines) line(whole);
        if (open.length > longestLine) {
          line(open);
          open = '';
        }
      };
      const onData = (chunk: Buffer): void => {
        keep(file, chunk);
        take(decoder.write(chunk));
      };
      const onEnd = (): void => {
        take(decoder.end());
        if (open !== '') line(open);
        open = '';
      };
      stream.on('data', onData);
      stream.on('end', onEnd);
      return () => {
        stream.off('data', onData);
        stream.off('end', onEnd);
        onEnd();
      };
    },
  };
}

/** A log that can't be kept is no reason to fail. */
function keep(file: string, chunk: Buffer | string): void {
  try {
    appendFileSync(file, chunk);
  } catch {
    // What it holds was shown.
  }
}
