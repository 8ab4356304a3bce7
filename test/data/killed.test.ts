import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { makeProject } from '../rig/project.ts';
import { npy, sendFile, serve, zipOf } from './rig.ts';

test('kill -9 in the middle of a download: the next run goes on where it stopped', async (t) => {
  const zip = zipOf({
    'x.npy': npy('|u1', [200, 60, 60], randomBytes(200 * 3600)),
    'y.npy': npy(
      '|u1',
      [200],
      Uint8Array.from({ length: 200 }, (_, i) => i % 4),
    ),
  });
  const sha256 = createHash('sha256').update(zip).digest('hex');
  const server = await serve(t, (request, response, count) => {
    if (count > 0) return sendFile(zip, { etag: '"1"' }, request, response);
    // Half of it, and then silence.
    response.writeHead(200, { etag: '"1"', 'content-length': zip.length });
    response.write(zip.subarray(0, zip.length / 2));
  });
  const from = `from: "${server.url}/digits.zip", sha256: ${sha256}`;
  const project = makeProject(t, {
    'p.yaml': `version: 1
name: killed
stages:
  download: { arrays: { ${from}, images: x.npy, labels: y.npy } }
`,
  });
  const first = project.start('run', 'p.yaml', '--json');
  await first.event((event) => event.type === 'stage-progress' && event.progress.unit === 'bytes');
  await new Promise((resolve) => setTimeout(resolve, 500));
  first.signal('SIGKILL');
  await first.ended;
  const second = await project.start('run', 'p.yaml', '--json').ended;
  assert.equal(second.code, 0, second.out + second.err);
  assert.equal(server.requests.length, 2);
  assert.match(server.requests[1]?.headers.range ?? '', /^bytes=[1-9]\d+-$/);
});
