// Reads whole lines from files, plain ones in pieces while they grow, compressed ones in one go.
import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { fail } from '../errors.ts';
import type { LineFeeds } from './line-feeds.ts';
import { after, BEGIN, WITNESS, type Witness } from './place.ts';

/** Bytes read at a time. */
const CHUNK = 1 << 18;

/** Bytes of the longest line. */
const LONGEST_LINE = 1 << 24;

/** What stands behind a place. */
export type Behind =
  /** Whole lines; or nothing but NUL bytes. */
  | { readonly kind: 'lines'; readonly bytes: Buffer }
  /** The end of the file, perhaps with a part of a line before it. */
  | { readonly kind: 'end'; readonly part: Buffer }
  /** The bytes before the place are not those that were read: the file was truncated, and perhaps written anew. */
  | { readonly kind: 'changed' };

/**
 * Reads behind the place of a witness, in one step, and compares then what stands before the place. A file that was truncated
 * has other bytes there from that moment on; so where they are the same afterwards, the file was not truncated before, and
 * what was read is what was appended.
 */
export async function readBehind(handle: FileHandle, { offset, tail }: Witness, feeds: LineFeeds): Promise<Behind> {
  for (let size = CHUNK; ; size *= 4) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(size), 0, size, offset);
    const before = await readAt(handle, offset - tail.length, tail.length);
    if (!before.equals(tail)) return { kind: 'changed' };
    const fresh = buffer.subarray(0, bytesRead);
    const end = feeds.last(fresh);
    if (end > 0) return { kind: 'lines', bytes: fresh.subarray(0, end) };
    if (fresh.length < size) return { kind: 'end', part: fresh };
    if (feeds.hasHoles && fresh.every((byte) => byte === 0)) return { kind: 'lines', bytes: fresh };
    if (size >= LONGEST_LINE) fail('a line of more than 16 million characters: is this a table of numbers?');
  }
}

/** Up to `length` bytes from `position` on; fewer at the end of the file. */
export async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** The offset behind the last whole line of a file. */
export async function endOfLines(handle: FileHandle, size: number, feeds: LineFeeds): Promise<number> {
  for (let to = size; to > 0; ) {
    const from = Math.max(0, to - CHUNK);
    const end = feeds.last(await readAt(handle, from, to - from));
    if (end > 0) return from + end;
    to = from;
  }
  return 0;
}

/** The witness of a place in a file, with a head of this length; `undefined` if the file ends before. */
export async function witnessAt(
  path: string,
  offset: number,
  headLength: number,
  isGzip: boolean,
): Promise<Witness | undefined> {
  const tailLength = Math.min(WITNESS, offset);
  const handle = await open(path);
  try {
    if (isGzip) return await witnessInGzip(handle, offset, headLength);
    const head = await readAt(handle, 0, headLength);
    const tail = await readAt(handle, offset - tailLength, tailLength);
    return head.length === headLength && tail.length === tailLength ? { offset, head, tail } : undefined;
  } finally {
    await handle.close();
  }
}

async function witnessInGzip(handle: FileHandle, offset: number, headLength: number): Promise<Witness | undefined> {
  let at = BEGIN;
  let { head } = BEGIN;
  try {
    for await (const chunk of gunzipped(handle)) {
      head = Buffer.concat([head, chunk.subarray(0, headLength - head.length)]);
      at = after(at, chunk.subarray(0, offset - at.offset));
      if (at.offset === offset && head.length === headLength) return { ...at, head };
    }
  } catch {} // an archive that is damaged, or still being written
  return undefined;
}

/** The whole lines of a compressed file behind a place, in pieces; then a part of a line, if one is at its end. */
export async function* gzipBehind(handle: FileHandle, offset: number, feeds: LineFeeds): AsyncGenerator<Behind> {
  let position = 0;
  let part: Buffer = Buffer.alloc(0);
  for await (const chunk of gunzipped(handle)) {
    const from = Math.min(chunk.length, Math.max(0, offset - position));
    position += chunk.length;
    const bytes = Buffer.concat([part, chunk.subarray(from)]);
    const end = feeds.last(bytes);
    part = bytes.subarray(end);
    if (end > 0) yield { kind: 'lines', bytes: bytes.subarray(0, end) };
    if (part.length > LONGEST_LINE) fail('a line of more than 16 million characters: is this a table of numbers?');
  }
  yield { kind: 'end', part };
}

async function* gunzipped(handle: FileHandle): AsyncGenerator<Buffer> {
  const file = Readable.from(chunksOf(handle));
  const plain = file.pipe(createGunzip({ chunkSize: CHUNK }));
  file.on('error', (error) => plain.destroy(error));
  try {
    yield* plain as AsyncIterable<Buffer>;
  } finally {
    file.destroy();
    plain.destroy();
  }
}

async function* chunksOf(handle: FileHandle): AsyncGenerator<Buffer> {
  for (let position = 0; ; ) {
    const chunk = await readAt(handle, position, CHUNK);
    if (chunk.length === 0) return;
    position += chunk.length;
    yield chunk;
  }
}
