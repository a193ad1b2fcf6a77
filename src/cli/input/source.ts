// From a path to lines of text: files and standard input, gzip by its first bytes, bounded memory.
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { CliError, codeOf, fail, fileError } from '../errors.ts';
import { markedEncoding, TextLines } from './text-lines.ts';

/** Bytes read at a time: of larger chunks, the lines of several lie in memory before they are collected. */
const CHUNK = 1 << 16;

/** First bytes of gzip and of the marks of UTF-16. */
const MARKS = [0x1f, 0xff, 0xfe];

/** An input that is being read. */
export interface Source {
  /** Its name in messages. */
  readonly name: string;
  /** Size of the file in bytes, compressed or not; `undefined` for a pipe. */
  readonly size: number | undefined;
  /** Bytes read so far, of `size`. */
  bytesRead: number;
  /** What is to be said about the input when it has been read. */
  readonly notices: string[];
  /** What is wrong with compressed data behind what was read of it, where that is no error; `undefined` for nothing. */
  damage?: string;
  /** The lines without their line feeds, several at a time; a carriage return is still at their end. */
  lines(): AsyncGenerator<string[]>;
}

/** The name of a path in messages. */
export function nameOf(path: string): string {
  return path === '-' ? 'standard input' : basename(path);
}

/**
 * Opens a file, or standard input for `-`. Without an encoding it is UTF-8, or UTF-16 if it begins with its mark.
 *
 * @param isLenient whether bytes that are no text of the encoding are U+FFFD in a line, and do not end the reading
 */
export async function openSource(path: string, encoding?: string, isLenient = false): Promise<Source> {
  const name = nameOf(path);
  if (path === '-') return sourceOf(name, process.stdin, undefined, encoding, isLenient);
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    const stat = await file.stat();
    if (stat.isDirectory()) fail(`${path}: is a directory, not a file`);
    const stream = file.createReadStream({ highWaterMark: CHUNK });
    return sourceOf(name, stream, stat.isFile() ? stat.size : undefined, encoding, isLenient);
  } catch (error) {
    await file?.close();
    throw fileError(error, path);
  }
}

function sourceOf(
  name: string,
  stream: Readable,
  size: number | undefined,
  encoding: string | undefined,
  isLenient: boolean,
): Source {
  const source: Source = {
    name,
    size,
    bytesRead: 0,
    notices: [],
    lines: () => linesOf(source, plainBytes(source, stream, isLenient), encoding, isLenient),
  };
  return source;
}

async function* linesOf(
  source: Source,
  chunks: AsyncGenerator<Buffer>,
  encoding: string | undefined,
  isLenient: boolean,
): AsyncGenerator<string[]> {
  let lines: TextLines | undefined;
  for await (const chunk of chunks) {
    lines ??= new TextLines(encoding ?? markedEncoding(chunk), isLenient);
    const found = lines.push(chunk);
    if (found.length > 0) yield found;
    if (lines.problem !== undefined) fail(lines.problem);
  }
  if (lines === undefined) return;
  if (lines.numHoles > 0) source.notices.push(`skipped ${lines.numHoles} NUL bytes before lines`);
  if (source.damage !== undefined) return; // a line that was cut off could be read as another number
  const last = lines.end();
  if (lines.problem !== undefined) fail(lines.problem);
  if (last !== '') yield [last];
}

/** The bytes of the stream, decompressed if they begin as gzip does (1f 8b). */
async function* plainBytes(source: Source, stream: Readable, isLenient: boolean): AsyncGenerator<Buffer> {
  const raw = counted(source, stream);
  try {
    let head: Buffer = Buffer.alloc(0);
    while (head.length === 0 || (head.length === 1 && MARKS.includes(head[0]!))) {
      const { value, done } = await raw.next();
      if (done) break;
      head = Buffer.concat([head, value]);
    }
    if (head[0] === 0x1f && head[1] === 0x8b) yield* decompressed(source, head, raw, isLenient);
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

/** The bytes before a damage come first. Then it is an error, or noted in the source where that is wanted. */
async function* decompressed(
  source: Source,
  head: Buffer,
  rest: AsyncGenerator<Buffer>,
  isLenient: boolean,
): AsyncGenerator<Buffer> {
  const { createGunzip } = await import('node:zlib');
  const gunzip = createGunzip({ chunkSize: CHUNK });
  const plain: Buffer[] = [];
  let problem: Error | undefined;
  gunzip.on('data', (chunk: Buffer) => plain.push(chunk));
  // After an error neither a write is answered nor an end comes.
  const failed = new Promise<void>((done) => {
    gunzip.on('error', (error) => {
      problem ??= error;
      done();
    });
  });
  const write = (chunk: Buffer): Promise<void> =>
    Promise.race([failed, new Promise<void>((done) => gunzip.write(chunk, () => done()))]);
  try {
    await write(head);
    yield* plain.splice(0);
    while (problem === undefined) {
      const { value, done: isEnd } = await rest.next();
      if (isEnd) break;
      await write(value);
      yield* plain.splice(0);
    }
    if (problem === undefined) {
      const ended = new Promise<void>((done) => {
        gunzip.on('end', done);
        gunzip.end();
      });
      await Promise.race([failed, ended]);
      yield* plain.splice(0);
    }
  } finally {
    gunzip.destroy();
  }
  if (problem === undefined) return;
  if (!isLenient) fail(`damaged gzip data (${problem.message}); --bad-lines skip reads the lines before that`);
  source.damage = problem.message;
  source.notices.push(`damaged gzip data (${problem.message}): the lines before that are read`);
}
