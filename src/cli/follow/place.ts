// A place in a live file, as a state keeps it: which file, how many bytes of it are done, and what stood before them.
//
// A file is known by its device and inode, and by digests of its first bytes and of those before the place. Both are needed:
// an inode is given to another file when its own is gone, and a copy of a file has another inode.
import { createHash } from 'node:crypto';
import type { OrderMemory } from '../input/order.ts';
import type { ReaderMemory } from '../input/rows.ts';

/** Bytes at the beginning and before the place that are compared. */
export const WITNESS = 1024;

/** So many different lines must stand before a place for it to be found in a file with another inode. */
const TELLING_LINES = 4;

/** Bytes by their number and SHA-256. */
export interface Digest {
  readonly length: number;
  readonly sha256: string;
}

/** Which file, by what the system calls it. */
export interface FileId {
  readonly dev: string;
  readonly ino: string;
}

/** Where the output of the rows ends. */
export interface OutputPlace {
  /** Absolute. */
  readonly path: string;
  readonly length: number;
  /** Of the bytes before that. */
  readonly tail: Digest;
}

/** A place in a live file, between two lines, as JSON. */
export interface Place extends FileId {
  /** Absolute path of the live file; the place may be in one that has been renamed since. */
  readonly path: string;
  /** Nanoseconds since 1970 at which the file was last seen to change. */
  readonly mtime: string;
  /** Bytes before the place. */
  readonly offset: number;
  /** Lines before the place. */
  readonly line: number;
  /** The first bytes of the file, and those before the place. */
  readonly head: Digest;
  readonly tail: Digest;
  /** Whether the lines before the place differ enough to know them again in another file. */
  readonly isTelling: boolean;
  /** The first lines, from which format and columns were found. Their rows are done. */
  readonly sample: readonly string[];
  /** What the reader knows from further lines; `null` before there is one. */
  readonly reader: ReaderMemory | null;
  readonly order: OrderMemory;
  readonly output?: OutputPlace | undefined;
}

/** The bytes around a place, as far as they are compared. */
export interface Witness {
  /** Bytes before the place. */
  readonly offset: number;
  /** The first {@link WITNESS} bytes of the file, or all before the place; at the beginning those behind it. */
  readonly head: Buffer;
  /** The last {@link WITNESS} bytes before the place, or all of them. */
  readonly tail: Buffer;
}

/** The witness of the beginning of a file. */
export const BEGIN: Witness = { offset: 0, head: Buffer.alloc(0), tail: Buffer.alloc(0) };

/** The witness after further bytes. */
export function after({ offset, head, tail }: Witness, bytes: Buffer): Witness {
  return {
    offset: offset + bytes.length,
    head: longerHead(head, offset, bytes),
    tail: lastBytes(tail, bytes),
  };
}

/** Bytes behind the place are no part of it, except at the beginning: somebody may mend a line that could not be read. */
function longerHead(head: Buffer, offset: number, bytes: Buffer): Buffer {
  if (bytes.length === 0 || (offset > 0 && head.length >= WITNESS)) return head;
  const done = offset === 0 ? head.subarray(0, 0) : head;
  return Buffer.concat([done, bytes.subarray(0, WITNESS - done.length)]);
}

function lastBytes(tail: Buffer, bytes: Buffer): Buffer {
  // A copy, so that a large buffer is not kept for the sake of its end.
  if (bytes.length >= WITNESS) return Buffer.from(bytes.subarray(bytes.length - WITNESS));
  const all = Buffer.concat([tail, bytes]);
  return all.subarray(Math.max(0, all.length - WITNESS));
}

/** The digest of these bytes. */
export function digestOf(bytes: Uint8Array): Digest {
  return { length: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** Whether these bytes have this digest. */
export function isOf(bytes: Uint8Array, { length, sha256 }: Digest): boolean {
  return bytes.length === length && digestOf(bytes).sha256 === sha256;
}

/** Whether a witness stands at the place. */
export function isAt({ offset, head, tail }: Witness, place: Pick<Place, 'offset' | 'head' | 'tail'>): boolean {
  return offset === place.offset && isOf(head, place.head) && isOf(tail, place.tail);
}

/** Whether the lines before the place, or after it at the beginning, differ enough to know them again: zeros are everywhere. */
export function isTelling({ head, tail }: Witness): boolean {
  const bytes = tail.length > 0 ? tail : head;
  return new Set(bytes.toString('latin1').split('\n').slice(1)).size > TELLING_LINES;
}
