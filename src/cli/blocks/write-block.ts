// The end of `score --block`: scores a block of the one column that was read, and writes its file.
import { scoreBlock } from '../../blocks.ts';
import type { KNNOptions } from '../../index.ts';
import { announce, estimateBytes, estimateSeconds, formatCount, type Work } from '../cost.ts';
import { fail, UsageError } from '../errors.ts';
import type { Table } from '../input/columns.ts';
import { type Output, openOutput } from '../output/output.ts';
import { interruptible } from '../signals.ts';
import type { BlockTarget } from './block-option.ts';

/** What a block is scored with. */
interface BlockWork extends Work {
  readonly knn: KNNOptions;
  readonly progress: boolean;
  readonly force: boolean;
}

/** Bytes per value that is read: the value and the spare half of a doubling array. */
const BYTES_PER_VALUE = 16;

/** Bytes of the largest slice of columns, in any engine. */
const SLICE_BYTES = 300 * 1024 ** 2;

/** Bytes needed to read `n` values and to score one block of them. */
export function estimateBlockBytes(n: number, work: Work, { block: [, m] }: BlockTarget): number {
  return n * BYTES_PER_VALUE + Math.min(SLICE_BYTES, estimateBytes(n, work)) + estimateBytes(Math.ceil(n / m), work);
}

/** The file of a block, opened before anything is read: an existing one is refused at once. */
export async function openBlock({ out }: BlockTarget, { force }: BlockWork): Promise<Output> {
  return await openOutput(out, force);
}

/**
 * Scores a block and writes it.
 *
 * @param isUnchanged whether the rows are the series: `merge` knows nothing of times
 */
export async function writeBlock(
  { block }: BlockTarget,
  work: BlockWork,
  { columns }: Table,
  isUnchanged: boolean,
  output: Output,
): Promise<void> {
  if (columns.length > 1) {
    throw new UsageError(`--block is for one column, got ${columns.length}: add --column NAME`);
  }
  if (!isUnchanged) {
    fail(
      '--block is for rows in the order of their times and without holes: put them on their grid first, or leave out --time',
    );
  }
  const values = columns[0]!.values.toArray();
  const numWindows = values.length - work.windowSize + 1;
  const numRows = Math.ceil(numWindows / block[1]);
  // As a series of its own it would meet each pair once only.
  const seconds = estimateSeconds(numRows, numWindows, { ...work, reference: 'itself' });
  if (work.progress) announce(`scoring ${formatCount(numRows)} of ${formatCount(numWindows)} windows`, seconds);
  const bytes = interruptible(() => scoreBlock(values, work.windowSize, work.k, { ...work.knn, block }));
  await output.write([bytes]);
}
