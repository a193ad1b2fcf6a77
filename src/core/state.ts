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

/** Writes fields one after the other. */
export class StateWriter {
  #view: DataView<ArrayBuffer>;
  #length: number;

  /** @param format of the fields: raised by one whenever they change */
  constructor(kind: string, format: number) {
    this.#view = new DataView(new ArrayBuffer(256));
    this.#length = 0;
    this.u32(MAGIC);
    this.#view.setUint16(this.#reserve(2), format, true);
    this.#view.setUint16(this.#reserve(2), kind.length, true);
    for (let p = 0; p < kind.length; p++) this.u8(kind.charCodeAt(p));
  }

  u8(value: number): void {
    const at = this.#reserve(1); // before #view is read: it may replace it
    this.#view.setUint8(at, value);
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
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.u8((rest % 128) + 128);
    this.u8(rest);
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
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      new Uint8Array(this.#view.buffer).set(bytes, at);
      return;
    }
    for (let p = 0; p < values.length; p++, at += 8) this.#view.setFloat64(at, values[p]!, true);
  }

  /** Their number as u32, then the bytes: text, or another detector's state. */
  bytes(bytes: Uint8Array): void {
    this.u32(bytes.length);
    const at = this.#reserve(bytes.length);
    new Uint8Array(this.#view.buffer).set(bytes, at);
  }

  text(text: string): void {
    this.bytes(new TextEncoder().encode(text));
  }

  /** All bytes that were written, with their checksum. */
  finish(): Uint8Array {
    const checksum = crc32(new Uint8Array(this.#view.buffer, 0, this.#length));
    this.u32(checksum);
    return new Uint8Array(this.#view.buffer.slice(0, this.#length));
  }

  /** Reserves the next `count` bytes and returns their offset. Grows the buffer, and replaces `#view`, where needed. */
  #reserve(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#view.byteLength) {
      const grown = new Uint8Array(Math.max(this.#length, 2 * this.#view.byteLength));
      grown.set(new Uint8Array(this.#view.buffer));
      this.#view = new DataView(grown.buffer);
    }
    return at;
  }
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
