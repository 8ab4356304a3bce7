/** What the native engine is on this machine, told from files alone. */
import type { Engine, EngineSettings } from '../engines.ts';
import { findInstallation } from './installation.ts';
import { instructionSet } from './processor.ts';

/**
 * Fewer, larger pieces of memory that go back to the system late: 1.2 times the speed of glibc's defaults. Read when a
 * process starts.
 */
const allocator = [
  'glibc.malloc.hugetlb=1',
  'glibc.malloc.mmap_threshold=4294967296',
  'glibc.malloc.trim_threshold=8589934592',
  'glibc.malloc.top_pad=268435456',
].join(':');

const installFix = 'pipe engine install native';

export function describeNative({ folder, threads }: EngineSettings): Engine {
  const found = findInstallation(folder);
  if (found.state !== 'whole')
    return { name: 'native', works: false, why: found.why, fix: `\`${installFix}\`` };
  const { tensorflow } = found.manifest;
  return {
    name: 'native',
    works: true,
    label: `TensorFlow ${tensorflow}, ${threads} CPU thread${threads === 1 ? '' : 's'}`,
    identity: {
      engine: 'native',
      library: `tensorflow ${tensorflow}`,
      device: 'cpu',
      instructions: instructionSet(),
      threads,
    },
    order: { name: 'native', files: { addon: found.addon } },
    env: {
      GLIBC_TUNABLES: allocator,
      TF_CPP_MIN_LOG_LEVEL: '2',
      // The number decides in which order sums are made, so it decides bytes.
      TF_NUM_INTRAOP_THREADS: String(threads),
    },
  };
}
