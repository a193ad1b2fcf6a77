// The saved bytes of many series: records behind their lengths, so that neither side needs all bytes at once. And names as bytes.
import { describe } from '../core/checks.ts';
import type { StateReader, StateWriter } from '../core/state.ts';

/** Series per record: about 300 KB of short histories, 1 MB of monitors. */
export const SERIES_PER_RECORD = 64;

/** A record behind its length in bytes, which is a little-endian integer of 32 bits. */
export function framed(writer: StateWriter): Uint8Array {
  const record = writer.finish();
  const chunk = new Uint8Array(4 + record.length);
  new DataView(chunk.buffer).setUint32(0, record.length, true);
  chunk.set(record, 4);
  return chunk;
}

/** The records of framed bytes, which may be cut into chunks anywhere. */
export async function* records(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let pending: Uint8Array[] = [];
  let size = 0;
  let needed = 4;
  // `needed` bytes are needed to go on: 4 for a length, or 4 + length for a record.
  for await (const chunk of chunks) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError(`chunks must be of Uint8Array, got ${describe(chunk)}`);
    pending.push(chunk);
    size += chunk.length;
    if (size < needed) continue;
    const bytes = joined(pending);
    const view = new DataView(bytes.buffer);
    let at = 0;
    for (needed = 4; at + needed <= size; ) {
      const length = view.getUint32(at, true);
      if (needed === 4 && length > 0) {
        needed = 4 + length;
        continue;
      }
      yield bytes.subarray(at + 4, at + needed);
      at += needed;
      needed = 4;
    }
    pending = [bytes.slice(at)];
    size -= at;
  }
  if (size > 0) throw new RangeError(`bytes are damaged or cut short: ${size} are left over`);
}

/** Parts of bytes, one after the other, as one. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Half of a pair of UTF-16 without its other half. UTF-8 has no bytes for it: an encoder writes U+FFFD instead. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Writes a name as UTF-8. A lone surrogate gets the three bytes that the pattern of UTF-8 has for its code (WTF-8), so that
 * two names never become the same.
 */
export function writeName(state: StateWriter, name: string): void {
  if (!LONE_SURROGATE.test(name)) {
    state.text(name);
    return;
  }
  const encoder = new TextEncoder();
  const bytes: number[] = [];
  for (const character of name) {
    const code = character.codePointAt(0)!;
    if (code >= 0xd800 && code <= 0xdfff)
      bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else bytes.push(...encoder.encode(character));
  }
  state.bytes(Uint8Array.from(bytes));
}

/** Reads what `writeName` wrote. */
export function readName(state: StateReader): string {
  const bytes = state.bytes();
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let name = '';
  let from = 0;
  // In UTF-8 the byte 0xED is always the first of three, and only a surrogate has one from 0xA0 on behind it.
  for (let at = bytes.indexOf(0xed); at >= 0; at = bytes.indexOf(0xed, at + 1)) {
    if (bytes[at + 1]! < 0xa0) continue;
    const code = 0xd000 | ((bytes[at + 1]! & 63) << 6) | (bytes[at + 2]! & 63);
    name += decoder.decode(bytes.subarray(from, at)) + String.fromCharCode(code);
    from = at + 3;
  }
  return name + decoder.decode(bytes.subarray(from));
}
