/** The same N trivial stages, each a line for the shell that writes one small file, for each tool. */
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export interface Tool {
  readonly name: string;
  /** Writes the project; the command runs it. */
  prepare(folder: string, count: number): void;
  readonly command: readonly string[];
  /** Beyond it, it takes minutes. */
  readonly most?: number;
  /** Before the first run. */
  readonly init?: readonly string[];
}

const pipe = resolve('src/build/launch.mjs');
const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** `peers` holds bin/ with doit, snakemake and dvc, and node_modules/.bin/wireit; what is not there is left out. */
export function toolsIn(peers: { readonly python: string; readonly npm: string }): Tool[] {
  const python = (name: string): string => join(peers.python, 'bin', name);
  const wireit = join(peers.npm, 'node_modules/.bin/wireit');
  const all: Tool[] = [
    {
      name: 'pipe',
      command: [process.execPath, pipe, 'run', 'p.yaml'],
      prepare: (folder, count) => {
        writeFileSync(join(folder, 'package.json'), '{}');
        const stages = numbers(count).map(
          (i) => `  s${i}: { kind: command, run: "echo ${i} > out.txt", out: { o: out.txt } }\n`,
        );
        writeFileSync(join(folder, 'p.yaml'), `version: 1\nname: p\nstages:\n${stages.join('')}`);
      },
    },
    {
      name: 'make',
      command: ['make', '-s', '-j2'],
      prepare: (folder, count) => {
        const rules = numbers(count).map((i) => `out/${i}:\n\techo ${i} > $@\n`);
        const all = numbers(count).map((i) => `out/${i}`);
        writeFileSync(join(folder, 'Makefile'), `all: ${all.join(' ')}\n${rules.join('')}`);
        mkdirSync(join(folder, 'out'));
      },
    },
    {
      name: 'doit',
      command: [python('doit'), '-n', '2', '-P', 'thread', '-v', '0'],
      prepare: (folder, count) => {
        writeFileSync(
          join(folder, 'dodo.py'),
          `def task_s():\n    for i in range(${count}):\n        yield {"name": str(i), "actions": [f"echo {i} > out/{i}"], "targets": [f"out/{i}"], "uptodate": [True]}\n`,
        );
        mkdirSync(join(folder, 'out'));
      },
    },
    {
      name: 'wireit',
      command: ['npm', 'run', '--silent', 'all'],
      prepare: (folder, count) => {
        const scripts = Object.fromEntries(numbers(count).map((i) => [`s${i}`, 'wireit']));
        const steps = Object.fromEntries(
          numbers(count).map((i) => [
            `s${i}`,
            { command: `echo ${i} > out/${i}`, files: [], output: [`out/${i}`] },
          ]),
        );
        writeFileSync(
          join(folder, 'package.json'),
          JSON.stringify({
            scripts: { ...scripts, all: 'wireit' },
            wireit: { ...steps, all: { dependencies: numbers(count).map((i) => `s${i}`) } },
          }),
        );
        mkdirSync(join(folder, 'out'));
        symlinkSync(join(peers.npm, 'node_modules'), join(folder, 'node_modules'));
      },
    },
    {
      name: 'Snakemake',
      command: [python('snakemake'), '-c2', '-q', 'all'],
      prepare: (folder, count) => {
        const all = numbers(count).map((i) => `"out/${i}"`);
        const rules = numbers(count).map(
          (i) => `rule s${i}:\n    output: "out/${i}"\n    shell: "echo ${i} > {output}"\n`,
        );
        writeFileSync(
          join(folder, 'Snakefile'),
          `rule all:\n    input: ${all.join(', ')}\n${rules.join('')}`,
        );
      },
    },
    {
      name: 'DVC',
      most: 100,
      init: [python('dvc'), 'init', '--no-scm', '-q'],
      command: [python('dvc'), 'repro', '-q'],
      prepare: (folder, count) => {
        const stages = numbers(count).map(
          (i) => `  s${i}:\n    cmd: echo ${i} > out${i}\n    outs: [out${i}]\n`,
        );
        writeFileSync(join(folder, 'dvc.yaml'), `stages:\n${stages.join('')}`);
      },
    },
  ];
  return all.filter(
    ({ name, command }) =>
      name === 'make' || (name === 'wireit' ? existsSync(wireit) : existsSync(command[0] ?? '')),
  );
}
