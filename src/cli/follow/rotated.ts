// Finds a place again after a live file was rotated, copied, compressed or replaced, and the files that came after it.
//
// Rotated files lie beside the live one, or beside what a link names, and have its name with a number or a date: log.1,
// log.2.gz, log-20240301, log.2024-03-01T10, app-20240301.log. Other names are known by the inode: then those that differ
// from it in their digits alone are of the same series.
import type { BigIntStats } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { codeOf, FileError, fileError } from '../errors.ts';
import { type FileId, isAt, type Place, type Witness } from './place.ts';
import { readAt, witnessAt } from './reading.ts';

/** Attempts to see the files while they are renamed, and milliseconds between two. */
const ATTEMPTS = 50;
const PAUSE = 5;

/** A place as far as it is searched for. */
export type Mark = Pick<Place, 'dev' | 'ino' | 'mtime' | 'offset' | 'head' | 'tail' | 'isTelling'>;

/** A file that may hold a place. */
export interface Candidate extends FileId {
  readonly path: string;
  /** Nanoseconds since 1970. */
  readonly mtime: bigint;
  readonly size: bigint;
  readonly isGzip: boolean;
}

/** Where a place was found. */
export interface Found {
  readonly file: Candidate;
  readonly witness: Witness;
}

/** What the system says of a file; `undefined` if there is none. Throws for what is no regular file. */
export async function candidateAt(path: string): Promise<Candidate | undefined> {
  let found: BigIntStats;
  try {
    found = await stat(path, { bigint: true });
    if (found.isDirectory()) throw new FileError(`${path}: is a directory, not a file`);
    if (!found.isFile()) throw new FileError(`${path}: is a device or a pipe: it is read without --follow`);
    return { ...idOf(found), path, mtime: found.mtimeNs, size: found.size, isGzip: await isGzip(path) };
  } catch (error) {
    if (isGone(error)) return undefined;
    throw fileError(error, path);
  }
}

/** Whether an error says that a file is not there: any more, or for a network file system. */
export function isGone(error: unknown): boolean {
  return ['ENOENT', 'ESTALE'].includes(codeOf(error) ?? '');
}

/** The name of the system for a file. */
export function idOf({ dev, ino }: BigIntStats): FileId {
  return { dev: String(dev), ino: String(ino) };
}

/** Whether two names are those of one file. */
export function isSame(a: FileId, b: FileId): boolean {
  return a.dev === b.dev && a.ino === b.ino;
}

/**
 * The file in which a place is now: the live one, a rotated one, or a copy. What has the inode of the place and its bytes
 * comes first, then a live file with its bytes, then a rotated one, the newest first. Bytes that are everywhere, such as a row
 * of zeros, tell nothing without the inode.
 */
export async function findPlace(path: string, mark: Mark): Promise<Found | undefined> {
  return await steadily(path, mark, (listing) => placeIn(listing, mark));
}

/**
 * The file that was written after the one with the place, if that is not the live one: a rotated file, or the live one;
 * `undefined` if there is none. Where no file has the place, it is the first one that changed after it.
 */
export async function findNext(path: string, mark: Mark): Promise<Candidate | undefined> {
  return await steadily(path, mark, async (listing) => {
    const { live, rotated } = listing;
    const own = (await placeIn(listing, mark))?.file;
    if (own === undefined || own === live) {
      return rotated.find(({ mtime }) => mtime > BigInt(mark.mtime)) ?? live;
    }
    const shape = shapeOf(basename(own.path));
    const series = (await list(path, mark, (name) => shapeOf(name) === shape)).rotated;
    const at = series.findIndex((file) => isSame(file, own));
    return series.slice(at + 1).find((file) => plainName(file.path) !== plainName(own.path)) ?? live;
  });
}

/** The files that may hold a place. */
interface Listing {
  readonly live: Candidate | undefined;
  /** Oldest first. */
  readonly rotated: readonly Candidate[];
}

