// A live file as a sequence of whole lines: it grows, is rotated, truncated, replaced, deleted and made again.
//
//   end of what is there ─┬─ the path still names this file                     → wait
//                         ├─ nothing, or an empty file, has its name            → wait: the writer may still write here
//                         └─ another file with content has its name             → wait once more, then go on there
//   bytes before the place are others: truncated ─┬─ a copy holds the place     → read the copy to its end, then the file
//                                                 └─ none does                  → say so, begin at the beginning
import type { BigIntStats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { FileError, fail, fileError, show } from '../errors.ts';
import { markedEncoding } from '../input/text-lines.ts';
import { LineFeeds } from './line-feeds.ts';
import { after, BEGIN, digestOf, type FileId, isTelling, type Place, WITNESS, type Witness } from './place.ts';
import { type Behind, endOfLines, gzipBehind, readAt, readBehind } from './reading.ts';
import { type Candidate, candidateAt, findNext, findPlace, idOf, isGone, isSame, type Mark } from './rotated.ts';
import { Waker } from './waker.ts';

/** Milliseconds after its last change in which a renamed file may still be written by its writer. */
const WARM = 2000;

/** A place while the program runs. */
export interface Spot extends FileId {
  /** Name of the file, for messages. */
  readonly name: string;
  readonly mtime: string;
  readonly witness: Witness;
}

/** What comes from a live file. */
export type Piece =
  /** Whole lines before the end at which reading is to begin: `old`; else lines that are new. They stand behind the spot. */
  | {
      readonly kind: 'old' | 'lines';
      readonly bytes: Buffer;
      readonly spot: Spot;
      readonly encoding: string | undefined;
    }
  /** Once: what follows is new. */
  | { readonly kind: 'begin'; readonly spot: Spot }
  /** What follows is another file, from its beginning. */
  | { readonly kind: 'file'; readonly spot: Spot };

/** How a live file is followed. */
export interface LiveFileOptions {
  readonly path: string;
  /** Where to go on; `undefined`: at the beginning, or at the end. */
  readonly place: Place | undefined;
  readonly isFromEnd: boolean;
  /** Seconds between two looks at least. */
  readonly poll: number;
  /** Whether to end at the end of the file. */
  readonly isOnce: boolean;
  /** That of the text, if it is given. */
  readonly encoding: string | undefined;
}

/** Reads a live file. */
export class LiveFile {
  readonly #options: LiveFileOptions;
  /** Absolute. */
  readonly #path: string;
  #file!: Candidate;
  #handle: FileHandle | undefined;
  #witness: Witness;
  #encoding: string | undefined;
  #feeds: LineFeeds;
  /** Whether this file was watched while it was written. */
  #isWatched: boolean;
  /** When another file with content was first seen in the place of this one. */
  #since: number | undefined;
  /** What was last looked at in the place of this one, while that was empty. */
  #lookedAt: string | undefined;

  constructor(options: LiveFileOptions) {
    this.#options = options;
    this.#path = resolve(options.path);
    this.#handle = undefined;
    this.#witness = BEGIN;
    this.#encoding = options.encoding;
    this.#feeds = new LineFeeds(options.encoding);
    this.#isWatched = false;
    this.#since = undefined;
    this.#lookedAt = undefined;
  }

  /** What is there and what comes, without an end unless it is asked for once. A piece is done when the next one is asked for. */
  async *pieces(): AsyncGenerator<Piece> {
    const { isOnce, poll } = this.#options;
    const waker = new Waker(this.#path, poll);
    try {
      const isThere = yield* this.#begin(waker);
      if (!isThere) return;
      for (;;) {
        const behind = yield* this.#drain();
        const step = behind.kind === 'changed' ? await this.#relocate() : await this.#look(behind.part);
        if (step === 'file') yield { kind: 'file', spot: this.#spot };
        if (step !== 'stay') continue;
        if (isOnce) {
          if (behind.kind === 'end' && textOf(behind.part) !== '')
            this.#say('its last line has no line feed yet, and waits for it');
          return;
        }
        await waker.wait();
        this.#isWatched = true;
      }
    } catch (error) {
      if (error instanceof FileError) throw new FileError(error.message.replace(this.#path, this.#options.path));
      throw fileError(error, this.#options.path);
    } finally {
      waker.close();
      await this.#handle?.close();
    }
  }

  /** Opens the file at the place where reading begins. False if there is none, and nothing is to be waited for. */
  async *#begin(waker: Waker): AsyncGenerator<Piece, boolean> {
    const { place, isFromEnd, isOnce, path } = this.#options;
    if (place !== undefined) {
      const found = await findPlace(this.#path, place);
      if (found !== undefined) this.#checkPath(place, found.file.path === this.#path);
      if (found !== undefined && (await this.#open(found.file, found.witness))) {
        yield { kind: 'begin', spot: this.#spot };
        return true;
      }
    }
    let next: Candidate | undefined;
    for (let hasSaid = false; ; ) {
      next = await (place === undefined ? candidateAt(this.#path) : findNext(this.#path, place));
      if (next !== undefined && (await this.#open(next, BEGIN))) break;
      if (isOnce && place !== undefined) return false;
      if (isOnce) fail('no such file');
      if (!hasSaid && next === undefined) process.stderr.write(`knn-anomaly: ${path}: is not there: waits for it\n`);
      hasSaid ||= next === undefined;
      await waker.wait();
    }
    if (place !== undefined) {
      this.#checkPath(place, false);
      if (place.offset > 0) {
        this.#say(
          `the place where the state ends, byte ${place.offset}, is gone: goes on at the beginning of ${basename(next.path)}`,
        );
      }
      yield { kind: 'begin', spot: this.#spot };
      yield { kind: 'file', spot: this.#spot };
    } else {
      if (isFromEnd) yield* this.#old();
      yield { kind: 'begin', spot: this.#spot };
    }
    return true;
  }

  /** What is in the file before its end. */
  async *#old(): AsyncGenerator<Piece> {
    const { size } = await this.#handle!.stat();
    await this.#findEncoding();
    const end = await endOfLines(this.#handle!, size, this.#feeds);
    while (this.#witness.offset < end) {
      const behind = await readBehind(this.#handle!, this.#witness, this.#feeds);
      if (behind.kind !== 'lines') return;
      const bytes = behind.bytes.subarray(0, end - this.#witness.offset);
      yield { kind: 'old', bytes, spot: this.#spot, encoding: this.#encoding };
      this.#witness = after(this.#witness, bytes);
    }
  }

  /** Reads to the end of what is there; what stands behind the last whole line. */
  async *#drain(): AsyncGenerator<Piece, Exclude<Behind, { kind: 'lines' }>> {
    const handle = this.#handle!;
    const pieces = this.#file.isGzip ? gzipBehind(handle, this.#witness.offset, this.#feeds) : undefined;
    try {
      for (;;) {
        await this.#findEncoding();
        const behind: Behind = pieces
          ? ((await pieces.next()).value as Behind)
          : await readBehind(handle, this.#witness, this.#feeds).catch((error: unknown): Behind => {
              if (isGone(error)) return { kind: 'end', part: Buffer.alloc(0) };
              throw error;
            });
        if (behind.kind !== 'lines') return behind;
        yield { kind: 'lines', bytes: behind.bytes, spot: this.#spot, encoding: this.#encoding };
        this.#witness = after(this.#witness, behind.bytes);
      }
    } finally {
      await pieces?.return(undefined);
    }
  }

  /** At the end of what is there: whether to wait, to go on in another file, or to go on at the same place of another one. */
  async #look(part: Buffer): Promise<'stay' | 'file' | 'moved'> {
    const { isOnce, poll } = this.#options;
    const now = await statOf(this.#path);
    if (now !== undefined && isSame(idOf(now), this.#file)) {
      const isTouched = now.size === 0n && this.#witness.offset === 0 && now.mtimeNs !== this.#file.mtime;
      const copy = isTouched ? await findNext(this.#path, this.#mark) : undefined;
      if (copy !== undefined && copy.path !== this.#path && (await this.#open(copy, BEGIN))) return 'file';
      this.#file = { ...this.#file, mtime: now.mtimeNs };
      this.#since = undefined;
      return 'stay';
    }
    const own = await this.#handle?.stat({ bigint: true }).catch(() => undefined);
    if (own !== undefined) this.#file = { ...this.#file, mtime: own.mtimeNs };
    if (now === undefined || now.size === 0n) {
      // Nothing is read there; but several rotations may have left files in between, which nobody writes any more.
      const name = now === undefined ? '' : JSON.stringify(idOf(now));
      if (this.#lookedAt === name) return 'stay';
      this.#lookedAt = name;
      const next = await findNext(this.#path, this.#mark);
      return next === undefined || next.path === this.#path ? 'stay' : await this.#leave(part);
    }
    if (this.#since === undefined && !this.#file.isGzip) {
      this.#since = performance.now();
      return 'moved'; // what was written here before that file had content is read first
    }
    this.#since ??= performance.now();
    const isWarm = this.#isWatched || Date.now() - Number(this.#file.mtime / 1_000_000n) < WARM;
    const isEarly = performance.now() - this.#since < 1000 * poll;
    // Of several writers one may still have the renamed file open.
    if (!isOnce && !this.#file.isGzip && isWarm && isEarly) return 'stay';
    return await this.#leave(part);
  }

  /** Goes on in the file that was written after this one. */
  async #leave(part: Buffer): Promise<'stay' | 'file' | 'moved'> {
    const before = this.#file;
    const found = await findPlace(this.#path, this.#mark);
    if (found?.file.path === this.#path) return (await this.#open(found.file, found.witness)) ? 'moved' : 'stay';
    const next = await findNext(this.#path, this.#mark);
    if (next === undefined || !(await this.#open(next, BEGIN))) return 'stay';
    const text = textOf(part);
    if (text !== '') this.#say(`the last line has no line feed, and is left out: ${show(text)}`, basename(before.path));
    return 'file';
  }

  /** The file is no longer the one that was read: goes on in its copy, or at its beginning. */
  async #relocate(): Promise<'stay' | 'file' | 'moved'> {
    const found = await findPlace(this.#path, this.#mark);
    if (found !== undefined) return (await this.#open(found.file, found.witness)) ? 'moved' : 'stay';
    const next = await findNext(this.#path, this.#mark);
    if (next === undefined || !(await this.#open(next, BEGIN))) return 'stay';
    this.#say('was truncated: goes on at its beginning');
    return 'file';
  }

  /** Opens a file in the place of the one that is open; false if its name is that of another one by now. */
  async #open(file: Candidate, witness: Witness): Promise<boolean> {
    if (file.isGzip && file.path === this.#path) refuseGzip();
    let handle: FileHandle;
    try {
      handle = await open(file.path);
    } catch (error) {
      if (isGone(error)) return false;
      throw error;
    }
    if (!isSame(idOf(await handle.stat({ bigint: true })), file)) {
      await handle.close(); // renamed meanwhile
      return false;
    }
    await this.#handle?.close();
    this.#handle = handle;
    this.#file = file;
    // The first bytes tell a file from others also before a line of it is read.
    const isNew = witness === BEGIN && !file.isGzip;
    this.#witness = isNew ? { ...BEGIN, head: Buffer.from(await readAt(handle, 0, WITNESS)) } : witness;
    this.#isWatched = false;
    this.#since = undefined;
    this.#lookedAt = undefined;
    return true;
  }

  /** The mark at the beginning of a file says that it is UTF-16. */
  async #findEncoding(): Promise<void> {
    const { encoding } = this.#options;
    if (encoding !== undefined || this.#file.isGzip || (this.#witness.offset > 0 && this.#encoding !== undefined))
      return;
    const first = await readAt(this.#handle!, 0, 2).catch(() => Buffer.alloc(0));
    if (first[0] === 0x1f && first[1] === 0x8b) refuseGzip();
    this.#encoding = markedEncoding(first) ?? (first.length < 2 ? undefined : 'utf-8');
    this.#feeds = new LineFeeds(this.#encoding);
  }

  get #spot(): Spot {
    const { dev, ino, mtime, path } = this.#file;
    return { dev, ino, mtime: String(mtime), name: basename(path), witness: this.#witness };
  }

  get #mark(): Mark {
    const { head, tail, offset } = this.#witness;
    return { ...this.#spot, offset, head: digestOf(head), tail: digestOf(tail), isTelling: isTelling(this.#witness) };
  }

  /** A state of another file goes on in this one only if this one holds its place, as a copy or under a new name. */
  #checkPath(place: Place, isHere: boolean): void {
    if (place.path === this.#path || isHere) return;
    fail(`the state was saved of ${place.path}, and its place is not in this file: use another state`);
  }

  #say(what: string, name: string = basename(this.#path)): void {
    process.stderr.write(`knn-anomaly: ${name}: ${what}\n`);
  }
}

function refuseGzip(): never {
  fail('is compressed by gzip, and so no file that lines are appended to: leave out --follow');
}

async function statOf(path: string): Promise<BigIntStats | undefined> {
  try {
    return await stat(path, { bigint: true });
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** A part of a line, for messages. */
function textOf(part: Buffer): string {
  return part.toString('latin1').replaceAll('\0', '').trim();
}
