// Reads a whole input for a command that keeps it: with progress, and within the memory that it may take.
import { checkMemory } from './cost.ts';
import { numRows, type Table } from './input/columns.ts';
import { type InputOptions, readTable } from './input/read.ts';
import type { Source } from './input/source.ts';
import { Progress } from './output/progress.ts';

/** What a command that reads a whole input was told about its work. */
export interface WorkOptions {
  /** Bytes. */
  readonly maxMemory: number;
  readonly progress: boolean;
}

/** The progress of a command, shown on a terminal if it is wanted. */
export function progressOf({ progress }: Pick<WorkOptions, 'progress'>): Progress {
  return new Progress(progress && process.stderr.isTTY === true);
}

/**
 * Reads an input to its end. Throws as soon as reading it and the work on it would need too much memory.
 *
 * @param bytesOf the bytes that the work on so many rows takes, beside the texts of their times
 * @param rows see {@link readTable}
 * @param numBefore rows that are already in memory
 */
export async function readWithin(
  path: string,
  inputOptions: InputOptions,
  options: WorkOptions,
  bytesOf: (numRows: number, table: Table) => number,
  rows: 'sorted' | 'as read',
  numBefore = 0,
): Promise<Table> {
  const progress = progressOf(options);
  const watch = async (source: Source, table: Table): Promise<void> => {
    const n = numBefore + numRows(table);
    const share = source.size === undefined || numBefore > 0 ? undefined : source.bytesRead / source.size;
    // The work is that on the whole input: for much of it there may be a way that takes less.
    const whole = share ? Math.ceil(n / share) : n;
    const bytes = bytesOf(whole, table) * (share || 1);
    checkMemory(n, bytes + (table.times?.size ?? 0), options.maxMemory, share);
    if (share) for (const { values } of table.columns) values.reserve(whole);
    await progress.reading(source, numRows(table));
  };
  try {
    return await readTable(path, inputOptions, watch, rows);
  } finally {
    await progress.stop();
  }
}
