/** What this machine has for stages: as `PIPE_RESOURCES` and `--jobs` say, else as it is. */
import { readdirSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { Failure } from '../diagnostics/diagnostic.ts';
import { type Resources, readSize } from '../pipeline/policy.ts';

/** Failure: `invalid-resources`. */
export function readResources(text: string, jobs: string | undefined): Resources {
  const given = text.split(',').filter((part) => part.trim() !== '');
  const said = Object.fromEntries(given.map((part) => readOne(part.trim())));
  return {
    cpu: jobs === undefined ? (said.cpu ?? availableParallelism()) : positive(jobs, `--jobs ${jobs}`),
    gpu: said.gpu ?? countGpus(),
    memory: said.memory ?? totalmem(),
  };
}

function readOne(part: string): [string, number] {
  const [name = '', value = ''] = part.split('=');
  if (!['cpu', 'gpu', 'memory'].includes(name)) throw invalid(part);
  const number = name === 'memory' ? readSize(value) : value === '' ? Number.NaN : Number(value);
  if (!(number >= 0)) throw invalid(part);
  return [name, number];
}

function positive(value: string, said: string): number {
  const number = Number(value);
  if (!(number > 0)) throw invalid(said);
  return number;
}

function invalid(said: string): Failure {
  return new Failure('invalid-resources', `\`${said}\` says nothing of what the machine has`, {
    fix: 'write PIPE_RESOURCES=cpu=8,gpu=1,memory=32GB; --jobs takes a number above 0',
  });
}

/** NVIDIA's driver makes a device file for each on Linux; elsewhere PIPE_RESOURCES has to say it. */
function countGpus(): number {
  try {
    return readdirSync('/dev').filter((name) => /^nvidia\d+$/.test(name)).length;
  } catch {
    return 0;
  }
}
