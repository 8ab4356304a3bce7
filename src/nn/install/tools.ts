/** The programs that an installation needs, and how to get them. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { Failure } from '../../diagnostics/diagnostic.ts';

/** A program and the arguments that it always gets. */
export type Tool = readonly [program: string, ...args: string[]];

/** Failure: `tool-missing`. */
export function findCompiler(env: NodeJS.ProcessEnv): Tool {
  const { CXX } = env;
  // As make takes it: a program and its arguments, such as `ccache g++`.
  const words = (CXX ?? '').split(' ').filter((word) => word !== '');
  const [own, ...args] = CXX !== undefined && existsSync(CXX) ? [CXX] : words;
  const wanted: Tool[] = own === undefined ? [['g++'], ['clang++'], ['c++']] : [[own, ...args]];
  return findTool(env, 'a C++ compiler', wanted, {
    debian: 'apt-get install g++',
    fedora: 'dnf install gcc-c++',
    arch: 'pacman -S gcc',
    suse: 'zypper install gcc-c++',
    darwin: 'xcode-select --install',
  });
}

/** Failure: `tool-missing`. */
export function findPip(env: NodeJS.ProcessEnv): Tool {
  const candidates: Tool[] = [['python3', '-m', 'pip'], ['python', '-m', 'pip'], ['pip3'], ['pip']];
  return findTool(env, 'pip, which finds and checks the wheel,', candidates, {
    debian: 'apt-get install python3-pip',
    fedora: 'dnf install python3-pip',
    arch: 'pacman -S python-pip',
    suse: 'zypper install python3-pip',
    darwin: 'python3 -m ensurepip',
  });
}

/** What a program said of why it failed, or why it could not be started. */
export function toldBy(error: unknown): string {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  return said !== '' ? said : error instanceof Error ? error.message : String(error);
}

type Commands = { readonly [family in 'debian' | 'fedora' | 'arch' | 'suse' | 'darwin']: string };

function findTool(
  env: NodeJS.ProcessEnv,
  what: string,
  candidates: readonly Tool[],
  commands: Commands,
): Tool {
  const found = candidates.find(
    ([program, ...args]) => spawnSync(program, [...args, '--version'], { env, stdio: 'ignore' }).status === 0,
  );
  if (found) return found;
  const tried = candidates.map((tool) => tool.join(' ')).join(', ');
  throw new Failure('tool-missing', `${what} is missing (tried ${tried})`, {
    fix: `install it: ${commandFor(commands)}`,
  });
}

function commandFor(commands: Commands): string {
  const family = familyOf();
  return family === null ? Object.values(commands).slice(0, 4).join(', or ') : commands[family];
}

/** From os-release: https://www.freedesktop.org/software/systemd/man/os-release.html */
function familyOf(): keyof Commands | null {
  if (process.platform === 'darwin') return 'darwin';
  const text = readText('/etc/os-release');
  const ids = [...text.matchAll(/^ID(?:_LIKE)?="?([^"\n]*)"?$/gm)].flatMap((match) =>
    (match[1] ?? '').split(' '),
  );
  const families: { readonly [id: string]: keyof Commands } = {
    debian: 'debian',
    ubuntu: 'debian',
    fedora: 'fedora',
    rhel: 'fedora',
    arch: 'arch',
    suse: 'suse',
    opensuse: 'suse',
  };
  for (const id of ids) if (families[id] !== undefined) return families[id];
  return null;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
