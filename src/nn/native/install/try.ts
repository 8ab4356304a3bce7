/** Loads an addon in a process of its own, so that one that kills it kills nothing else. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Failure } from '../../../diagnostics/diagnostic.ts';

const program =
  'const a = require(process.argv[1]); console.log(JSON.stringify({ tensorflow: a.TF_Version, gpu: a.isUsingGpuDevice() }))';

export interface Tried {
  readonly tensorflow: string;
  /** TensorFlow found a CUDA device. */
  readonly gpu: boolean;
}

/** Failure: `engine-broken`, with what the loader said. */
export async function tryAddon(addon: string): Promise<Tried> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['--eval', program, addon], {
      env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' },
    });
    const told: unknown = JSON.parse(stdout);
    if (isTried(told)) return told;
    throw new Error(`it answered ${stdout.trim()}`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Failure('engine-broken', `the addon does not load: ${lastError(why)}`, {
      fix: 'pipe engine install native',
    });
  }
}

function isTried(value: unknown): value is Tried {
  if (typeof value !== 'object' || value === null) return false;
  const frame = new Map(Object.entries(value));
  return typeof frame.get('tensorflow') === 'string' && typeof frame.get('gpu') === 'boolean';
}

/** The line with the error out of what Node prints of an uncaught one. */
function lastError(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.find((line) => /^\w*Error: /.test(line)) ?? lines.at(-1) ?? text;
}
