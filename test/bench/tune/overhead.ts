// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a pipeline file
/**
 * `npm run bench:tune`: what a search of 1,000 trials costs beside the training. The objective costs nothing, everything else is
 * what a run does: the oracle, each trial's graph and checks, its fingerprints, its results in a cache on the disk.
 * Writes overhead.json beside this file.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openCache } from '../../../src/cache/cache.ts';
import { readPipeline } from '../../../src/pipeline/read.ts';
import { fingerprintStage, type UpstreamResults } from '../../../src/plan/stage-fingerprint.ts';
import type { Execution } from '../../../src/run/execute.ts';
import { Hosts } from '../../../src/run/hosts.ts';
import { Slots } from '../../../src/run/slots.ts';
import type { Store, StoredResult } from '../../../src/run/store.ts';
import { coordinateTune } from '../../../src/run/tune/coordinate.ts';
import type { Execute } from '../../../src/run/tune/judge.ts';
import type { PortType } from '../../../src/stages/kind.ts';
import { kindNamed } from '../../../src/stages/registry.ts';

const trials = 1000;
const text = `version: 1
name: overhead
seed: 1
stages:
  download: { dataset: shapes10, limit: { train: 100, test: 40 }, validation: 0.2 }
  normalize: { data: download }
  tune:
    search: { tpe: { trials: ${trials} } }
    epochs: 1
    space:
      filters: { int: [4, 64] }
      dropout: { float: [0.1, 0.5] }
      learningRate: { float: [1.0e-4, 1.0e-2], log: true }
      optimizer: { choice: [adam, rmsprop] }
      momentum: { float: [0.1, 0.9], when: { optimizer: rmsprop } }
    trial:
      build:
        input: [32, 32, 3]
        layers:
          - conv2d: { filters: "\${trial.filters}", kernelSize: 3, activation: relu }
          - globalAveragePooling2d: {}
          - dropout: { rate: "\${trial.dropout}" }
          - dense: { units: 10, activation: softmax }
      train: { model: build, data: normalize, optimizer: { "\${trial.optimizer}": { learningRate: "\${trial.learningRate}", momentum: "\${trial.momentum}" } } }
`;

const folder = mkdtempSync(join(tmpdir(), 'pipe-bench-'));
try {
  writeFileSync(join(folder, 'p.yaml'), text);
  const store = await openCache(join(folder, 'cache'));
  const first = await seconds(store);
  const again = await seconds(store, 'maximize: valLoss');
  const machine = { cpu: cpus()[0]?.model, load: loadavg()[0], node: process.version };
  const found = { trials, algorithm: 'tpe', new: first, cached: again, machine };
  writeFileSync(resolve('test/bench/tune/overhead.json'), `${JSON.stringify(found, null, 2)}\n`);
  process.stdout.write(`${JSON.stringify(found)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Of the clock, and of the processor: on a busy machine only the second says something. */
async function seconds(
  store: Store,
  objective = 'maximize: valAccuracy',
): Promise<{ readonly wall: number; readonly cpu: number }> {
  writeFileSync(
    join(folder, 'p.yaml'),
    text.replace('epochs: 1', `objective: { ${objective} }\n    epochs: 1`),
  );
  const read = readPipeline(join(folder, 'p.yaml'), { root: folder, set: [] });
  if (!read.ok) throw new Error(JSON.stringify(read.diagnostics));
  const graph = read.value;
  const tune = graph.order.find(({ kind }) => kind === 'tune');
  if (!tune) throw new Error('no search');
  const files = await leave(store, 'history.json', '{"epochs":[{"epoch":1,"valAccuracy":0.5}]}');
  const port = (type: PortType): StoredResult['ports'][string] => store.portContent(type, files);
  const result = (ports: StoredResult['ports'], values: StoredResult['values']): StoredResult => ({
    version: 1,
    engine: null,
    ports,
    values,
    summary: '',
    facts: {},
    createdBy: 'bench',
    seconds: 0,
  });
  const upstream: UpstreamResults = new Map([
    ['download', result({ data: port('dataset') }, {})],
    ['normalize', result({ data: port('dataset') }, {})],
  ]);
  /** As executeStage does it, but for the work itself. */
  const execute: Execute = async (stage, of, results, run) => {
    const made = await fingerprintStage(stage, of, results, run);
    const before = await run.store.lookup(made.hash);
    const { filters = 0, rate = 0 } = numbersIn(JSON.stringify(stage.params));
    const score = -((filters - 30) ** 2) / 900 - (Math.log10(rate) + 3) ** 2;
    const done =
      before?.results[0] ??
      (stage.kind === 'build'
        ? result({ model: port('model') }, {})
        : result(
            { trained: port('trained'), history: port('history') },
            { valAccuracy: score, valLoss: score },
          ));
    if (!before) await run.store.record(made.hash, stage.kind, made.parts, done);
    return { type: 'ran', result: done, fingerprint: made, reason: '' };
  };
  const started = performance.now();
  const before = process.cpuUsage();
  const executed = await coordinateTune(tune, graph, upstream, executionIn(store), execute);
  if (executed.type !== 'ran') throw new Error(JSON.stringify(executed));
  const { user, system } = process.cpuUsage(before);
  return { wall: (performance.now() - started) / 1000, cpu: (user + system) / 1e6 };
}

function numbersIn(params: string): { filters?: number; rate?: number } {
  const [, filters] = /"filters":(\d+)/.exec(params) ?? [];
  const [, rate] = /"learningRate":([\d.e-]+)/.exec(params) ?? [];
  return { ...(filters ? { filters: Number(filters) } : {}), ...(rate ? { rate: Number(rate) } : {}) };
}

async function leave(
  store: Store,
  name: string,
  content: string,
): Promise<Awaited<ReturnType<Store['adoptFolder']>>> {
  const work = await store.workFolder();
  writeFileSync(join(work, name), content);
  return store.adoptFolder(work);
}

function executionIn(store: Store): Execution {
  const never = new AbortController().signal;
  return {
    store,
    kinds: kindNamed,
    env: {},
    engine: { identity: { engine: 'none' }, exclusive: false, order: { name: 'wasm', files: {} }, env: {} },
    history: { find: async () => null },
    rerun: new Set(),
    hosts: new Hosts(''),
    mirrors: [],
    slots: new Slots({ cpu: 1, gpu: 0, memory: 0 }),
    version: 'bench',
    signal: never,
    kill: never,
    halted: () => null,
    emit: () => {},
  };
}
