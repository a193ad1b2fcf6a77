// scoreBlock: the scores of some of the windows of a series, as a file that says what it is a part of.
import { checkOptions, describe } from '../core/checks.ts';
import { euclidean, isFunctionMetric, isUnfitted, type Metric } from '../core/metric.ts';
import { checkNoneMissing, type Series, toFloat64 } from '../core/series.ts';
import { atOnce } from '../core/steps.ts';
import { allEqual, embed } from '../core/windows.ts';
import { KNN, type KNNOptions } from '../knn/knn.ts';
import { encodeBlock } from './block-file.ts';
import { type BlockJob, boundOf } from './block-job.ts';
import { scoreRows } from './block-rows.ts';
import { settingsText } from './job-settings.ts';
import { hashOfMetric, hashOfSeries } from './series-hash.ts';

/** Options of {@link scoreBlock}: those of `KNN`, and which block. */
export interface BlockOptions extends KNNOptions {
  /** `[i, m]`: block i of m, i from 0 to m − 1. Block i has the windows ⌊i·N/m⌋ … ⌊(i + 1)·N/m⌋ − 1 of all N. */
  block: readonly [i: number, m: number];
}

/**
 * The final scores of block i of m of a series' windows, as bytes for {@link mergeBlocks}. The block depends on the series, the
 * settings, i and m alone: blocks may be scored in any order, by any machine, again after a failure, and merged they are
 * what `new KNN(windowSize, k, options).score(series)` returns, to the bit.
 *
 * All blocks together cost about twice what one thread takes for the whole series where it compares all pairs (long
 * windows), as each pair is met from both of its ends; so m machines are about m/2 times as fast. For windows of up to 8
 * values every block builds its own index of the series: blocks pay only where one machine lacks the memory.
 *
 * A block takes the series, about (32 + 20k) bytes per window of its own and at most 300 MB besides, whatever the length of
 * the series: the other windows are compared in slices. With Mahalanobis distance a slice takes 16 bytes per coordinate more.
 *
 * @param series as in `KNN.score`; the same for all blocks
 * @param options.block `[i, m]` with 0 ≤ i < m; a block may be empty where m is above the number of windows
 * @param options.metric `euclidean` or a Mahalanobis metric; the bytes cannot say which function a metric is
 * @returns the state format (magic, version, checksum) with the SHA-256 of series and settings
 * @throws TypeError for a wrong kind, RangeError for a wrong value and for a function as metric
 *
 * @example
 * const series = [1, 2, 10, 2, 1];
 * const blocks = [0, 1].map((i) => scoreBlock(series, 2, 1, { block: [i, 2] }));
 * mergeBlocks(blocks); // => Float64Array.of(0, Math.SQRT2, Math.sqrt(65), Math.sqrt(65), Math.SQRT2)
 */
export function scoreBlock(series: Series, windowSize: number, k: number, options: BlockOptions): Uint8Array {
  checkOptions(options, [...KNN_OPTIONS, 'block']);
  const { block, ...rest } = options;
  new KNN(windowSize, k, rest); // checks the arguments
  const [index, count] = checkedBlock(block);
  checkMetric(rest.metric);
  const values = toFloat64(series, 'series');
  if (rest.missing === 'throw') checkNoneMissing(series, values, 'series');
  const job = jobOf(values, windowSize, k, rest);
  const numWindows = Math.max(0, values.length - windowSize + 1);
  const [from, to] = [boundOf(index, count, numWindows), boundOf(index + 1, count, numWindows)];
  const metric = job.metric === undefined ? '' : hashOfMetric(job.metric);
  return encodeBlock({
    series: hashOfSeries(values),
    settings: settingsText({ ...job, align: rest.align ?? 'end', metric }),
    index,
    count,
    length: values.length,
    scores: scoreRows(job, values, from, to),
  });
}

const KNN_OPTIONS = ['metric', 'normalize', 'aggregation', 'exclusionZone', 'side', 'missing', 'align', 'engine'];

/** @param options checked ones, whose metric is no function */
function jobOf(values: Float64Array, windowSize: number, k: number, options: KNNOptions): BlockJob {
  const { metric = euclidean, normalize = 'none', aggregation = 'mean', exclusionZone = 0 } = options;
  const { side = 'both', engine = 'auto' } = options;
  const plain = { windowSize, k, metric: undefined, normalize, aggregation, exclusionZone, side, engine };
  if (typeof metric === 'function') return plain;
  // A Mahalanobis metric takes its covariance from the whole series. Windows that are all equal have none.
  const windows = embed(values, windowSize, normalize);
  if (allEqual(windows)) return plain;
  return { ...plain, metric: isUnfitted(metric) ? atOnce(metric.fitWindows(windows)) : metric };
}

function checkedBlock(block: unknown): readonly [number, number] {
  const expectation = 'block must be [i, m] with integers 0 ≤ i < m';
  if (!Array.isArray(block) || block.length !== 2 || block.some((part) => typeof part !== 'number')) {
    const got = Array.isArray(block) ? `[${block.map(describe).join(', ')}]` : describe(block);
    throw new TypeError(`${expectation}, got ${got}`);
  }
  const [index, count] = block as [number, number];
  const areIntegers = Number.isInteger(index) && Number.isInteger(count);
  if (areIntegers && index >= 0 && index < count && count < MOST_BLOCKS) return [index, count];
  const counting = index === count ? ': blocks are counted from 0' : '';
  throw new RangeError(`${expectation} < 2³², got [${index}, ${count}]${counting}`);
}

const MOST_BLOCKS = 2 ** 32;

function checkMetric(metric: Metric | undefined): void {
  if (metric === undefined || !isFunctionMetric(metric)) return;
  throw new RangeError(
    'metric must be euclidean or a Mahalanobis metric in a block: its bytes cannot say which function it was; score the whole series instead',
  );
}
