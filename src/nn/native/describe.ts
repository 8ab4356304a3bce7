/** What the native engine is on this machine, told from files and, where it may find a GPU, from what it found. */
import { spawnSync } from 'node:child_process';
import { hasNvidia } from '../devices.ts';
import { type Engine, type EngineSettings, ranks } from '../engines.ts';
import { ask } from '../probe.ts';
import { findInstallation, type Installation, nativeProbe } from './installation.ts';
import { computesBfloat16, instructionSet } from './processor.ts';

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

type Whole = Extract<Installation, { state: 'whole' }>;

export function describeNative(settings: EngineSettings): Engine {
  const found = findInstallation(settings);
  if (found.state !== 'whole') {
    const fix = `\`pipe engine install native${hasNvidia() ? ' --gpu' : ''}\``;
    return { name: 'native', works: false, why: found.why, fix, faster: fix };
  }
  if (found.device === 'cpu') return onCpu(found, settings, {});
  const { device, why } = findCuda(found, settings);
  return device === null
    ? onCpu(found, settings, { note: `no CUDA device: ${why}` })
    : onCuda(found, settings, device);
}

function onCpu(found: Whole, { threads, env }: EngineSettings, more: { note?: string }): Engine {
  const instructions = env.ONEDNN_MAX_CPU_ISA || env.DNNL_MAX_CPU_ISA || instructionSet();
  return {
    name: 'native',
    works: true,
    label: `TensorFlow ${found.tensorflow}, ${threads} CPU thread${threads === 1 ? '' : 's'}`,
    ...more,
    rank: ranks.cpu,
    bfloat16: computesBfloat16(instructions),
    identity: {
      engine: 'native',
      library: `tensorflow ${found.tensorflow}`,
      device: 'cpu',
      instructions,
      threads,
    },
    order: { name: 'native', files: { addon: found.addon } },
    // A library that can use a GPU would, and results would count as the CPU's.
    env: { ...always(threads), CUDA_VISIBLE_DEVICES: '-1' },
  };
}

function onCuda(found: Whole, settings: EngineSettings, device: string): Engine {
  const { tf32, deterministic, threads } = settings;
  return {
    name: 'native',
    works: true,
    label: `TensorFlow ${found.tensorflow} on ${device}`,
    rank: ranks.cuda,
    bfloat16: true,
    identity: {
      engine: 'native',
      library: `tensorflow ${found.tensorflow}`,
      device,
      libraries: found.libraries,
      settings: { deterministic, tf32 },
    },
    order: { name: 'native', files: { addon: found.addon } },
    env: {
      ...always(threads),
      // Else it takes all of the GPU's memory at its start.
      TF_FORCE_GPU_ALLOW_GROWTH: 'true',
      TF_DETERMINISTIC_OPS: deterministic ? '1' : '0',
      NVIDIA_TF32_OVERRIDE: tf32 ? '1' : '0',
    },
  };
}

function always(threads: number): { [name: string]: string } {
  return {
    GLIBC_TUNABLES: allocator,
    TF_CPP_MIN_LOG_LEVEL: '2',
    // Both decide in which order sums are made, so they decide bytes.
    TF_NUM_INTRAOP_THREADS: String(threads),
    TF_ENABLE_ONEDNN_OPTS: '1',
  };
}

function findCuda(
  { addon }: Whole,
  { folder, env, fresh = false }: EngineSettings,
): { device: string | null; why: string } {
  const silent = { ...env, TF_CPP_MIN_LOG_LEVEL: '0', TF_FORCE_GPU_ALLOW_GROWTH: 'true' };
  const { told, log } = ask({ folder, addon, program: nativeProbe, env: silent, fresh });
  if (told?.gpu === true) return { device: deviceName(env), why: '' };
  return { device: null, why: hasNvidia() ? cudaProblem(log) : 'there is no NVIDIA driver' };
}

/** The line of TensorFlow's log that names the cause, without its date and source. */
function cudaProblem(log: string): string {
  const lines = log.split('\n').filter((line) => /cuda|cudnn|driver|gpu librar/i.test(line));
  return lines.at(-1)?.replace(/^.*?\] */, '') ?? 'TensorFlow found none, though there is a driver';
}

/** As the driver tells it. */
function deviceName(env: NodeJS.ProcessEnv): string {
  const asked = spawnSync('nvidia-smi', ['--query-gpu=name', '--format=csv,noheader'], {
    env,
    encoding: 'utf8',
  });
  return asked.stdout?.split('\n')[0]?.trim() || 'a CUDA device';
}
