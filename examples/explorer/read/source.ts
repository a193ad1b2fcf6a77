// In the place of the command line's source.ts: lines of text from files of a browser, gzip by its first bytes.
import { Buffer } from 'buffer';
import { fail } from '../../../src/cli/errors.ts';
import type { Source } from '../../../src/cli/input/source.ts';
import { markedEncoding, TextLines } from '../../../src/cli/input/text-lines.ts';
import { basename } from './path.ts';

export type { Source } from '../../../src/cli/input/source.ts';

const files = new Map<string, Blob>();

/** Makes a file known under a name, which then serves as its path. */
export function addFile(name: string, file: Blob): void {
  files.set(name, file);
}

/** The first six bytes of a file as characters. */
export async function headOf(path: string): Promise<string> {
  const file = files.get(path);
  if (file === undefined) return '';
  return String.fromCharCode(...new Uint8Array(await file.slice(0, 6).arrayBuffer()));
}

export function nameOf(path: string): string {
  return basename(path);
}

export async function openSource(path: string, encoding?: string): Promise<Source> {
  const file = files.get(path);
  if (file === undefined) fail(`${path}: no such file`);
  const source: Source = {
    name: nameOf(path),
    size: file.size,
    bytesRead: 0,
    notices: [],
    lines: () => linesOf(source, file, encoding),
  };
  return source;
}

async function* linesOf(source: Source, file: Blob, encoding?: string): AsyncGenerator<string[]> {
  let lines: TextLines | undefined;
  for await (const chunk of bytesOf(source, file)) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    lines ??= new TextLines(encoding ?? markedEncoding(bytes));
    const found = lines.push(bytes as never);
    if (found.length > 0) yield found;
    if (lines.problem !== undefined) fail(lines.problem);
  }
  if (lines === undefined) return;
  if (lines.numHoles > 0) source.notices.push(`skipped ${lines.numHoles} NUL bytes before lines`);
  const last = lines.end();
  if (lines.problem !== undefined) fail(lines.problem);
  if (last !== '') yield [last];
}

async function* bytesOf(source: Source, file: Blob): AsyncGenerator<Uint8Array> {
  const head = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  const isGzip = head[0] === 0x1f && head[1] === 0x8b;
  const stream = isGzip ? file.stream().pipeThrough(new DecompressionStream('gzip')) : file.stream();
  const reader = stream.getReader();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      if (!isGzip) source.bytesRead += value.length;
      yield value;
    }
  } catch (error) {
    fail(isGzip ? `damaged gzip data (${(error as Error).message})` : (error as Error).message);
  } finally {
    void reader.cancel().catch(() => {});
  }
}
