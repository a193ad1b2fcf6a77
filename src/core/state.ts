// The bytes of a saved detector: what `save` returns and `load` reads. Little-endian on every machine.
//
//   0   4 bytes   "KNNA"
//   4   u16       format of the fields that follow, raised by one whenever they change
//   6   u16       length of the kind
//   8   ASCII     the kind: the class that wrote it
//       fields    one after the other, without tags: reader and writer agree by kind and format
//  −4   u32       CRC-32 of everything before it
//
// A CRC-32 detects every single flipped bit and every burst of up to 32 bits. It also detects a shortened file, except
// for one in 2³²; reading that file ends in the middle of a field, which is an error.
import { describe } from './checks.ts';

const MAGIC = 0x414e4e4b; // "KNNA"

/** Bytes before the kind. */
const HEADER = 8;

const CHECKSUM = 4;

/** Whether the machine's own order of bytes is that of the states: nearly every one's is. */
const IS_LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** Buffers of finished writers, for the next ones. A state within a state within a state has three writers at a time. */
const idle: Uint8Array<ArrayBuffer>[] = [];
const MAX_IDLE = 4;

/** Bytes of a new buffer, and of the largest that waits for its next use. */
const FIRST_SIZE = 256;
const MAX_IDLE_SIZE = 65536;

