import type { CommonFlags } from './main.ts';
import { print, printJson, talk } from './output.ts';
import { readSettings } from './settings.ts';

/** The engines, the fastest first: what works, and what would make the others work. */
export async function list(flags: CommonFlags): Promise<number> {
  const { chooseEngine, describeEngines } = await import('../nn/engines.ts');
  const settings = readSettings(flags).engineSettings;
  const engines = describeEngines(settings);
  const auto = chooseEngine('auto', settings).name;
  if (flags.json) {
    printJson({ version: 1, auto, engines });
    return 0;
  }
  const { formatTable } = await import('../ui/table.ts');
  const rows = engines.map((engine) => [
    engine.name + (engine.name === auto ? ' (auto)' : ''),
    engine.works ? 'works' : 'no',
    engine.works ? engine.label : `${engine.why}: ${engine.fix}`,
  ]);
  print(formatTable(['engine', 'works', 'what'], rows));
  return 0;
}

export interface InstallFlags extends CommonFlags {
  readonly from?: string;
}

export async function install(_engine: 'native', flags: InstallFlags): Promise<number> {
  const { installNative } = await import('../nn/native/install/install.ts');
  const settings = readSettings(flags);
  const { line } = await talk();
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const manifest = await installNative({
    folder: settings.engineSettings.folder,
    wheel: flags.from ?? null,
    mirrors: settings.mirrors,
    onStep: line,
    onBytes: () => {},
    signal: stop.signal,
  });
  if (flags.json) printJson({ version: 1, installed: manifest });
  else print(`native: TensorFlow ${manifest.tensorflow} works`);
  return 0;
}

export async function uninstall(_engine: 'native', flags: CommonFlags): Promise<number> {
  const { uninstallNative } = await import('../nn/native/install/install.ts');
  const removed = await uninstallNative(readSettings(flags).engineSettings.folder);
  if (flags.json) printJson({ version: 1, removed });
  else print(removed ? 'native: removed' : 'native: was not installed');
  return 0;
}
