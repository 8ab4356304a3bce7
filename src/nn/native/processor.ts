import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** Widest first: what oneDNN chooses its kernels by, so it decides bytes. */
const known = ['amx_tile', 'avx512_bf16', 'avx512_vnni', 'avx512f', 'avx2', 'avx', 'sve', 'asimd'];

/** The widest vector instructions that the processor has, or its model where the system doesn't list them. */
export function instructionSet(): string {
  const flags = new Set(flagsOf(readText('/proc/cpuinfo')));
  return known.find((name) => flags.has(name)) ?? cpus()[0]?.model ?? process.arch;
}

/**
 * Does oneDNN compute in bfloat16 with these instructions? On x86 it takes AVX-512 at the least (oneDNN's developer guide,
 * "Data Types"), named as the system or as ONEDNN_MAX_CPU_ISA names them.
 */
export const computesBfloat16 = (instructions: string): boolean => !/^(sse\d*|avx|avx2)$/i.test(instructions);

function flagsOf(text: string): string[] {
  const line = /^(?:flags|Features)\s*:(.*)$/m.exec(text)?.[1] ?? '';
  return line.trim().split(/\s+/);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
