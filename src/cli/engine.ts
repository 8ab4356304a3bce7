/** `pipe engine` and what is below it. */
import { Failure } from '../diagnostics/diagnostic.ts';
import type { Engine } from '../nn/engines.ts';
import type { Manifest } from '../nn/manifest.ts';
import { listenForInterrupts } from './interrupt.ts';
import type { CommonFlags } from './main.ts';
import { print, printJson } from './output.ts';
import { readSettings, type Settings } from './settings.ts';

/** The engines, the fastest first: what works, and what would make the others work. */
export async function list(flags: CommonFlags): Promise<number> {
  const { chooseEngine, describeEngines } = await import('../nn/engines.ts');
  const settings = { ...readSettings(flags).engineSettings, fresh: true };
  const engines = describeEngines(settings);
  const auto = chooseEngine('auto', { ...settings, fresh: false }).name;
  if (flags.json) printJson({ version: 1, auto, folder: settings.folder, engines });
  else {
    const { formatTable } = await import('../ui/table.ts');
    const rows = engines.map((engine) => [engine.name, stateOf(engine, auto), whatOf(engine)]);
    print(formatTable(['engine', 'state', 'what'], rows));
  }
  return 0;
}

function stateOf(engine: Engine, auto: string): string {
  if (!engine.works) return 'missing';
  return engine.name === auto ? 'auto' : 'works';
}

function whatOf(engine: Engine): string {
  if (!engine.works) return `${engine.why}: ${engine.fix}`;
  return engine.label + (engine.note === undefined ? '' : `; ${engine.note}`);
}

export interface InstallFlags extends CommonFlags {
  readonly from?: string[];
  readonly gpu?: boolean;
}

export type Installable = 'native' | 'webgpu';

export async function install(engine: Installable, flags: InstallFlags): Promise<number> {
  const settings = readSettings(flags);
  const progress = await makeProgress(flags);
  const interrupts = listenForInterrupts(() => progress.onStep('stopping'));
  try {
    const installed = await installers[engine](flags, settings, { ...progress, signal: interrupts.signal });
    progress.close();
    if (flags.json) printJson({ version: 1, engine, installed });
    else print(`${engine}: ${Object.values(installed.facts).slice(0, 2).join(', ')} is installed`);
    return 0;
  } catch (error) {
    progress.close();
    if (interrupts.signal.aborted) return 130;
    throw error;
  } finally {
    interrupts.stopListening();
  }
}

type Watch = Pick<Progress, 'onStep' | 'onBytes'> & { readonly signal: AbortSignal };

const installers: {
  readonly [name in Installable]: (
    flags: InstallFlags,
    settings: Settings,
    watch: Watch,
  ) => Promise<Manifest>;
} = {
  native: async ({ from = [], gpu = false }, { engineSettings: { folder, env }, mirrors }, watch) => {
    const { installNative } = await import('../nn/native/install/install.ts');
    return installNative({ folder, env, mirrors, wheels: from, gpu, ...watch });
  },
  webgpu: async ({ from = [], gpu = false }, { engineSettings: { folder, env } }, watch) => {
    if (gpu)
      throw new Failure('invalid-call', '`--gpu` is for the engine native', {
        fix: 'leave it out: webgpu takes any GPU as it is',
      });
    if (from.length > 1)
      throw new Failure('invalid-call', `\`--from\` names ${from.length} files; webgpu is one`, {
        fix: 'name the npm package `webgpu` alone',
      });
    const { installWebgpu } = await import('../nn/webgpu/install.ts');
    return installWebgpu({ folder, env, archive: from[0] ?? null, ...watch });
  },
};

export async function uninstall(engine: Installable, flags: CommonFlags): Promise<number> {
  const { remove } = await import('../nn/install/place.ts');
  const { join } = await import('node:path');
  const removed = await remove(join(readSettings(flags).engineSettings.folder, engine));
  if (flags.json) printJson({ version: 1, engine, removed });
  else print(removed ? `${engine}: removed` : `${engine}: was not installed`);
  return 0;
}

interface Progress {
  onStep(text: string): void;
  onBytes(done: number, total: number | null): void;
  close(): void;
}

async function makeProgress(flags: CommonFlags): Promise<Progress> {
  if (flags.json) return { onStep: () => {}, onBytes: () => {}, close: () => {} };
  const { createSteps } = await import('../ui/steps.ts');
  return createSteps(process.stderr, process.stderr.isTTY === true && process.env.CI === undefined);
}
