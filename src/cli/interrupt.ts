/** Ctrl-C once: running stages are asked to stop. Twice: they are killed. */
export interface Interrupts {
  readonly signal: AbortSignal;
  readonly kill: AbortSignal;
  stopListening(): void;
}

/** A terminal that is closed stops a run like Ctrl-C. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export function listenForInterrupts(say: (line: string) => void): Interrupts {
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
  for (const signal of signals) process.on(signal, interrupted);
  return {
    signal: stop.signal,
    kill: kill.signal,
    stopListening: () => {
      for (const signal of signals) process.off(signal, interrupted);
    },
  };
}
