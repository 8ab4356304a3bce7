/** Files that are there whole or not at all, and JSON that tells when it is not what was written. */

import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { codeOf } from '../diagnostics/system-code.ts';

let counter = 0;

/** A name beside `path` that no other process or call uses. */
export function temporaryName(path: string): string {
  return `${path}.${process.pid}-${Date.now().toString(36)}-${counter++}.tmp`;
}

/**
 * Writes under a temporary name and renames it into place: whatever kills the process, the file is the old one or the
 * new one. A crash of the machine may tear it; flushing each would cost more than all the rest, so readers can tell.
 */
export function writeAtomically(path: string, text: string): void {
  write(path, (temporary) => writeFileSync(temporary, text, { flag: 'wx' }));
}

/** The same, flushed to the disk: for what nobody could tell from damage. */
export function writeDurably(path: string, text: string): void {
  write(path, (temporary) => {
    const file = openSync(temporary, 'wx');
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  });
}

function write(path: string, make: (temporary: string) => void): void {
  const temporary = temporaryName(path);
  try {
    try {
      make(temporary);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
      mkdirSync(dirname(path), { recursive: true });
      make(temporary);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** None where there is no such folder: system and people leave files where folders are expected, such as .DS_Store. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return [];
    throw error;
  }
}

/** JSON with its own sha256 before it: what a flipped bit, a cut or noise has changed is not taken for what was written. */
export function seal(json: string): string {
  return `${head}${sha256(json)}${middle}${json}}\n`;
}

const head = '{"sha256":"';
const middle = '",\n"value":';
const start = head.length + 64 + middle.length;

/** What was sealed, parsed; undefined for anything else. Files of before there were seals are taken as they are. */
export function unsealed(text: string): unknown {
  const json = unsealedJson(text);
  return json === undefined ? undefined : JSON.parse(json);
}

function unsealedJson(text: string): string | undefined {
  if (!text.startsWith(head)) return isJson(text) ? text : undefined;
  const json = text.slice(start, -2);
  return text.slice(head.length, head.length + 64) === sha256(json) ? json : undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Undefined for a file that is not there, can't be read, or is damaged. */
export function readSealed(path: string): unknown {
  try {
    return unsealed(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** The same, before it is parsed. Looks first: an error that is caught costs ten times as much, and most are not there. */
export function readSealedJson(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return unsealedJson(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
