/** Progress of something that is done step by step: a line each, on a terminal with what is fetched. */
export interface Steps {
  onStep(text: string): void;
  onBytes(done: number, total: number | null): void;
  close(): void;
}

export function createSteps(stream: NodeJS.WriteStream, interactive: boolean): Steps {
  let step = '';
  let drawn = 0;
  const clear = (): void => void (drawn > 0 && stream.write('\r\u001b[K'));
  return {
    onStep: (text) => {
      clear();
      drawn = 0;
      step = text;
      stream.write(`${text}\n`);
    },
    onBytes: (done, total) => {
      const now = performance.now();
      if (!interactive || now - drawn < 200) return;
      drawn = now;
      const share =
        total === null || total === 0
          ? ''
          : ` of ${megabytes(total)} (${Math.floor((100 * done) / total)} %)`;
      stream.write(`\r\u001b[K  ${step.split(' ')[0]}: ${megabytes(done)}${share}`);
    },
    close: clear,
  };
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
