// queryRange: the values of a query at regular times, read in calls of bounded size.
import { checkInteger, checkNumber, checkOptions, describe, isPositive } from '../core/checks.ts';
import type { MatrixEntry, Take } from './answer.ts';
import { QueryError, SERVER_OPTIONS, Server, type ServerOptions } from './call.ts';
import type { Labels } from './labels.ts';

/** Options of {@link queryRange}. */
export interface QueryRangeOptions extends ServerOptions {
  /** An expression of PromQL that gives series, such as `'sum by (job) (rate(http_requests_total[5m]))'`. */
  query: string;
  /** The first time, in seconds since 1970. */
  start: number;
  /** The last time at most, in seconds since 1970. */
  end: number;
  /** Seconds from one time to the next, above 0. */
  step: number;
  /** Seconds for which the server takes an earlier value for a time, above 0; default: the server's, 5 minutes. Before 2.43 it is ignored. */
  lookback?: number;
  /** Values of a call at most, at least 1; default 100 000, about 2.5 MB of an answer. */
  maxSamples?: number;
}

/** A part of the answer to a query: the same times for all series. */
export interface RangeChunk {
  /** The first time, in seconds since 1970. */
  readonly from: number;
  readonly step: number;
  /** The number of times. */
  readonly count: number;
  /** The series with a value at one of them. */
  readonly series: readonly RangeSeries[];
}

/** A series of a part. */
export interface RangeSeries {
  readonly labels: Labels;
  /** See {@link seriesKey}. */
  readonly key: string;
  /** A value per time; NaN where there is none. Its `buffer` may be shared with other series. */
  readonly values: Float64Array;
}

/** Times per series and call that Prometheus allows. */
const MOST_POINTS = 11_000;

/** Values of a piece of memory that series share, if one has fewer. */
const SLAB = 4096;

/** Times at which the series are counted before a call. */
const NUM_COUNTED = 50;

const FINITE = 'a finite number of seconds since 1970';
const ABOVE_0 = 'a finite number of seconds above 0';

/**
 * The values of a query at `start`, `start + step` … up to `end`, from one or more calls of `query_range`. Before the first one
 * the series are counted, and no call asks for more than `maxSamples` values or 11 000 times. A part of an answer is never taken
 * for all of it: it is asked for again, as after a server's error.
 *
 * About 1 µs of CPU per value for reading, and memory for the numbers of one call: its text is read as it comes.
 *
 * @throws QueryError with the server's message; for a scalar, a range or a native histogram with what to do instead. TypeError
 * for an option of the wrong kind, RangeError for a wrong value
 *
 * @example
 * const result = [{ metric: { __name__: 'load', job: 'web' }, values: [[60, '0.5'], [180, '0.7']] }];
 * const answer = { status: 'success', data: { resultType: 'matrix', result } };
 * const options = { url: 'http://localhost:9090', fetch: async () => Response.json(answer) }; // without `fetch`: a server
 * for await (const { from, series } of queryRange({ ...options, query: 'load', start: 60, end: 180, step: 60 })) {
 *   from; // => 60
 *   series[0]?.key; // => '__name__="load",job="web"'
 *   series[0]?.values; // => new Float64Array([0.5, NaN, 0.7])
 * }
 */
export async function* queryRange(options: QueryRangeOptions): AsyncGenerator<RangeChunk, void, undefined> {
  checkOptions(options, ['query', 'start', 'end', 'step', 'lookback', 'maxSamples', ...SERVER_OPTIONS]);
  const { query, start, end, step, lookback, maxSamples } = options;
  const server = new Server(options);
  yield* readRange(server, query, { start, end, step, lookback, maxSamples });
}

/** The times of a query. */
export interface Range {
  readonly start: number;
  readonly end: number;
  readonly step: number;
  readonly lookback?: number | undefined;
  readonly maxSamples?: number | undefined;
  /** How many series there are, where that is known; else they are counted. */
  readonly numSeries?: number | undefined;
  /** Default: one for each call, so that chunks can be kept. With one for all, a chunk is valid until the next. */
  readonly pool?: SeriesPool | undefined;
}

/** What {@link queryRange} does, on a server that is there already. */
export async function* readRange(
  server: Server,
  query: string,
  range: Range,
): AsyncGenerator<RangeChunk, void, undefined> {
  const { start, end, step, maxSamples = 100_000 } = range;
  checkRange(query, range, maxSamples);
  const numTimes = Math.floor((end - start) / step + 1e-9) + 1;
  if (numTimes < 1) return;
  let numSeries = range.numSeries ?? (await countSeries(server, query, range, numTimes));
  for (let first = 0; first < numTimes; ) {
    const most = Math.max(1, Math.min(MOST_POINTS, Math.floor(maxSamples / Math.max(1, numSeries))));
    const count = Math.min(most, numTimes - first);
    const from = start + first * step;
    const series = await readPart(server, query, range, from, count);
    yield { from, step, count, series };
    // More series may have come since they were counted.
    if (series.length > 2 * numSeries) numSeries = Math.max(numSeries, valuesPerTime(series, count));
    first += count;
  }
}

function checkRange(query: unknown, { start, end, step, lookback }: Range, maxSamples: number): void {
  if (typeof query !== 'string') throw new TypeError(`query must be a string, got ${describe(query)}`);
  if (query.trim() === '') throw new RangeError("query must be an expression such as 'up', got an empty string");
  checkNumber(start, 'start', FINITE, Number.isFinite);
  checkNumber(end, 'end', FINITE, Number.isFinite);
  checkNumber(step, 'step', ABOVE_0, isPositive);
  if (lookback !== undefined) checkNumber(lookback, 'lookback', ABOVE_0, isPositive);
  checkInteger(maxSamples, 'maxSamples', 1);
}

