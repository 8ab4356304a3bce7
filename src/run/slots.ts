/** What may run at the same time: a machine's processors, graphics processors and memory, and names that exclude each other. */
import type { Policy, Resources } from '../pipeline/policy.ts';

type Want = Pick<Policy, 'resources' | 'mutex'>;
interface Waiting {
  readonly want: Want;
  readonly start: () => void;
}
const kinds = ['cpu', 'gpu', 'memory'] as const;
const nothing: Resources = { cpu: 0, gpu: 0, memory: 0 };

export class Slots {
  readonly capacity: Resources;
  #free: Resources;
  readonly #taken = new Set<string>();
  readonly #waiting: Waiting[] = [];
  /** How many of them want no processor. */
  #wantNoCpu = 0;

  constructor(capacity: Resources) {
    this.capacity = capacity;
    this.#free = inUnits(capacity);
  }

  /**
   * Does `work` once there is room for it. More processors than there are means all of them; of the rest it must fit. `work`
   * may make room before its end; its names stay its own until then.
   */
  async with<T>(wanted: Want, work: (makeRoom: () => void) => Promise<T>): Promise<T> {
    const cpu = Math.min(wanted.resources.cpu, this.capacity.cpu);
    const want = { ...wanted, resources: inUnits({ ...wanted.resources, cpu }) };
    let taken = want.resources;
    const makeRoom = (): void => {
      const given = taken;
      taken = nothing;
      this.#giveBack({ resources: given, mutex: [] });
    };
    await new Promise<void>((start) => {
      this.#waiting.push({ want, start });
      if (cpu === 0) this.#wantNoCpu++;
      this.#startWhatFits();
    });
    try {
      return await work(makeRoom);
    } finally {
      // Not at once: how this work ended is told before the next begins, which may then no longer want to.
      setImmediate(() => this.#giveBack({ resources: taken, mutex: want.mutex }));
    }
  }

  /** What the machine has too little of for a stage that runs alone, or null. */
  lacks(resources: Resources): 'gpu' | 'memory' | null {
    return (['gpu', 'memory'] as const).find((kind) => resources[kind] > this.capacity[kind]) ?? null;
  }

  #giveBack({ resources, mutex }: Want): void {
    this.#free = combined(this.#free, resources, 1);
    for (const name of mutex) this.#taken.delete(name);
    this.#startWhatFits();
  }

  /**
   * First come, first served; a later one may only take what no earlier one waits for, so that a large one gets its turn.
   * One that waits for a name keeps no room free meanwhile.
   */
  #startWhatFits(): void {
    let spoken = this.#free;
    const names = new Set(this.#taken);
    const starting: Waiting[] = [];
    for (const waiting of this.#waiting) {
      // Of a thousand that wait, nearly all want a processor.
      if (spoken.cpu <= 0 && this.#wantNoCpu === 0) break;
      const { resources, mutex } = waiting.want;
      const isFree = mutex.every((name) => !names.has(name));
      for (const name of mutex) names.add(name);
      // Who has the name may need the room to come to its end: a search does, for its trials.
      if (!isFree) continue;
      const fits = kinds.every((kind) => resources[kind] === 0 || resources[kind] <= spoken[kind]);
      spoken = combined(spoken, resources, -1);
      if (fits) starting.push(waiting);
    }
    for (const waiting of starting) this.#start(waiting);
  }

  #start(waiting: Waiting): void {
    this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
    if (waiting.want.resources.cpu === 0) this.#wantNoCpu--;
    this.#free = combined(this.#free, waiting.want.resources, -1);
    for (const name of waiting.want.mutex) this.#taken.add(name);
    waiting.start();
  }
}

/** Thousandths of processors, whole bytes: sums of fractions would never come back to what they were. */
function inUnits({ cpu, gpu, memory }: Resources): Resources {
  return { cpu: Math.round(cpu * 1000), gpu: Math.round(gpu * 1000), memory: Math.round(memory) };
}

function combined(a: Resources, b: Resources, sign: 1 | -1): Resources {
  return { cpu: a.cpu + sign * b.cpu, gpu: a.gpu + sign * b.gpu, memory: a.memory + sign * b.memory };
}
