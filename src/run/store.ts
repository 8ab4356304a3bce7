/** What plan and run need of a cache. */
import type { JsonObject, PortType } from '../stages/kind.ts';

export type EngineIdentity = JsonObject;

/** An object: immutable bytes, named by their sha256. */
export interface FileRef {
  readonly hash: string;
  readonly size: number;
}
export type Files = { readonly [path: string]: FileRef };

export interface PortContent {
  readonly type: PortType;
  /** sha256 of the canonical JSON of path → hash. */
  readonly digest: string;
  readonly files: Files;
  /** Components that are at work when the content is used: a model's layers, a dataset's augmentation. */
  readonly uses?: readonly string[];
}

export interface StoredResult {
  readonly version: 1;
  /** Null where no engine was used. */
  readonly engine: EngineIdentity | null;
  readonly ports: { readonly [port: string]: PortContent };
  readonly values: { readonly [value: string]: number | string | boolean };
  readonly summary: string;
  readonly facts: JsonObject;
  /** The version of `pipe`. */
  readonly createdBy: string;
  readonly seconds: number;
  /** Where they went, as shares of 1. */
  readonly timing?: { readonly [part: string]: number };
  /** The most memory that its process held, in bytes; null where it was not measured. */
  readonly peakMemory?: number | null;
  /** ISO 8601, UTC. */
  readonly createdAt?: string;
}

export interface IndexEntry {
  readonly version: 1;
  readonly fingerprint: string;
  readonly kind: string;
  readonly parts: JsonObject;
  readonly results: readonly StoredResult[];
}

/** What the file system says of a file or folder: while it says the same, it is the same. */
export type Stamp = readonly [size: number, mtimeMs: number, ctimeMs: number, inode: number];

export interface Evidence {
  /** In the cache. */
  readonly paths: readonly string[];
  /** Of their stamps, in this order. */
  readonly digest: string;
}

export type LeaseAnswer =
  | { readonly type: 'held'; release(): void }
  /** A living process has one of the names. */
  | { readonly type: 'busy'; readonly owner: string };

export interface Store {
  readonly folder: string;
  readonly downloads: string;
  /** Null for what isn't there, is damaged, or is of another version. */
  lookup(fingerprint: string): Promise<IndexEntry | null>;
  /** Only after all objects are there; replaces an earlier result of the same engine. */
  record(fingerprint: string, kind: string, parts: JsonObject, result: StoredResult): Promise<void>;
  /** Says that this process needs the results of these fingerprints: they stay until the process has ended. */
  use(fingerprints: readonly string[]): void;
  /** Moves a folder's files into the store; {} when there is no such folder. */
  adoptFolder(folder: string): Promise<Files>;
  /** Moves one file into the store. */
  adoptFile(file: string): Promise<FileRef>;
  /** Puts a text into the store, by way of `file`. */
  adoptText(text: string, file: string): Promise<FileRef>;
  /** `uses`: names of the components that it takes to use it. */
  portContent(type: PortType, files: Files, uses?: readonly string[]): PortContent;
  /** Are all its objects there and whole? */
  intact(port: PortContent): Promise<boolean>;
  objectPath(ref: FileRef): string;
  readonly checkpoints: {
    /** The newest at or below `maxEpoch` whose objects are whole: relative path → absolute path. */
    latest(
      prefix: string,
      engine: EngineIdentity,
      maxEpoch: number,
    ): Promise<{ readonly epoch: number; readonly files: { readonly [path: string]: string } } | null>;
    save(prefix: string, engine: EngineIdentity, epoch: number, folder: string): Promise<void>;
  };
  /** An empty folder for a running stage, on the store's own file system; `FOLDER.*` beside it is its own too. */
  workFolder(): Promise<string>;
  removeWork(folder: string): Promise<void>;
  /** A process group that works for a stage: it is ended with the folders, should this process die. */
  noteGroup(pid: number): void;
  /** Keeps a failed stage's log as its newest; tells where, or null when there is none. */
  keepLog(pipeline: string, profile: string | null, stage: string, file: string): Promise<string | null>;
  /** All these names at once, for this process alone, until they are given back. */
  lease(names: readonly string[]): LeaseAnswer;
  /** Makes cache/out/PIPELINE[@PROFILE]/STAGE hold these ports: PORT/FILE. */
  bringOut(
    pipeline: string,
    profile: string | null,
    stage: string,
    ports: { readonly [port: string]: PortContent },
  ): Promise<void>;
  readonly evidence: {
    /** Of results that are whole and brought out; null where it was not seen that they are. */
    gather(
      pipeline: string,
      profile: string | null,
      results: readonly (Pick<StoredResult, 'ports'> & {
        readonly stage: string;
        readonly fingerprint: string;
      })[],
    ): Evidence | null;
    /** Has nothing of it changed? Whoever asks says before that it needs the results. */
    holds(evidence: Evidence): boolean;
  };
  /** sha256 of a file of the user's. */
  hashFile(path: string): Promise<string>;
  /** What can be worked out again: small values by a digest of what they were made of; undefined for none. */
  readonly memory: { get(key: string): unknown; set(key: string, value: unknown): void };
  readonly runs: {
    write(id: string, record: object): Promise<void>;
    /** Newest first. */
    list(): Promise<readonly string[]>;
    /** By id or by the start of one; null when there is none. */
    read(id: string): Promise<JsonObject | null>;
    /** Newest first, what `headOf` takes from each record; kept until the record or `version` changes. */
    heads<T>(version: number, headOf: (record: unknown) => T | null): Promise<T[]>;
    remove(id: string): Promise<void>;
  };
}
