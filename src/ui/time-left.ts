/** How long a stage still takes, from how fast it went lately. */

interface Sample {
  readonly seconds: number;
  readonly done: number;
  /** What was spent between whole units before it, all together. */
  readonly paused: number;
}

/** Done in whole units with a pause after each: the validation after an epoch. */
const wholeUnits = new Set(['epoch', 'trial']);

export class TimeLeft {
  readonly #samples: Sample[] = [];
  /** The last pause, in seconds. */
  #pause = 0;

  /** `seconds` by any clock that does not go back. */
  add(seconds: number, done: number): void {
    const last = this.#samples.at(-1);
    // A stage that starts anew is measured anew.
    if (last && done < last.done) this.#samples.length = 0;
    const paused = last ? last.paused + this.#pauseBetween(last, seconds, done) : 0;
    this.#samples.push({ seconds, done, paused });
  }

  /** In seconds from the last sample; null while nothing can be said. What was there before the first sample (a checkpoint) took no time. */
  left(unit: string, total: number): number | null {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (!first || !last) return null;
    const whole = wholeUnits.has(unit);
    const window = whole ? 1.5 : total * 0.2;
    const since = this.#before(last.done - window) ?? this.#warm(first, last, window);
    const done = last.done - since.done;
    const seconds = last.seconds - since.seconds - (whole ? last.paused - since.paused : 0);
    if (done <= 0 || (done < 0.1 * window && seconds < 5)) return null;
    const pauses = whole ? this.#pause * (total - Math.ceil(last.done) + 1) : 0;
    return (seconds / done) * Math.max(0, total - last.done) + pauses;
  }

  /** When a whole unit had ended: what that took longer than the work in it would have, at the speed just before. */
  #pauseBetween(last: Sample, seconds: number, done: number): number {
    if (!Number.isInteger(last.done) || done === last.done) return 0;
    const since = this.#before(last.done - 0.2) ?? this.#samples[0];
    if (!since || since.done >= last.done) return 0;
    const speed = (last.seconds - since.seconds) / (last.done - since.done);
    this.#pause = Math.max(0, seconds - last.seconds - speed * (done - last.done));
    return this.#pause;
  }

  /** The first steps of an engine are slow: once there is enough to go by, they don't count. */
  #warm(first: Sample, last: Sample, window: number): Sample {
    if (last.done - first.done < 0.5 * window) return first;
    return this.#samples.find((sample) => sample.done >= first.done + 0.1 * window) ?? first;
  }

  /** The last sample at or before so much was done. */
  #before(done: number): Sample | undefined {
    return this.#samples.findLast((sample) => sample.done <= done);
  }
}
