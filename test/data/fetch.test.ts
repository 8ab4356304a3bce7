import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readSettings } from '../../src/cli/settings.ts';
import { type FetchOptions, fetchFile } from '../../src/data/fetch.ts';
import { Failure } from '../../src/diagnostics/diagnostic.ts';
import { sendFile, serve } from './rig.ts';

const bytes = randomBytes(300_000);
const sha256 = createHash('sha256').update(bytes).digest('hex');

function options(t: TestContext, more: Partial<FetchOptions> = {}): FetchOptions {
  const folder = mkdtempSync(join(tmpdir(), 'pipe-fetch-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const { signal } = new AbortController();
  return { folder, mirrors: [], onBytes: () => {}, log: () => {}, signal, ...more };
}

const codeOf = (code: string) => (error: unknown) =>
  error instanceof Failure && error.diagnostic.code === code;

test('a download that is cut goes on where it stopped, and is kept by its content', async (t) => {
  const server = await serve(t, (request, response) =>
    sendFile(bytes, { etag: '"1"', cutAfter: 120_000 }, request, response),
  );
  const told: number[] = [];
  const own = options(t, {
    onBytes: (done, total) => {
      told.push(done);
      assert.equal(total, bytes.length);
    },
  });
  const { path } = await fetchFile(`${server.url}/a.bin`, sha256, own);
  assert.deepEqual(readFileSync(path), bytes);
  assert.equal(path, join(own.folder, `sha256-${sha256}`));
  assert.deepEqual(readdirSync(own.folder), [`sha256-${sha256}`]);
  assert.ok(server.requests.length >= 3);
  for (const { headers } of server.requests.slice(1)) {
    assert.match(headers.range ?? '', /^bytes=[1-9]\d+-$/);
    assert.equal(headers['if-range'], '"1"');
  }
  assert.deepEqual(
    told,
    told.toSorted((a, b) => a - b),
  );
  assert.equal(told.at(-1), bytes.length);
  const before = server.requests.length;
  await fetchFile(`${server.url}/a.bin`, sha256, own);
  assert.equal(server.requests.length, before, 'what is kept is not asked for again');
});

test('a later call goes on with what an interrupted one has left', async (t) => {
  const stop = new AbortController();
  const server = await serve(t, (request, response, count) =>
    sendFile(bytes, { etag: '"1"', ...(count === 0 ? { cutAfter: 50_000 } : {}) }, request, response),
  );
  const own = options(t, { signal: stop.signal, onBytes: (done) => void (done === 50_000 && stop.abort()) });
  await assert.rejects(fetchFile(`${server.url}/a.bin`, sha256, own));
  const { path } = await fetchFile(`${server.url}/a.bin`, sha256, { ...options(t), folder: own.folder });
  assert.deepEqual(readFileSync(path), bytes);
  assert.match(server.requests[1]?.headers.range ?? '', /^bytes=[1-9]\d+-$/);
});

test('a file that changed during a break is fetched whole', async (t) => {
  const old = Buffer.alloc(200_000, 1);
  const server = await serve(t, (request, response, count) =>
    count === 0
      ? sendFile(old, { etag: '"old"', cutAfter: 90_000 }, request, response)
      : sendFile(bytes, { etag: '"new"' }, request, response),
  );
  const { path } = await fetchFile(`${server.url}/a.bin`, sha256, options(t));
  assert.deepEqual(readFileSync(path), bytes);
});

test('a server that knows no ranges, or sends the wrong one, is asked for the whole', async (t) => {
  const server = await serve(t, (request, response, count) => {
    if (count === 0) return sendFile(bytes, { etag: '"1"', cutAfter: 60_000 }, request, response);
    if (count === 1) {
      response.writeHead(206, { etag: '"1"', 'content-range': `bytes 0-9/${bytes.length}` });
      return response.end(bytes.subarray(0, 10));
    }
    response.writeHead(200, { 'content-length': bytes.length });
    response.end(bytes);
  });
  const { path } = await fetchFile(`${server.url}/a.bin`, sha256, options(t));
  assert.deepEqual(readFileSync(path), bytes);
  assert.deepEqual(
    server.requests.map(({ headers }) => typeof headers.range),
    ['undefined', 'string', 'undefined'],
  );
});

test('without a validator nothing is continued: the parts might be of two files', async (t) => {
  const server = await serve(t, (_request, response, count) => {
    response.writeHead(200, { etag: 'W/"weak"', 'content-length': bytes.length });
    if (count > 0) return response.end(bytes);
    response.write(bytes.subarray(0, 70_000), () => setTimeout(() => response.destroy(), 20));
  });
  await fetchFile(`${server.url}/a.bin`, sha256, options(t));
  assert.deepEqual(
    server.requests.map(({ headers }) => headers.range),
    [undefined, undefined],
  );
});

test('416 means whole where all bytes are there, and start again where they are not', async (t) => {
  for (const [length, requests] of [
    [60_000, 2],
    [bytes.length, 3],
  ] as const) {
    const whole = bytes.subarray(0, length);
    const server = await serve(t, (request, response, count) => {
      if (count === 1) {
        response.writeHead(416, { 'content-range': `bytes */${length}` });
        return response.end();
      }
      if (count > 1) return sendFile(whole, { etag: '"1"' }, request, response);
      // Promises more than it sends, as a proxy does that was cut off itself.
      response.writeHead(200, { etag: '"1"', 'content-length': bytes.length });
      response.write(bytes.subarray(0, 60_000), () => setTimeout(() => response.destroy(), 20));
    });
    const own = createHash('sha256').update(whole).digest('hex');
    const { path } = await fetchFile(`${server.url}/a.bin`, own, options(t));
    assert.deepEqual(readFileSync(path), Buffer.from(whole));
    assert.equal(server.requests.length, requests);
  }
});

test('a server that is out of order for a moment is asked again, one that has no such file is not', async (t) => {
  const server = await serve(t, (request, response, count) => {
    if (request.url === '/gone.bin') return response.writeHead(404).end();
    if (count === 0) return response.writeHead(503).end();
    sendFile(bytes, { etag: '"1"' }, request, response);
  });
  await fetchFile(`${server.url}/a.bin`, sha256, options(t));
  assert.equal(server.requests.length, 2);
  await assert.rejects(fetchFile(`${server.url}/gone.bin`, null, options(t)), codeOf('download-failed'));
  assert.equal(server.requests.length, 3);
});

test('bytes of another sha256 are an error, and are not kept', async (t) => {
  const server = await serve(t, (request, response) => sendFile(bytes, { etag: '"1"' }, request, response));
  const own = options(t);
  await assert.rejects(fetchFile(`${server.url}/a.bin`, '0'.repeat(64), own), codeOf('corrupted-download'));
  assert.deepEqual(readdirSync(own.folder), []);
});

test('what another process keeps while it is checked here is taken as it is kept', async (t) => {
  const server = await serve(t, (request, response) => sendFile(bytes, { etag: '"1"' }, request, response));
  const own = options(t);
  const kept = join(own.folder, `sha256-${sha256}`);
  let isOver = false;
  let moved = 0;
  // Stands in for the other process: the file is moved as soon as it is whole.
  const other = (): void => {
    if (isOver) return;
    const whole = readdirSync(own.folder).find((name) => name.endsWith('-a.bin'));
    if (whole !== undefined) {
      renameSync(join(own.folder, whole), kept);
      moved++;
    }
    setImmediate(other);
  };
  other();
  const { path } = await fetchFile(`${server.url}/a.bin`, sha256, own);
  isOver = true;
  assert.equal(moved, 1);
  assert.equal(path, kept);
  assert.deepEqual(readFileSync(path), bytes);
});

test('an address with a stray percent sign is asked for as it is', async (t) => {
  const server = await serve(t, (request, response) => sendFile(bytes, { etag: '"1"' }, request, response));
  await fetchFile(`${server.url}/100%/a.bin`, sha256, options(t));
  assert.equal(server.requests[0]?.url, '/100%/a.bin');
});

test('a kept file that was damaged since is fetched again', async (t) => {
  const server = await serve(t, (request, response) => sendFile(bytes, { etag: '"1"' }, request, response));
  const own = options(t);
  const { path } = await fetchFile(`${server.url}/a.bin`, sha256, own);
  writeFileSync(path, 'damaged');
  await fetchFile(`${server.url}/a.bin`, sha256, own);
  assert.deepEqual(readFileSync(path), bytes);
});

test('of a mirror the longest tail of the address is taken, then the sha256', async (t) => {
  const mirror = options(t).folder;
  mkdirSync(join(mirror, 'deep/data/v2'), { recursive: true });
  writeFileSync(join(mirror, 'a.bin'), 'short tail');
  writeFileSync(join(mirror, 'deep/data/v2/a.bin'), bytes);
  const own = options(t, { mirrors: [join(mirror, 'not-there'), mirror] });
  const longest = await fetchFile('http://127.0.0.1:1/data/v2/a.bin', sha256, own);
  assert.deepEqual(longest, { path: join(mirror, 'deep/data/v2/a.bin'), from: 'mirror' });
  await assert.rejects(
    fetchFile('http://127.0.0.1:1/v1/a.bin', sha256, own),
    (error) => codeOf('corrupted-download')(error) && /the mirror's .*a\.bin/.test(String(error)),
  );
  writeFileSync(join(mirror, sha256), bytes);
  const byHash = await fetchFile('http://127.0.0.1:1/elsewhere/b.bin', sha256, own);
  assert.deepEqual(byHash, { path: join(mirror, sha256), from: 'mirror' });
});

test('a mirror that has another file of the same name is passed over, and said', async (t) => {
  const server = await serve(t, (request, response) =>
    request.url?.startsWith('/mirror/')
      ? sendFile(Buffer.from('a URL has another one, too'), { etag: '"2"' }, request, response)
      : sendFile(bytes, { etag: '"1"' }, request, response),
  );
  const mirror = options(t).folder;
  writeFileSync(join(mirror, 'a.bin'), 'another');
  const said: string[] = [];
  const own = options(t, {
    mirrors: [mirror, `${server.url}/mirror`],
    log: (line) => void said.push(line),
  });
  const { path, from } = await fetchFile(`${server.url}/a.bin`, sha256, own);
  assert.deepEqual([readFileSync(path), from], [bytes, 'network']);
  assert.match(said[0] ?? '', /^passed over: the mirror's .*a\.bin has the sha256 [0-9a-f]{64}, expected/);
  assert.match(said[1] ?? '', /^passed over: the mirror's http:.*\/mirror\/a\.bin has the sha256/);
  writeFileSync(join(mirror, sha256), bytes);
  rmSync(path);
  const byHash = await fetchFile(`${server.url}/a.bin`, sha256, own);
  assert.deepEqual(byHash, { path: join(mirror, sha256), from: 'mirror' });
});

test('a packed file arrives as it is, though its server calls the packing an encoding of the way', async (t) => {
  const packed = gzipSync(bytes);
  const server = await serve(t, (_request, response) => {
    response.writeHead(200, { 'content-encoding': 'x-gzip', 'content-length': packed.length });
    response.end(packed);
  });
  const own = createHash('sha256').update(packed).digest('hex');
  const { path } = await fetchFile(`${server.url}/a.tar.gz`, own, options(t));
  assert.deepEqual(readFileSync(path), packed);
});

test('redirections are followed, but not for ever', async (t) => {
  const server = await serve(t, (request, response) => {
    if (request.url === '/real/a.bin') return sendFile(bytes, { etag: '"1"' }, request, response);
    response.writeHead(302, { location: request.url === '/a.bin' ? 'real/a.bin' : '/ring' }).end();
  });
  const { path } = await fetchFile(`${server.url}/a.bin`, sha256, options(t));
  assert.deepEqual(readFileSync(path), bytes);
  await assert.rejects(fetchFile(`${server.url}/ring`, null, options(t)), /it redirected 10 times/);
});

test('a mirror may be a URL', async (t) => {
  const server = await serve(t, (request, response) =>
    request.url === '/mirror/v2/a.bin'
      ? sendFile(bytes, { etag: '"1"' }, request, response)
      : void response.writeHead(404).end(),
  );
  const { path } = await fetchFile(
    'http://127.0.0.1:1/data/v2/a.bin',
    sha256,
    options(t, { mirrors: [`${server.url}/mirror/`] }),
  );
  assert.deepEqual(readFileSync(path), bytes);
  assert.deepEqual(
    server.requests.map(({ url }) => url),
    ['/mirror/data/v2/a.bin', '/mirror/v2/a.bin'],
  );
});

test('a mirror with a name and a password is one address, and is told without them', async (t) => {
  t.after(() => delete process.env.PIPE_MIRROR);
  process.env.PIPE_MIRROR = ['http://me:secret@127.0.0.1:1/m', '/none, http://[::1]:1', '/other'].join(
    delimiter,
  );
  const { mirrors } = readSettings({});
  const [none, other] = [resolve('/none'), resolve('/other')];
  assert.deepEqual(mirrors, ['http://me:secret@127.0.0.1:1/m', none, 'http://[::1]:1', other]);
  await assert.rejects(fetchFile('http://127.0.0.1:1/data/a.bin', null, options(t, { mirrors })), (error) => {
    assert.ok(error instanceof Failure);
    assert.match(error.message, /PIPE_MIRROR \(http:\/\/…@127\.0\.0\.1:1\/m, .*none, .*\) does not have it/);
    assert.doesNotMatch(error.message, /secret/);
    return true;
  });
});

test('an address that is none, and one of a long name, are told in words', async (t) => {
  await assert.rejects(fetchFile('http://', null, options(t)), /http:\/\/ is no address/);
  await assert.rejects(
    fetchFile(`http://127.0.0.1:1/${'x'.repeat(300)}`, null, options(t)),
    /could not be fetched: .*(?:ECONNREFUSED|bad port)/,
  );
});

test('without network and mirror one error names the address, the variable and the way to run offline', async (t) => {
  await assert.rejects(fetchFile('http://127.0.0.1:1/data/a.bin', null, options(t)), (error) => {
    assert.ok(error instanceof Failure);
    assert.equal(error.diagnostic.code, 'download-failed');
    assert.match(
      error.message,
      /^http:\/\/127\.0\.0\.1:1\/data\/a\.bin could not be fetched: .*ECONNREFUSED|bad port/,
    );
    assert.match(error.diagnostic.fix ?? '', /PIPE_MIRROR.*--profile quick/);
    return true;
  });
});
