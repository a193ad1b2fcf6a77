// From a path to lines of text: files and standard input, gzip by its first bytes, UTF-8 checked, bounded memory.
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CliError, codeOf, fail, fileError } from '../errors.ts';

/** Bytes read at a time. */
const CHUNK = 1 << 18;

/** The longest line, in characters. */
const LONGEST_LINE = 1 << 24;

/** An input that is being read. */
export interface Source {
  /** Its name in messages. */
  readonly name: string;
  /** Size of the file in bytes, compressed or not; `undefined` for a pipe. */
  readonly size: number | undefined;
  /** Bytes read so far, of `size`. */
  bytesRead: number;
  /** The lines without their line feeds, several at a time; a carriage return is still at their end. */
  lines(): AsyncGenerator<string[]>;
}

/** The name of a path in messages. */
export function nameOf(path: string): string {
  return path === '-' ? 'standard input' : basename(path);
}

/** Opens a file, or standard input for `-`. */
export async function openSource(path: string): Promise<Source> {
  const name = nameOf(path);
  if (path === '-') return sourceOf(name, process.stdin, undefined);
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    const stat = await file.stat();
    if (stat.isDirectory()) fail(`${path}: is a directory, not a file`);
    return sourceOf(name, file.createReadStream({ highWaterMark: CHUNK }), stat.isFile() ? stat.size : undefined);
  } catch (error) {
    await file?.close();
    throw fileError(error, path);
  }
}

function sourceOf(name: string, stream: Readable, size: number | undefined): Source {
  const source: Source = { name, size, bytesRead: 0, lines: () => linesOf(source, stream) };
  return source;
}

async function* linesOf(source: Source, stream: Readable): AsyncGenerator<string[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true }); // drops a byte order mark
  let rest = '';
  for await (const chunk of plainBytes(source, stream)) {
    const text = decode(decoder, chunk);
    if (text.includes('\n')) {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      yield lines;
    } else rest += text;
    if (rest.length > LONGEST_LINE) fail('a line of more than 16 million characters: is this a table of numbers?');
  }
  rest += decode(decoder);
  if (rest !== '') yield [rest];
}

function decode(decoder: TextDecoder, chunk?: Buffer): string {
  if (chunk?.includes(0)) fail('binary data, not text (there are NUL bytes)');
  try {
    return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch {
    fail('not UTF-8 text: binary data or another encoding');
  }
}

/** The bytes of the stream, decompressed if they begin as gzip does (1f 8b). */
async function* plainBytes(source: Source, stream: Readable): AsyncGenerator<Buffer> {
  const raw = counted(source, stream);
  try {
    let head: Buffer = Buffer.alloc(0);
    while (head.length === 0 || (head.length === 1 && head[0] === 0x1f)) {
      const { value, done } = await raw.next();
      if (done) break;
      head = Buffer.concat([head, value]);
    }
    if (head[0] === 0x1f && head[1] === 0x8b) yield* decompressed(head, raw);
    else {
      yield head;
      yield* raw;
    }
  } finally {
    await raw.return(undefined); // a reader that stops before the end closes the input
  }
}

async function* counted(source: Source, stream: Readable): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      source.bytesRead += chunk.length;
      yield chunk;
    }
  } catch (error) {
    const code = codeOf(error);
    throw code === undefined ? error : new CliError((fileError(error, '') as Error).message.replace(/^: /, ''));
  }
}

async function* decompressed(head: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const { createGunzip } = await import('node:zlib');
  const all = async function* (): AsyncGenerator<Buffer> {
    yield head;
    yield* rest;
  };
  const plain = new PassThrough({ highWaterMark: CHUNK });
  const done = pipeline(all(), createGunzip({ chunkSize: CHUNK }), plain);
  done.catch(() => {}); // the iteration below meets the same error
  try {
    yield* plain as AsyncIterable<Buffer>;
  } catch (error) {
    if (error instanceof CliError) throw error;
    fail(`damaged gzip data (${(error as Error).message})`);
  }
}
