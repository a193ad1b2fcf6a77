// Where results go: standard output, or a file that appears when it is complete and not before.
import { rmSync, type Stats } from 'node:fs';
import { open, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { replaceFile } from '../../files/replace.ts';
import { type CliError, codeOf, fail, fileError } from '../errors.ts';
import { atExit } from '../signals.ts';

/** A destination for text, or bytes. */
export interface Output {
  write(pieces: Iterable<string | Uint8Array>): Promise<void>;
}

/** Standard output, or the file at `path`. Throws if the file exists without `force`, or cannot be written. */
export async function openOutput(path: string | undefined, force: boolean): Promise<Output> {
  if (path === undefined) return { write: writeToStdout };
  const target = await checkTarget(path, force);
  return {
    write: async (pieces) => {
      if (target.isFile) await checkTarget(path, force); // the file may have appeared meanwhile
      try {
        await (target.isFile ? replaceWhole(target.path, target.mode, pieces) : writeInto(path, pieces));
      } catch (error) {
        throw fileError(error, path);
      }
    },
  };
}

interface Target {
  /** The path with symbolic links followed. */
  readonly path: string;
  /** False for devices and pipes, which are written into. */
  readonly isFile: boolean;
  /** Permissions to keep. */
  readonly mode: number | undefined;
}

async function checkTarget(path: string, force: boolean): Promise<Target> {
  const existing = await statOf(path);
  if (existing === undefined) {
    const folder = await statOf(dirname(path));
    if (!folder?.isDirectory()) fail(`${path}: there is no folder ${dirname(path)}`);
    return { path, isFile: true, mode: undefined };
  }
  if (existing.isDirectory()) fail(`${path}: is a directory, not a file`);
  if (!existing.isFile()) return { path, isFile: false, mode: undefined };
  if (!force) fail(`${path}: exists already; --force overwrites it`);
  return { path: await realpath(path), isFile: true, mode: existing.mode };
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw fileError(error, path);
  }
}

/** Replaces a file; a signal in between leaves nothing of it behind. */
async function replaceWhole(
  target: string,
  mode: number | undefined,
  pieces: Iterable<string | Uint8Array>,
): Promise<void> {
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
  const forget = atExit(() => rmSync(temporary, { force: true }));
  try {
    await replaceFile(target, temporary, pieces, mode);
  } finally {
    forget();
  }
}

async function writeInto(path: string, pieces: Iterable<string | Uint8Array>): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (const piece of pieces) await file.writeFile(piece);
  } finally {
    await file.close();
  }
}

/** Waits for every piece, so that a slow reader does not make the rest pile up in memory. */
async function writeToStdout(pieces: Iterable<string | Uint8Array>): Promise<void> {
  for (const piece of pieces) {
    await new Promise<void>((resolve, reject) => {
      process.stdout.write(piece, (error) => {
        if (!error) resolve();
        else if (codeOf(error) === 'EPIPE') reject(error);
        else reject(fileError(error, 'standard output') as CliError);
      });
    });
  }
}
