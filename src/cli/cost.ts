// Estimates memory and time of a piece of work, and formats such figures.
import {
  type EngineName,
  MAX_POINT_WIDTH,
  MOST_CANDIDATES,
  MOST_COORDINATES,
  estimateSeconds as secondsOf,
} from '../search/plan.ts';
import { CliError } from './errors.ts';

/** What the cost of scoring depends on, apart from the number of values. */
export interface Work {
  readonly windowSize: number;
  readonly k: number;
  /** Name of the metric. */
  readonly metric: string;
  readonly normalize: string;
  readonly engine: EngineName;
  /** The other series whose windows are the candidates, if any. */
  readonly reference: string | undefined;
}

/** Bytes per value of each series: the value, the spare half of a doubling array and the one before it, the score. */
const BYTES_PER_VALUE = 32;
/** Of vectors that are made (z-scores, whitened windows, distances by functions): bytes per window and neighbor, and coordinate. */
const BYTES_PER_NEIGHBOR = 12;
const BYTES_PER_COORDINATE = 16;
/** Other bytes per window: order, boxes, valid starts. */
const BYTES_PER_WINDOW = 40;

/**
 * Of plain windows, bytes per window of a tree: 10 per coordinate and 24, which is 1.1 to 1.25 times what was measured for 10⁶ values
 * (89 bytes per value with its series for windows of 5, 102 for windows of 8). The projection of longer windows takes more
 * (168 bytes per value for windows of 20). Threads share the tree.
 */
const TREE_BYTES_PER_COORDINATE = 10;
const TREE_BYTES = 24;
const PROJECTION_BYTES = 56;

/** Bytes per row of the diagonals and each of its 2k + 8 places: 380 bytes per value were measured for k = 5, per thread. */
const DIAGONAL_BYTES_PER_PLACE = 22;

/** Bytes per window of every further worker that shares the rest. */
const BYTES_PER_THREAD = 20;

/** Bytes of every further worker: its own heap and code. */
const BYTES_PER_WORKER = 16 * 1024 ** 2;

/** Bytes needed to read `numColumns` series of `n` values and to score them one after the other with `numThreads` threads. */
export function estimateBytes(n: number, work: Work, numColumns = 1, numThreads = 1): number {
  const numWindows = Math.max(0, n - work.windowSize + 1);
  const { shared, perThread } = bytesPerWindow(numWindows, work);
  const ofWindows = numWindows * (shared + numThreads * perThread);
  return n * BYTES_PER_VALUE * numColumns + ofWindows + (numThreads - 1) * BYTES_PER_WORKER;
}

/** Bytes per window that threads share, and that each of them has. Threads share the diagonals of a series with itself. */
function bytesPerWindow(numWindows: number, work: Work): { shared: number; perThread: number } {
  const { windowSize, k, metric, normalize, engine, reference } = work;
  const isDiagonal = servesDiagonal(numWindows, work);
  const diagonal = isDiagonal ? DIAGONAL_BYTES_PER_PLACE * (2 * k + 8) + BYTES_PER_WINDOW : 0;
  if (metric === 'euclidean' && normalize === 'none' && engine !== 'brute') {
    const coordinates = Math.min(windowSize, MAX_POINT_WIDTH);
    const projection = windowSize > MAX_POINT_WIDTH ? PROJECTION_BYTES : 0;
    const tree = TREE_BYTES_PER_COORDINATE * coordinates + TREE_BYTES + projection;
    if (engine === 'kdtree') return { shared: tree, perThread: 0 };
    const ofDiagonals =
      isDiagonal && reference === undefined
        ? { shared: diagonal, perThread: BYTES_PER_THREAD }
        : { shared: 0, perThread: diagonal };
    if (engine === 'diagonal') return ofDiagonals;
    // Windows of few values are always in a tree; for longer ones a tree is tried before the diagonals.
    if (windowSize <= MAX_POINT_WIDTH) return { shared: tree, perThread: 0 };
    return { shared: tree + ofDiagonals.shared, perThread: ofDiagonals.perThread };
  }
  const vectors = BYTES_PER_NEIGHBOR * k + BYTES_PER_COORDINATE * numCoordinates(numWindows, work) + BYTES_PER_WINDOW;
  return { shared: 0, perThread: Math.max(vectors, diagonal) };
}

