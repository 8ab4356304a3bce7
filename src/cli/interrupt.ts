/** Ctrl-C once: running stages are asked to stop. Twice: they are killed. */
export interface Interrupts {
  readonly signal: AbortSignal;
  readonly kill: AbortSignal;
  stopListening(): void;
}

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
  process.on('SIGINT', interrupted);
  process.on('SIGTERM', interrupted);
  return {
    signal: stop.signal,
    kill: kill.signal,
    stopListening: () => {
      process.off('SIGINT', interrupted);
      process.off('SIGTERM', interrupted);
    },
  };
}
