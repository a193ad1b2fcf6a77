// The states of a follower as files of a folder, each replaced as a whole.
import { mkdirSync, realpathSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../../files/replace.ts';
import type { StateStore } from '../../prometheus.ts';
import { codeOf, fail, fileError } from '../errors.ts';
import { StateLock } from '../state/state-lock.ts';

/**
 * A folder, made if it is not there. This process alone writes it until it ends. Writing does not block the thread.
 *
 * @throws CliError if it cannot be used, or if another process has it
 */
export function openStates(path: string): StateStore {
  let folder: string;
  let lock: StateLock;
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === false) fail(`${path}: is a file, not a folder`);
    mkdirSync(path, { recursive: true });
    folder = realpathSync(path);
    lock = new StateLock(join(folder, '.lock'), path);
  } catch (error) {
    throw fileError(error, path);
  }
  return {
    read: async (name) => {
      try {
        return await readFile(join(folder, name));
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return undefined;
        throw fileError(error, join(path, name));
      }
    },
    write: async (name, bytes) => {
      try {
        lock.check();
        // One temporary file is enough: the lock keeps others away.
        await replaceFile(join(folder, name), join(folder, `.${name}.tmp`), [bytes]);
      } catch (error) {
        throw fileError(error, join(path, name));
      }
    },
  };
}