/** Number of threads for which the memory suffices, at least 1. */
export function threadsIn(maxMemory: number, n: number, work: Work, numColumns: number): number {
  const one = estimateBytes(n, work, numColumns);
  const another = estimateBytes(n, work, numColumns, 2) - one;
  return Math.max(1, 1 + Math.floor((maxMemory - one) / another));
}

/** An upper estimate of the seconds needed to score `numRows` windows against `numCandidates`. */
export function estimateSeconds(numRows: number, numCandidates: number, work: Work, numThreads = 1): number {
  const { windowSize: width, engine, k, metric, normalize, reference } = work;
  const isSelf = reference === undefined;
  const isLazy = normalize !== 'none';
  const shape = {
    numRows,
    numColumns: numCandidates,
    width,
    k,
    isSelf,
    diagonal: servesDiagonal(numRows, work),
    isLazy,
  };
  const isFunction = isFunctionMetric(metric);
  return secondsOf(shape, engine, isFunction) / (isFunction ? 1 : numThreads);
}

function servesDiagonal(numWindows: number, work: Work): boolean {
  return work.metric === 'euclidean' && work.k * numWindows <= MOST_CANDIDATES;
}

function isFunctionMetric(metric: string): boolean {
  return metric !== 'euclidean' && metric !== 'mahalanobis';
}

/** Number of coordinates kept per window. A search in the series itself keeps coordinates only for a tree. */
function numCoordinates(numWindows: number, work: Work): number {
  const { windowSize, metric, normalize } = work;
  const inTree = isFunctionMetric(metric) ? 0 : Math.min(windowSize, MAX_POINT_WIDTH);
  const isMany = servesDiagonal(numWindows, work) && numWindows * windowSize > MOST_COORDINATES;
  const needsVectors = metric === 'mahalanobis' || (normalize !== 'none' && !isMany);
  return inTree + (needsVectors ? windowSize : 0);
}

/**
 * Throws if reading and scoring `n` values, which needs `bytes`, would need more than `maxMemory`.
 *
 * @param share the part of the input that these values make up; `undefined` if the input's length is not known
 */
export function checkMemory(n: number, bytes: number, maxMemory: number, share: number | undefined): void {
  if (bytes <= maxMemory) return;
  const whole = bytes / (share ?? 1);
  const what = share === undefined ? `the first ${formatCount(n)} values alone need` : 'the input needs';
  const remedy = `raise --max-memory${share === undefined ? '' : ` to ${formatSize(whole)}`}, or score a part of it`;
  throw new CliError(`${what} about ${formatBytes(whole)}, more than --max-memory ${formatSize(maxMemory)}: ${remedy}`);
}

const UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB'];

/** A number of bytes for people: `1.5 GB`, with 1024 as the step. */
export function formatBytes(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const scaled = bytes / 1024 ** power;
  return `${scaled < 10 && power > 0 ? scaled.toFixed(1) : Math.round(scaled)} ${UNITS[power]}`;
}

/** A number of bytes as `--max-memory` takes it, rounded up: `6G`. */
function formatSize(bytes: number): string {
  if (bytes < 1024) return String(bytes);
  const power = bytes >= 10 * 1024 ** 3 || bytes % 1024 ** 3 === 0 ? 3 : bytes >= 1024 ** 2 ? 2 : 1;
  return `${Math.ceil(bytes / 1024 ** power)}${'KMG'[power - 1]}`;
}

/** A duration for people: `about 3 min`. */
export function formatDuration(seconds: number): string {
  if (seconds < 100) return `about ${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 100 * 60) return `about ${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `about ${Math.round(seconds / 3600)} h`;
  return `about ${Math.round(seconds / 86400)} days`;
}

/** A count for people: `3,600`. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** Work that is estimated to take at least this many seconds is announced. */
const LONG = 10;

/** Says on stderr how long something takes, if it takes long. */
export function announce(what: string, seconds: number): void {
  if (seconds < LONG) return;
  process.stderr.write(`knn-anomaly: ${what} takes ${formatDuration(seconds)}\n`);
}
