// The states of a follower as files of a folder, each replaced as a whole.
import { mkdirSync, realpathSync, statSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StateStore } from '../../prometheus.ts';
import { codeOf, fail, fileError } from '../errors.ts';
import { renameOver } from '../output/rename.ts';
import { StateLock } from '../state/state-lock.ts';

/**
 * A folder, made if it is not there. This process alone writes it until it ends.
 *
 * Bytes go to a file beside the state, which is flushed to the disk and renamed over it. So a reader, and a restart after a
 * failure of power, finds the old state or the new one. Nothing of this blocks the thread.
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
        const temporary = join(folder, `.${name}.tmp`); // one is enough: the lock keeps others away
        const file = await open(temporary, 'w');
        try {
          await file.writeFile(bytes);
          await file.sync();
        } finally {
          await file.close();
        }
        renameOver(temporary, join(folder, name));
      } catch (error) {
        throw fileError(error, join(path, name));
      }
    },
  };
}
