// Replaces a file as a whole: whoever reads it, and a restart after a failure of power, finds the old bytes or the new ones.
//
// The bytes go to a temporary file in the same folder. This file is flushed to the disk and renamed over the target; then the folder
// is flushed, so that the new name survives a failure of power, too. What an earlier process of the same name for it left behind
// is removed first, and never written into: it might be a link to somewhere else.
import { chmodSync, closeSync, fsyncSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { chmod, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { renameOver } from './rename.ts';

/**
 * Replaces `target`. After an error it is as it was, and `temporary` is gone.
 *
 * @param temporary a path in the same folder, which no other process uses at the same time
 * @param mode permissions to keep; default: those of a new file
 */
export async function replaceFile(
  target: string,
  temporary: string,
  pieces: Iterable<string | Uint8Array>,
  mode?: number,
): Promise<void> {
  await rm(temporary, { force: true });
  const file = await open(temporary, 'wx');
  try {
    try {
      for (const piece of pieces) await file.writeFile(piece);
      await file.sync();
    } finally {
      await file.close();
    }
    if (mode !== undefined) await chmod(temporary, mode & PERMISSIONS);
    renameOver(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true }); // at once, lest the program ends before
    throw error;
  }
  await flushFolder(dirname(target));
}

/** The same without a turn of the event loop, so that a signal is handled before or after it. */
export function replaceFileSync(target: string, temporary: string, bytes: Uint8Array, mode?: number): void {
  rmSync(temporary, { force: true });
  const file = openSync(temporary, 'wx');
  try {
    try {
      writeFileSync(file, bytes);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    if (mode !== undefined) chmodSync(temporary, mode & PERMISSIONS);
    renameOver(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  flushFolderSync(dirname(target));
}

const PERMISSIONS = 0o7777;

/**
 * Windows cannot open a folder (EISDIR or EPERM), and some network file systems cannot flush one. The bytes of the file are
 * flushed there all the same, so the error is ignored.
 */
async function flushFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch {}
}

function flushFolderSync(path: string): void {
  try {
    const folder = openSync(path, 'r');
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  } catch {}
}