/** Looks at the files until nothing was renamed meanwhile: a rotation has several steps. */
async function steadily<T>(path: string, mark: Mark, look: (listing: Listing) => Promise<T>): Promise<T> {
  let listing = await list(path, mark);
  for (let attempt = 1; ; attempt++) {
    const result = await look(listing);
    const again = await list(path, mark);
    if (nameOf(again) === nameOf(listing) || attempt === ATTEMPTS) return result;
    listing = again;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

function nameOf({ live, rotated }: Listing): string {
  return JSON.stringify([live, ...rotated].map((file) => file && [file.path, file.dev, file.ino]));
}

async function placeIn({ live, rotated }: Listing, mark: Mark): Promise<Found | undefined> {
  const all = [...(live === undefined ? [] : [live]), ...[...rotated].reverse()];
  for (const file of all.filter((file) => isSame(file, mark))) {
    // Of an empty live file nothing tells whether it was truncated since: newer rotated files would be its copies.
    if (file === live && mark.head.length === 0) continue;
    const witness = await witnessOf(file, mark);
    if (witness !== undefined) return { file, witness };
  }
  if (mark.head.length === 0) return undefined;
  // A live file with the inode of the place and other bytes was truncated, so that a rotated one with its bytes is the copy.
  const isTruncated = live !== undefined && isSame(live, mark);
  if (!mark.isTelling && !isTruncated) return undefined;
  for (const file of [...all.filter(({ isGzip }) => !isGzip), ...all.filter(({ isGzip }) => isGzip)]) {
    const witness = await witnessOf(file, mark);
    if (witness !== undefined) return { file, witness };
  }
  return undefined;
}

/** The bytes around the place in a file; `undefined` if they are not those of the place. */
async function witnessOf({ path, isGzip }: Candidate, mark: Mark): Promise<Witness | undefined> {
  try {
    const witness = await witnessAt(path, mark.offset, mark.head.length, isGzip);
    return witness !== undefined && isAt(witness, mark) ? witness : undefined;
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return undefined; // gone meanwhile, or not to be read
  }
}

/** The live file, the rotated ones in the order in which they were written, and any with the inode of the place. */
async function list(path: string, mark: Mark, isNamedSo?: (name: string) => boolean): Promise<Listing> {
  const live = await candidateAt(path);
  const target = await realpath(path).catch(() => path);
  const isRotated = isNamedSo ?? rotationOf(basename(path), basename(target));
  const found: Candidate[] = [];
  for (const folder of new Set([dirname(path), dirname(target)])) {
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
      if (!entry.isFile()) continue;
      const file = await identified(join(folder, entry.name), isRotated(entry.name), mark);
      if (file === undefined || (live !== undefined && isSame(file, live))) continue;
      if (!found.some((other) => isSame(other, file))) found.push(file);
    }
  }
  return { live, rotated: inOrder(withoutTwins(found), basename(path)) };
}

/** The file at a path, if its name or its inode makes it one that is looked for. */
async function identified(path: string, isNamed: boolean, mark: Mark): Promise<Candidate | undefined> {
  try {
    if (!isNamed && !isSame(idOf(await stat(path, { bigint: true })), mark)) return undefined;
    return await candidateAt(path);
  } catch {
    return undefined;
  }
}

/** Leaves out compressed files whose original is still there. */
function withoutTwins(files: readonly Candidate[]): Candidate[] {
  const plain = new Set(files.filter(({ isGzip }) => !isGzip).map(({ path }) => path));
  return files.filter(({ path, isGzip }) => !(isGzip && plain.has(plainName(path))));
}

function plainName(path: string): string {
  return path.replace(/\.gz$/i, '');
}

/** Oldest first: by their numbers if all have one, else by the time of their last change. */
function inOrder(files: Candidate[], base: string): Candidate[] {
  const numberOf = ({ path }: Candidate): number => {
    const name = basename(plainName(path));
    const [, digits] = /^[._-]?(\d{1,3})$/.exec(name.startsWith(base) ? name.slice(base.length) : '') ?? [];
    return Number(digits ?? NaN);
  };
  if (files.every((file) => !Number.isNaN(numberOf(file)))) return files.sort((a, b) => numberOf(b) - numberOf(a));
  return files.sort((a, b) => Number(a.mtime - b.mtime) || (a.path < b.path ? -1 : 1));
}

/** Whether a name is that of a rotated file, by the name of the live one and the name of what it links to. */
function rotationOf(base: string, target: string): (name: string) => boolean {
  const extension = extname(base);
  const stem = base.slice(0, base.length - extension.length);
  // A number alone tells something only behind the whole name: host-1.log may be the live file of another host.
  const isDate = (text: string): boolean =>
    /^[._-]\d[\dT:._+-]*Z?$/.test(text) && text.replaceAll(/\D/g, '').length > 5;
  const isNumber = (text: string): boolean => /^[._-](?:\d{1,3}|old)$/.test(text);
  return (name) => {
    const plain = plainName(name);
    if (target !== base && plain !== target && shapeOf(plain) === shapeOf(target)) return true;
    const ending = plain.startsWith(base) ? plain.slice(base.length) : '';
    if (isDate(ending) || isNumber(ending)) return true;
    if (extension === '' || !plain.startsWith(stem) || !plain.endsWith(extension)) return false;
    return isDate(plain.slice(stem.length, -extension.length));
  };
}

/** A name without its digits, and without the ending of a compressed file. */
function shapeOf(name: string): string {
  return plainName(name).replaceAll(/\d+/g, '#');
}

async function isGzip(path: string): Promise<boolean> {
  const handle = await open(path);
  try {
    const [first, second] = await readAt(handle, 0, 2);
    return first === 0x1f && second === 0x8b;
  } finally {
    await handle.close();
  }
}
