// The file of answers beside a state: the state knows how long it is, so that after a restart nothing in it is missing or twice.
//
// Answers are written before the state is. If the program is killed in between, the file has answers that the state does not
// know: the next run cuts them off, reads their lines again, and writes the same bytes.
import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { fail, fileError } from '../errors.ts';
import type { Output } from '../output/output.ts';
import { digestOf, isOf, type OutputPlace, WITNESS } from './place.ts';

/** A file that answers are appended to. */
export class AppendedOutput implements Output {
  /** Whether something is in it already. */
  readonly isBegun: boolean;
  readonly #path: string;
  readonly #file: number;
  #length: number;
  #tail: Buffer;

  /**
   * Opens the file where the state says that it ends.
   *
   * @throws CliError if it holds something else than what the state says
   */
  constructor(path: string, place: OutputPlace | undefined) {
    this.#path = path;
    const known = place?.path === resolve(path) ? place : undefined;
    try {
      this.#file = openSync(path, 'a+');
      const stat = fstatSync(this.#file);
      const size = stat.isFile() ? stat.size : 0;
      if (known === undefined && size > 0) {
        fail(`${path}: exists already, and no state says how much of it is known: use another file`);
      }
      this.#length = size === 0 ? 0 : (known?.length ?? 0);
      this.#tail = this.#read(this.#length);
      if (known !== undefined && size > 0) this.#cut(known, size);
    } catch (error) {
      throw fileError(error, path);
    }
    this.isBegun = this.#length > 0;
  }

  async write(pieces: Iterable<string | Uint8Array>): Promise<void> {
    for (const piece of pieces) {
      const bytes = typeof piece === 'string' ? Buffer.from(piece) : Buffer.from(piece);
      try {
        for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at);
      } catch (error) {
        throw fileError(error, this.#path);
      }
      this.#length += bytes.length;
      const all = Buffer.concat([this.#tail, bytes.subarray(-WITNESS)]);
      this.#tail = all.subarray(Math.max(0, all.length - WITNESS));
    }
  }

  /** Makes what was written survive a power failure, before a state says that it is there. */
  flush(): void {
    try {
      fdatasyncSync(this.#file);
    } catch {} // a pipe or a device
  }

  /** Where the file ends, for a state. */
  get place(): OutputPlace {
    return { path: resolve(this.#path), length: this.#length, tail: digestOf(this.#tail) };
  }

  close(): void {
    closeSync(this.#file);
  }

  #cut({ length, tail }: OutputPlace, size: number): void {
    if (size < length || !isOf(this.#tail, tail)) {
      fail(`${this.#path}: is not what the state says that it has written: move it away to begin a new one`);
    }
    if (size === length) return;
    ftruncateSync(this.#file, length);
    process.stderr.write(
      `knn-anomaly: ${this.#path}: cut off ${size - length} bytes that the state does not know: their lines are read again\n`,
    );
  }

  #read(end: number): Buffer {
    const bytes = Buffer.alloc(Math.min(WITNESS, end));
    const count = bytes.length === 0 ? 0 : readSync(this.#file, bytes, 0, bytes.length, end - bytes.length);
    return bytes.subarray(0, count);
  }
}
