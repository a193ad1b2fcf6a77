// A file that holds the state of a command. It is replaced as a whole, so that it is readable whenever the program ends.
//
// All steps are synchronous, so that a signal is handled before or after them. A lock keeps a second process away (see state-lock.ts). A symbolic link stays one, and the file that
// it names is replaced, also if there is no such file yet.
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  type Stats,
  statSync,
  unlinkSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { replaceFileSync } from '../../files/replace.ts';
import { codeOf, fail, fileError } from '../errors.ts';
import { StateLock } from './state-lock.ts';

/** A temporary file older than this many milliseconds was left behind by a process that was killed. */
const ABANDONED = 60_000;

/** Links to links that are followed, as Linux does. */
const MOST_LINKS = 40;

/** A state file by its path. This process alone writes it until it ends. */
export class StateFile {
  /** The path as it was given, for messages. */
  readonly path: string;
  /** The path with symbolic links followed. */
  readonly #target: string;
  readonly #lock: StateLock;

  /** @throws CliError at once if it could not be written later, or if another process has it */
  constructor(path: string) {
    this.path = path;
    const existing = this.#stat(path);
    const target = existing === undefined ? this.#follow(path) : path;
    if (existing === undefined && !this.#stat(dirname(target))?.isDirectory()) {
      fail(`${path}: there is no folder ${dirname(target)}`);
    }
    if (existing?.isDirectory()) fail(`${path}: is a directory, not a file`);
    if (existing?.isFile() === false) fail(`${path}: is a device or a pipe, which cannot hold a state`);
    try {
      this.#target =
        existing === undefined ? join(realpathSync(dirname(target)), basename(target)) : realpathSync(path);
      this.#removeAbandoned();
      const temporary = this.#temporary();
      closeSync(openSync(temporary, 'wx'));
      unlinkSync(temporary);
      this.#lock = new StateLock(this.#beside('lock'), path);
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
      this.#lock.check();
      replaceFileSync(this.#target, this.#temporary(), bytes, this.#stat(this.#target)?.mode);
    } catch (error) {
      throw fileError(error, this.path);
    }
  }

  #temporary(): string {
    return this.#beside(`${randomBytes(6).toString('hex')}.tmp`);
  }

  #beside(ending: string): string {
    return join(dirname(this.#target), `.${basename(this.#target)}.${ending}`);
  }

  /** The path that a chain of links ends at, where nothing is; the path itself if it is no link. */
  #follow(path: string): string {
    let end = path;
    for (let links = 0; links < MOST_LINKS; links++) {
      try {
        if (!lstatSync(end).isSymbolicLink()) break;
        end = resolve(realpathSync(dirname(end)), readlinkSync(end));
      } catch (error) {
        if (codeOf(error) === 'ENOENT') break;
        throw fileError(error, this.path);
      }
    }
    return end;
  }

  #removeAbandoned(): void {
    const [before, after] = basename(this.#beside('|.tmp')).split('|') as [string, string];
    for (const name of readdirSync(dirname(this.#target))) {
      const middle = name.slice(before.length, -after.length);
      if (name !== before + middle + after || !/^[0-9a-f]{12}$/.test(middle)) continue;
      const temporary = this.#beside(`${middle}.tmp`);
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
