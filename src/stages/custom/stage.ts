/** Loads a project's module, TypeScript too, in the stage's own process. */
import { pathToFileURL } from 'node:url';
import { tsImport } from 'tsx/esm/api';
import { Failure } from '../../diagnostics/diagnostic.ts';
import type { RunStage } from '../context.ts';

/** Failure `invalid-module` when it can't be loaded or exports no `run`; what `run` throws is the stage's own failure. */
export async function loadModule(module: string): Promise<{ run: RunStage }> {
  const loaded: unknown = await tsImport(pathToFileURL(module).href, import.meta.url);
  const run = typeof loaded === 'object' && loaded !== null && 'run' in loaded ? loaded.run : undefined;
  if (!isRun(run))
    throw new Failure('invalid-module', `\`${module}\` exports no function \`run\``, {
      fix: 'write `export async function run(context) { … }`',
    });
  return { run: async (context) => outcomeOf(await run(context), module) };
}

function isRun(value: unknown): value is (...given: Parameters<RunStage>) => unknown {
  return typeof value === 'function';
}

async function outcomeOf(given: unknown, module: string): ReturnType<RunStage> {
  const entries = new Map(Object.entries(Object(given)));
  const summary = entries.get('summary') ?? '';
  const values = Object.entries(Object(entries.get('values') ?? {}));
  const wrong = values.find(([, value]) => typeof value !== 'number' && typeof value !== 'string');
  if (typeof summary !== 'string' || wrong)
    throw new Failure(
      'invalid-module',
      `\`run\` of \`${module}\` gave ${wrong ? `a value \`${wrong[0]}\` that is neither number nor text` : 'a summary that is no text'}`,
      {
        fix: 'return `{ summary, values }`',
      },
    );
  return {
    summary,
    values: Object.fromEntries(
      values.map(([name, value]) => [name, typeof value === 'number' ? value : String(value)]),
    ),
  };
}
