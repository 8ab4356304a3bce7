/** The YAML language server from npm, driven as an editor drives it: JSON-RPC over its standard streams. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface Position {
  readonly line: number;
  readonly character: number;
}
export interface Problem {
  readonly message: string;
  readonly range: { readonly start: Position };
}

export class LanguageServer {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #answers = new Map<number, (result: unknown) => void>();
  readonly #problems = new Map<string, (problems: readonly Problem[]) => void>();
  #bytes = Buffer.alloc(0);
  #next = 1;

  constructor() {
    const bin = resolve('node_modules/yaml-language-server/bin/yaml-language-server');
    this.#process = spawn(process.execPath, [bin, '--stdio']);
    this.#process.stdout.on('data', (chunk: Buffer) => this.#receive(chunk));
  }

  async start(): Promise<void> {
    const root = pathToFileURL(resolve('.')).href;
    await this.#request('initialize', {
      processId: process.pid,
      rootUri: root,
      capabilities: {
        textDocument: { completion: { completionItem: {} }, hover: { contentFormat: ['markdown'] } },
      },
    });
    this.#send({ method: 'initialized', params: {} });
    const yaml = { validate: true, hover: true, completion: true, schemaStore: { enable: false } };
    this.#send({ method: 'workspace/didChangeConfiguration', params: { settings: { yaml } } });
  }

  /** Opens a text as the file at `path` and waits for what the server finds wrong. */
  open(path: string, text: string): Promise<readonly Problem[]> {
    const uri = pathToFileURL(resolve(path)).href;
    const found = new Promise<readonly Problem[]>((done) => this.#problems.set(uri, done));
    this.#send({
      method: 'textDocument/didOpen',
      params: { textDocument: { uri, languageId: 'yaml', version: 1, text } },
    });
    return found;
  }

  /** What is offered there, by label. */
  async completions(path: string, position: Position): Promise<string[]> {
    const answer = await this.#request('textDocument/completion', this.#at(path, position));
    const items: unknown = Object(answer).items ?? answer;
    return Array.isArray(items) ? items.map((item) => String(Object(item).label)) : [];
  }

  async hover(path: string, position: Position): Promise<string> {
    const answer = await this.#request('textDocument/hover', this.#at(path, position));
    return JSON.stringify(Object(answer).contents ?? '');
  }

  stop(): void {
    this.#process.kill();
  }

  #at(path: string, position: Position): object {
    return { textDocument: { uri: pathToFileURL(resolve(path)).href }, position };
  }

  #request(method: string, params: object): Promise<unknown> {
    const id = this.#next++;
    const answer = new Promise<unknown>((done) => this.#answers.set(id, done));
    this.#send({ id, method, params });
    return answer;
  }

  #send(message: object): void {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.#process.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  #receive(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    for (;;) {
      const head = this.#bytes.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.#bytes.toString('utf8', 0, head))?.[1]);
      if (this.#bytes.length < head + 4 + length) return;
      const body = this.#bytes.toString('utf8', head + 4, head + 4 + length);
      this.#bytes = this.#bytes.subarray(head + 4 + length);
      this.#handle(JSON.parse(body));
    }
  }

  #handle(message: {
    id?: number;
    method?: string;
    params?: { uri: string; diagnostics: Problem[] };
    result?: unknown;
  }): void {
    if (message.method === 'textDocument/publishDiagnostics' && message.params)
      this.#problems.get(message.params.uri)?.(message.params.diagnostics);
    else if (message.method !== undefined && message.id !== undefined) {
      // What it asks of the editor, such as its settings: there are none.
      this.#send({
        id: message.id,
        result: message.method === 'workspace/configuration' ? [{}, {}, {}, {}, {}] : null,
      });
    } else if (message.id !== undefined) this.#answers.get(message.id)?.(message.result);
  }
}
