// Renames a file over another one, on every system.
import { renameSync } from 'node:fs';
import { codeOf } from './error-code.ts';

/** What Windows answers while another program has the target open for a moment. */
const BUSY = ['EPERM', 'EACCES', 'EBUSY'];

/** Milliseconds before each further attempt: a second in all. */
const DELAYS = [10, 20, 40, 80, 150, 300, 400];

/**
 * Renames `from` to `to` and replaces what is there. On Linux and macOS that is one atomic step, whoever has `to` open. On
 * Windows it fails while a virus scanner, an indexer or a reader has `to` open, which is mostly over in some milliseconds:
 * there it is tried again for up to a second.
 *
 * @param rename what renames; for tests
 */
export function renameOver(
  from: string,
  to: string,
  rename: (from: string, to: string) => void = renameSync,
  platform: string = process.platform,
): void {
  for (const delay of platform === 'win32' ? DELAYS : []) {
    try {
      rename(from, to);
      return;
    } catch (error) {
      if (!BUSY.includes(codeOf(error) ?? '')) throw error;
    }
    sleep(delay);
  }
  rename(from, to);
}

/** Blocks the thread: a state is saved without a turn of the event loop, so that no signal comes in between. */
function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
