// LZ4 frames, which Feather files are compressed by: https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md. Checksums
// are passed over.
import { fail } from '../../errors.ts';

const MAGIC = 0x184d2204;
/** The match that the shortest code stands for. */
const SHORTEST_MATCH = 4;

/** The content of a frame. @throws CliError for damaged data */
export function lz4Frame(frame: Uint8Array): Uint8Array {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (frame.length < 7 || view.getUint32(0, true) !== MAGIC) damaged();
  const flags = frame[4]!;
  const hasBlockChecksum = (flags & 0x10) !== 0;
  let at = 6 + ((flags & 0x08) !== 0 ? 8 : 0) + ((flags & 0x01) !== 0 ? 4 : 0) + 1;
  let out = new Uint8Array(Math.max(1024, 4 * frame.length));
  let length = 0;
  const need = (more: number): void => {
    if (length + more <= out.length) return;
    const larger = new Uint8Array(Math.max(2 * out.length, length + more));
    larger.set(out.subarray(0, length));
    out = larger;
  };
  while (at + 4 <= frame.length) {
    const size = view.getUint32(at, true);
    at += 4;
    if (size === 0) return out.subarray(0, length);
    const numBytes = size & 0x7fffffff;
    const end = at + numBytes;
    if (end > frame.length) damaged();
    if (size >>> 31 === 1) {
      need(numBytes);
      out.set(frame.subarray(at, end), length);
      length += numBytes;
      at = end;
    }
    while (at < end) {
      const token = frame[at++]!;
      let literals = token >>> 4;
      if (literals === 15) for (let more = 255; more === 255; literals += more) more = frame[at++] ?? damaged();
      if (at + literals > end) damaged();
      need(literals);
      out.set(frame.subarray(at, at + literals), length);
      length += literals;
      at += literals;
      if (at >= end) break; // the last sequence has no match
      const back = frame[at]! | (frame[at + 1]! << 8);
      at += 2;
      let match = token & 15;
      if (match === 15) for (let more = 255; more === 255; match += more) more = frame[at++] ?? damaged();
      match += SHORTEST_MATCH;
      if (back === 0 || back > length) damaged();
      need(match);
      for (let i = 0; i < match; i++, length++) out[length] = out[length - back]!; // a match may overlap itself
    }
    if (hasBlockChecksum) at += 4;
  }
  return damaged();
}

function damaged(): never {
  fail('damaged LZ4 data');
}
