// Requires built files with the code that V8 made of them at an earlier start: compiling anew costs a third of a start. What is
// kept lies beside the build, a file a command: each compiles other functions.
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';

/** Runs a built file and what it requires; `command` names what is kept. */
export function requireCached(entry, command) {
  const folder = dirname(entry);
  const file = join(folder, `${/^[a-z]+$/.test(command) ? command : 'pipe'}.${process.version}.code`);
  const scripts = new Scripts(readKept(file, entry));
  const modules = new Map();
  const fromNode = createRequire(entry);
  const require = (name) => (name.startsWith('./') ? load(join(folder, name)) : fromNode(name));
  const load = (path) => {
    const known = modules.get(path);
    if (known) return known.exports;
    const module = { exports: {} };
    modules.set(path, module);
    scripts.of(path).runInThisContext().call(module.exports, module.exports, require, module, path, folder);
    return module.exports;
  };
  load(entry);
  const atStart = modules.size;
  process.on('exit', (code) => {
    // A word that is no command's, and so loads none, leaves no file.
    const isCommand = code === 0 || modules.size > atStart;
    if (isCommand && scripts.isNews) keep(file, entry, scripts);
  });
}

class Scripts {
  /** Was any compiled here? */
  isNews = false;
  #kept;
  #scripts = new Map();

  constructor(kept) {
    this.#kept = kept;
  }

  of(path) {
    const cachedData = this.#kept.get(path);
    const head = '(function (exports, require, module, __filename, __dirname) {';
    const script = new Script(`${head}${readFileSync(path, 'utf8')}\n})`, { filename: path, cachedData });
    this.isNews ||= script.cachedDataRejected !== false;
    this.#scripts.set(path, script);
    return script;
  }

  /** With the functions that have been compiled since. */
  compiled() {
    const made = [...this.#scripts].map(([path, script]) => [path, script.createCachedData()]);
    return new Map([...this.#kept, ...made]);
  }
}

/** A line of JSON, the seal and [path, length] each; then the bytes, one after the other. What is damaged is none. */
function readKept(file, entry) {
  try {
    const bytes = readFileSync(file);
    let at = bytes.indexOf('\n') + 1;
    const { seal, lengths } = JSON.parse(bytes.subarray(0, at));
    if (seal !== sealOf(entry, bytes.subarray(at))) return new Map();
    return new Map(
      lengths.map(([path, length]) => {
        at += length;
        return [path, bytes.subarray(at - length, at)];
      }),
    );
  } catch {
    return new Map();
  }
}

/** It saves time only: where it can't be written, the next start compiles again. */
function keep(file, entry, scripts) {
  const temporary = `${file}.${process.pid}`;
  try {
    // Tried before anything is made: that takes 10 ms.
    writeFileSync(temporary, '');
    const code = scripts.compiled();
    const lengths = [...code].map(([path, bytes]) => [path, bytes.length]);
    const bytes = Buffer.concat([...code.values()]);
    const head = JSON.stringify({ seal: sealOf(entry, bytes), lengths });
    writeFileSync(temporary, Buffer.concat([Buffer.from(`${head}\n`), bytes]));
    renameSync(temporary, file);
  } catch {
    rmSync(temporary, { force: true });
  }
}

/** V8 looks at its version and a source's length only, and trusts the rest. A chunk's name tells its content, the entry's does not. */
const sealOf = (entry, bytes) => createHash('sha256').update(readFileSync(entry)).update(bytes).digest('hex');