/** One call: all series with a value at one of `count` times. */
async function readPart(
  server: Server,
  query: string,
  { step, lookback, pool = new SeriesPool() }: Range,
  from: number,
  count: number,
): Promise<RangeSeries[]> {
  const asked = {
    query,
    start: textOf(from),
    end: textOf(from + (count - 1) * step),
    step: textOf(step),
    ...(lookback !== undefined && { lookback_delta: `${textOf(lookback)}s` }),
  };
  const newTake = (): Take => {
    pool.begin(count);
    return (entry) => filled(pool.next(entry), entry, from, step);
  };
  const data = await server.call('query_range', asked, newTake);
  return resultOf(data, 'matrix') as RangeSeries[];
}

/**
 * The series of a chunk, which are those of the next one again. New ones for 10 000 series and each call would live until they are
 * old, and only a collection of everything would find that they are gone.
 */
export class SeriesPool {
  #series: { labels: Labels; key: string; readonly values: Float64Array }[];
  #numUsed: number;
  #newValues: () => Float64Array;
  #count: number;

  constructor() {
    this.#series = [];
    this.#numUsed = 0;
    this.#newValues = slabs(1);
    this.#count = 1;
  }

  /** Takes all series back, for a chunk of `count` times. */
  begin(count: number): void {
    this.#numUsed = 0;
    if (count === this.#count) return;
    this.#count = count;
    this.#series = [];
    this.#newValues = slabs(count);
  }

  /** A series with missing values, to be filled. */
  next({ metric: labels, key }: MatrixEntry): RangeSeries {
    const used = this.#series[this.#numUsed++];
    if (used === undefined) {
      const series = { labels, key, values: this.#newValues() };
      this.#series.push(series);
      return series;
    }
    used.labels = labels;
    used.key = key;
    used.values.fill(NaN);
    return used;
  }
}

/**
 * A maker of arrays of `count` missing values, which share the memory of larger ones: the arrays of 10 000 series and each call
 * are short, and their memory would be as many pieces.
 */
function slabs(count: number): () => Float64Array {
  const size = count * Math.max(1, Math.floor(SLAB / count));
  let slab = new Float64Array(0);
  let end = 0;
  return () => {
    if (end + count > slab.length) [slab, end] = [new Float64Array(size).fill(NaN), 0];
    return slab.subarray(end, (end += count));
  };
}

/** A series with the values of an answer at their steps. */
function filled(series: RangeSeries, entry: MatrixEntry, from: number, step: number): RangeSeries {
  const { values } = series;
  if (entry.histograms !== undefined) {
    const cure = 'take a number of them, as in histogram_quantile(0.99, …), histogram_count(…) or histogram_sum(…)';
    throw new QueryError(`the query gives native histograms, as of {${entry.key}}: ${cure}`, false);
  }
  for (let e = 0; e < entry.count; e++) {
    const time = entry.times[e]!;
    const place = (time - from) / step;
    const p = Math.round(place);
    if (p < 0 || p >= values.length || Math.abs(place - p) > 0.01) {
      throw new QueryError(`the server answers with the time ${time}, which was not asked for`, false);
    }
    values[p] = entry.values[e]!;
  }
  return series;
}

/** Series in the order of their keys, whatever that of the server is: with `maxSeries` the first ones are watched. */
export function byKey(series: readonly RangeSeries[]): RangeSeries[] {
  return [...series].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** How many series there are at most, at some times of the range. @throws QueryError for what is no vector of series */
async function countSeries(server: Server, query: string, range: Range, numTimes: number): Promise<number> {
  const every = Math.max(1, Math.ceil((numTimes - 1) / (NUM_COUNTED - 1)));
  // The line feeds keep a comment at the end of the query apart.
  const counted = `count(\n${query}\n)`;
  const { start, step } = range;
  const coarse = { ...range, start: start + ((numTimes - 1) % every) * step, step: every * step };
  try {
    const number = Math.floor((numTimes - 1) / every) + 1;
    const [counts] = await readPart(server, counted, coarse, coarse.start, number);
    return counts === undefined ? 0 : counts.values.reduce((most, count) => (count > most ? count : most), 0);
  } catch (error) {
    if (!(error instanceof QueryError) || error.isTemporary) throw error;
    const kind = /got (scalar|string|range vector)/.exec(error.message)?.[1];
    if (kind === undefined) {
      await readPart(server, query, range, start, 1); // the message should be about the query as it was given
      throw error;
    }
    const cure = kind === 'range vector' ? 'take a function of it, as in rate(…)' : 'name a metric';
    throw new QueryError(`the query gives a ${kind} instead of series: ${cure}`, false, error.status);
  }
}

function valuesPerTime(series: readonly RangeSeries[], count: number): number {
  const numValues = series.reduce((sum, { values }) => sum + values.filter((x) => !Number.isNaN(x)).length, 0);
  return Math.ceil(numValues / count);
}

/** The list of results in the data of an answer. */
export function resultOf(data: unknown, type: 'matrix' | 'vector'): readonly unknown[] {
  const { resultType, result } = Object(data) as { resultType?: unknown; result?: unknown };
  if (resultType === type && Array.isArray(result)) return result;
  throw new QueryError(`the server answers with ${describe(resultType)} where a ${type} was asked for`, false);
}

/** Seconds without an exponent, to the millisecond. */
function textOf(seconds: number): string {
  return String(Number(seconds.toFixed(3)));
}
