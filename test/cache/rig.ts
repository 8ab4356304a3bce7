/** A cache in a temporary folder, and folders of files to put into it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { openCache } from '../../src/cache/cache.ts';
import type { PortContent, Store, StoredResult } from '../../src/run/store.ts';

export interface Rig {
  /** The cache's folder. */
  readonly folder: string;
  readonly store: Store;
}

export async function makeRig(t: TestContext): Promise<Rig> {
  const folder = makeFolder(t);
  return { folder, store: await openCache(folder) };
}

export function makeFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'pipe-cache-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes the files into a new working folder and has the store adopt them. */
export async function adopt(store: Store, files: { [path: string]: string }): Promise<PortContent> {
  const work = await store.workFolder();
  writeFiles(work, files);
  const adopted = await store.adoptFolder(work);
  await store.removeWork(work);
  return store.portContent('files', adopted);
}

export function writeFiles(folder: string, files: { [path: string]: string }): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

export function resultOf(
  port: PortContent,
  engine: StoredResult['engine'] = null,
  summary = '',
): StoredResult {
  return {
    version: 1,
    engine,
    ports: { out: port },
    values: {},
    summary,
    facts: {},
    createdBy: '0',
    seconds: 1,
  };
}

/** A well-formed key. */
export const key = (letter: string): string => letter.repeat(64);
