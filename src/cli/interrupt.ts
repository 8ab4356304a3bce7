/** Ctrl-C once, or the end of the time for a run: running stages are asked to stop. Ctrl-C twice: they are killed. */
export interface Interrupts {
  readonly signal: AbortSignal;
  readonly kill: AbortSignal;
  stopListening(): void;
}

let onReaderGone: (() => void) | null = null;

/** Nobody reads any more what this process prints. Is somebody at work here, who stops then as for Ctrl-C and ends by himself? */
export function stopForReader(): boolean {
  onReaderGone?.();
  return onReaderGone !== null;
}

/** A terminal that is closed stops a run like Ctrl-C. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Beyond it, Node's timers fire at once. */
const longestTimerMs = 2 ** 31 - 1;

export function listenForInterrupts(
  say: (line: string) => void,
  maxTimeMs: number | null = null,
): Interrupts {
  const stop = new AbortController();
  const kill = new AbortController();
  const interrupted = (): void => {
    if (stop.signal.aborted) {
      kill.abort();
      return;
    }
    say('stopping: running stages may finish what they are at; press Ctrl-C again to kill them');
    stop.abort();
  };
  const expired = (): void => {
    if (stop.signal.aborted) return;
    say('the time for this run is over: running stages may finish what they are at; the next run goes on');
    stop.abort();
  };
  const timer = maxTimeMs === null ? undefined : setTimeout(expired, Math.min(maxTimeMs, longestTimerMs));
  for (const signal of signals) process.on(signal, interrupted);
  onReaderGone = () => stop.abort();
  return {
    signal: stop.signal,
    kill: kill.signal,
    stopListening: () => {
      clearTimeout(timer);
      onReaderGone = () => {};
      for (const signal of signals) process.off(signal, interrupted);
    },
  };
}