/** Writes fields one after the other. */
export class StateWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView<ArrayBuffer>;
  #length: number;

  /** @param format of the fields: raised by one whenever they change */
  constructor(kind: string, format: number) {
    this.#bytes = idle.pop() ?? new Uint8Array(FIRST_SIZE);
    this.#view = new DataView(this.#bytes.buffer);
    this.#length = 0;
    this.u32(MAGIC);
    this.#view.setUint16(this.#reserve(2), format, true);
    this.#view.setUint16(this.#reserve(2), kind.length, true);
    for (let p = 0; p < kind.length; p++) this.u8(kind.charCodeAt(p));
  }

  u8(value: number): void {
    const at = this.#reserve(1); // before #bytes is read: it may replace it
    this.#bytes[at] = value;
  }

  u32(value: number): void {
    const at = this.#reserve(4); // before #view is read: it may replace it
    this.#view.setUint32(at, value, true);
  }

  i32(value: number): void {
    const at = this.#reserve(4); // before #view is read: it may replace it
    this.#view.setInt32(at, value, true);
  }

  /** A non-negative integer below 2⁵³, seven bits a byte, the lowest first: small ones take one byte. */
  uint(value: number): void {
    const at = this.#reserve(UINT_SIZE); // before #bytes is read: it may replace it
    this.#length = putUint(this.#bytes, at, value);
  }

  /** Each value as `uint` writes it; not their number. */
  uints(values: ArrayLike<number>): void {
    let at = this.#reserve(UINT_SIZE * values.length); // before #bytes is read: it may replace it
    const bytes = this.#bytes;
    for (let p = 0; p < values.length; p++) at = putUint(bytes, at, values[p]!);
    this.#length = at;
  }

  f64(value: number): void {
    const at = this.#reserve(8); // before #view is read: it may replace it
    this.#view.setFloat64(at, value, true);
  }

  /** Their number as u32, then the values. */
  f64s(values: ArrayLike<number>): void {
    this.u32(values.length);
    let at = this.#reserve(8 * values.length);
    if (IS_LITTLE_ENDIAN && values instanceof Float64Array) {
      this.#bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
      return;
    }
    for (let p = 0; p < values.length; p++, at += 8) this.#view.setFloat64(at, values[p]!, true);
  }

  /** Their number as u32, then the bytes: text, or another detector's state. */
  bytes(bytes: Uint8Array): void {
    this.u32(bytes.length);
    const at = this.#reserve(bytes.length); // before #bytes is read: it may replace it
    this.#bytes.set(bytes, at);
  }

  text(text: string): void {
    this.bytes(new TextEncoder().encode(text));
  }

  /** All bytes that were written, with their checksum. Nothing can be written afterwards. */
  finish(): Uint8Array {
    this.u32(crc32(this.#bytes.subarray(0, this.#length)));
    const buffer = this.#bytes;
    const bytes = buffer.slice(0, this.#length);
    this.#bytes = NO_BYTES;
    if (idle.length < MAX_IDLE && buffer.length <= MAX_IDLE_SIZE) idle.push(buffer);
    return bytes;
  }

  /** Reserves the next `count` bytes and returns their offset. Grows the buffer, and replaces `#view`, where needed. */
  #reserve(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) this.#grow();
    return at;
  }

  #grow(): void {
    if (this.#bytes === NO_BYTES) throw new Error('a StateWriter that has finished writes no more');
    const grown = new Uint8Array(Math.max(this.#length, 2 * this.#bytes.length));
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** The buffer of a writer that has finished. */
const NO_BYTES = new Uint8Array(0);

/** Bytes of the longest integer that `uint` writes. */
const UINT_SIZE = 8;

/** Writes an integer to `bytes[at]` and on; returns the index behind it. */
function putUint(bytes: Uint8Array, at: number, value: number): number {
  let rest = value;
  let p = at;
  for (; rest >= 2 ** 31; rest = Math.floor(rest / 128)) bytes[p++] = (rest % 128) + 128;
  for (; rest >= 128; rest >>>= 7) bytes[p++] = (rest & 127) + 128;
  bytes[p++] = rest;
  return p;
}

/** Reads fields in the order in which they were written. */
export class StateReader {
  /** The format of the fields, from 1 to the newest that is understood. */
  readonly format: number;
  readonly #view: DataView;
  #at: number;

  /**
   * Checks all bytes before anything is read.
   *
   * @param kind the class that wrote them
   * @param newest the newest format that the caller understands
   * @throws TypeError when `bytes` is no `Uint8Array`; RangeError when they are damaged, of something else, or newer
   */
  constructor(bytes: Uint8Array, kind: string, newest: number) {
    if (!(bytes instanceof Uint8Array)) throw new TypeError(`bytes must be a Uint8Array, got ${describe(bytes)}`);
    const { length } = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, length);
    if (length < HEADER + CHECKSUM || this.#view.getUint32(0, true) !== MAGIC) {
      throw new RangeError(`bytes must be what save() returned, got ${length} bytes of something else or damaged ones`);
    }
    const end = length - CHECKSUM;
    if (this.#view.getUint32(end, true) !== crc32(bytes.subarray(0, end))) {
      throw new RangeError(`bytes are damaged or cut short: the checksum of these ${length} bytes is wrong`);
    }
    this.#at = HEADER;
    const saved = this.#text(this.#view.getUint16(6, true));
    if (saved !== kind) throw new RangeError(`bytes must be the state of a ${kind}, got that of a ${saved}`);
    this.format = this.#view.getUint16(4, true);
    if (this.format < 1 || this.format > newest) {
      throw new RangeError(
        `bytes have format ${this.format} of ${kind}, this version reads up to ${newest}: update knn-anomaly`,
      );
    }
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  i32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  uint(): number {
    let value = 0;
    let unit = 1;
    for (let byte = this.u8(); ; byte = this.u8(), unit *= 128) {
      if (byte < 128) return value + byte * unit;
      value += (byte - 128) * unit;
      if (unit > 2 ** 53) throw new RangeError('bytes are damaged: an integer is too long');
    }
  }

  f64(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  f64s(): Float64Array {
    const count = this.u32();
    let at = this.#take(8 * count);
    const values = new Float64Array(count);
    if (IS_LITTLE_ENDIAN) {
      new Uint8Array(values.buffer).set(new Uint8Array(this.#view.buffer, this.#view.byteOffset + at, 8 * count));
      return values;
    }
    for (let p = 0; p < count; p++, at += 8) values[p] = this.#view.getFloat64(at, true);
    return values;
  }

  /** A copy of the bytes. */
  bytes(): Uint8Array {
    const count = this.u32();
    const at = this.#view.byteOffset + this.#take(count);
    return new Uint8Array(this.#view.buffer.slice(at, at + count));
  }

  text(): string {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.bytes()); // a mark at the start is a part of the text
  }

  /** Throws unless everything was read. */
  end(): void {
    const left = this.#view.byteLength - CHECKSUM - this.#at;
    if (left !== 0) throw new RangeError(`bytes are damaged: ${left} bytes are left over`);
  }

  #text(length: number): string {
    let text = '';
    for (const end = this.#at + length; this.#at < end; ) text += String.fromCharCode(this.u8());
    return text;
  }

  #take(count: number): number {
    const at = this.#at;
    if (at + count > this.#view.byteLength - CHECKSUM) throw new RangeError('bytes are damaged: a field is cut short');
    this.#at += count;
    return at;
  }
}

/** The class whose state these bytes are, read from the header alone; '' if they have no such header. */
export function kindOf(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < HEADER || view.getUint32(0, true) !== MAGIC) return '';
  return String.fromCharCode(...bytes.subarray(HEADER, HEADER + view.getUint16(6, true)));
}

/** Node's own, from 20.15 on, which is 20 times as fast; `undefined` elsewhere. */
const nativeCrc32 = globalThis.process?.getBuiltinModule?.('node:zlib')?.crc32 as
  | ((bytes: Uint8Array) => number)
  | undefined;

let table: Uint32Array | undefined;

/** CRC-32 as in zip and PNG: reflected polynomial 0xEDB88320. */
function crc32(bytes: Uint8Array): number {
  if (nativeCrc32 !== undefined) return nativeCrc32(bytes);
  table ??= Uint32Array.from({ length: 256 }, (_, value) => {
    let crc = value;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    return crc;
  });
  let crc = 0xffffffff;
  for (let p = 0; p < bytes.length; p++) crc = (crc >>> 8) ^ table[(crc ^ bytes[p]!) & 0xff]!;
  return ~crc >>> 0;
}
