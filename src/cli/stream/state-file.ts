// A file that holds the state of a command. It is replaced as a whole, so that it is readable whenever the program ends.
//
// The bytes go to a temporary file in the same folder. This file is flushed to the disk and renamed over the state; then
// the folder is flushed. A reader sees the old state or the new one. All steps are synchronous, so that a signal is handled
// before or after them. Of two processes that save to one file the last one wins; neither does other harm.
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  type Stats,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { codeOf, fail, fileError } from '../errors.ts';
import { renameOver } from '../output/rename.ts';

/** A temporary file older than this many milliseconds was left behind by a process that was killed. */
const ABANDONED = 60_000;

/** A state file by its path. */
export class StateFile {
  /** The path as it was given, for messages. */
  readonly path: string;
  /** The path with symbolic links followed. */
  readonly #target: string;

  /** @throws CliError at once if it could not be written later */
  constructor(path: string) {
    this.path = path;
    const existing = this.#stat(path);
    if (existing === undefined && !this.#stat(dirname(path))?.isDirectory()) {
      fail(`${path}: there is no folder ${dirname(path)}`);
    }
    if (existing?.isDirectory()) fail(`${path}: is a directory, not a file`);
    if (existing?.isFile() === false) fail(`${path}: is a device or a pipe, which cannot hold a state`);
    try {
      this.#target = existing === undefined ? path : realpathSync(path);
      this.#removeAbandoned();
      const temporary = this.#temporary();
      closeSync(openSync(temporary, 'wx'));
      unlinkSync(temporary);
    } catch (error) {
      throw fileError(error, path);
    }
  }

  /** The bytes last written; `undefined` if there is no file yet. */
  read(): Uint8Array | undefined {
    try {
      return readFileSync(this.#target);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw fileError(error, this.path);
    }
  }

  /** Replaces the state, or throws a CliError and leaves it as it was. */
  write(bytes: Uint8Array): void {
    try {
      this.#replace(bytes);
    } catch (error) {
      throw fileError(error, this.path);
    }
  }

  #replace(bytes: Uint8Array): void {
    const temporary = this.#temporary();
    const file = openSync(temporary, 'wx');
    try {
      try {
        writeFileSync(file, bytes);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      const mode = this.#stat(this.#target)?.mode;
      if (mode !== undefined) chmodSync(temporary, mode & 0o7777);
      renameOver(temporary, this.#target);
    } catch (error) {
      unlinkSync(temporary);
      throw error;
    }
    this.#flushFolder();
  }

  /**
   * Makes the new name survive a power failure. Windows cannot open a folder (EISDIR or EPERM), and some network file
   * systems cannot flush one; the bytes of the file are flushed there all the same, so the error is ignored.
   */
  #flushFolder(): void {
    try {
      const folder = openSync(dirname(this.#target), 'r');
      try {
        fsyncSync(folder);
      } finally {
        closeSync(folder);
      }
    } catch {}
  }

  #temporary(): string {
    return this.#beside(randomBytes(6).toString('hex'));
  }

  #beside(middle: string): string {
    return join(dirname(this.#target), `.${basename(this.#target)}.${middle}.tmp`);
  }

  #removeAbandoned(): void {
    const [before, after] = basename(this.#beside('|')).split('|') as [string, string];
    for (const name of readdirSync(dirname(this.#target))) {
      const middle = name.slice(before.length, -after.length);
      if (name !== before + middle + after || !/^[0-9a-f]{12}$/.test(middle)) continue;
      const temporary = this.#beside(middle);
      const age = Date.now() - (this.#stat(temporary)?.mtimeMs ?? Infinity);
      if (age > ABANDONED) unlinkSync(temporary);
    }
  }

  #stat(path: string): Stats | undefined {
    try {
      return statSync(path);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw fileError(error, this.path);
    }
  }
}
