/** Wheels as small as can be: zip files that hold what they are told to, with a RECORD of it. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';

export type Contents = { readonly [path: string]: string };

/** `recorded` is what the RECORD lists; only where it differs from the contents is the wheel damaged. */
export function writeWheel(file: string, contents: Contents, recorded: Contents = contents): void {
  const lines = Object.entries(recorded).map(
    ([path, text]) =>
      `${path},sha256=${createHash('sha256').update(text).digest('base64url')},${text.length}`,
  );
  writeFileSync(file, zip({ ...contents, 'tensorflow.dist-info/RECORD': `${lines.join('\n')}\n` }));
}

/** Stored, not compressed: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3 */
function zip(contents: Contents): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [path, text] of Object.entries(contents)) {
    const [name, data] = [Buffer.from(path), Buffer.from(text)];
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(name.length, 22);
    parts.push(Buffer.from('PK\x03\x04'), common, name, data);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\x01\x02\x14\x00'), common, rest, name);
    offset += 30 + name.length + data.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(Object.keys(contents).length, 4);
  end.writeUInt16LE(Object.keys(contents).length, 6);
  end.writeUInt32LE(listed.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, listed, Buffer.from('PK\x05\x06'), end]);
}
