// What a stream remembers and how it is searched: the interface that all histories implement, and the state they save.

/**
 * The history of a stream, and the search for nearest windows in it. The implementations differ in speed only.
 *
 * Positions count values from 0. The window that ends at position t starts at i = t − w + 1. Its candidates are the learned
 * windows j with i − history ≤ j < i − exclusionZone; with a fixed reference they are all windows of the reference.
 */
export interface HistorySearch {
  /**
   * The distances that the last call of `update` or `peek` found, ascending, from index `base` on: squared distances, or
   * the values of a function metric. The next call overwrites them.
   */
  readonly dist: Float64Array;
  readonly base: number;
  /**
   * Finds the nearest windows of the window that `x` completes, then remembers `x` (NaN: missing).
   *
   * @param learn whether windows that contain `x` may be candidates later
   * @returns the number of neighbors found; −1 for a window that is not complete or touches a missing value
   */
  update(x: number, learn: boolean): number;
  /** Reads what the next update reads first, so that it is in the cache. Returns a number that depends on all of it. */
  touch?(): number;
  /** What `update` would find. Changes nothing but `dist`. */
  peek(x: number): number;
  /** Everything that later answers depend on. */
  snapshot(): HistoryState;
  /** The value that the last update made it forget; NaN if there is none, or if it is missing or was not learned. */
  readonly forgotten: number;
  /** Bytes of memory that belong to this history alone. */
  readonly bytes: number;
  /** Frees memory outside of the JavaScript heap at once. The history must not be used afterwards. */
  close?(): void;
}

/** The last values of a stream, in time order, as far as later answers depend on them. */
export interface HistoryState {
  /** The number of all values so far. */
  readonly numValues: number;
  /** The last min(numValues, history + w − 1) values; NaN for a value that is missing or was not learned. */
  readonly memory: Float64Array;
  /** The last min(numValues, w − 1) values, learned or not; NaN up to the last missing one. */
  readonly window: Float64Array;
}

/** The numbers that determine the candidates of a window. */
export interface HistoryShape {
  readonly windowSize: number;
  readonly k: number;
  readonly history: number;
  readonly exclusionZone: number;
}

/** The state of a new stream. */
export const NO_VALUES: HistoryState = {
  numValues: 0,
  memory: new Float64Array(0),
  window: new Float64Array(0),
};

/**
 * The state with these values.
 *
 * @param window the last min(numValues, w − 1) values, which becomes part of the state
 * @param numPresent the number of values up to the last one since the last missing value; all before become NaN
 */
export function stateOf(
  numValues: number,
  memory: Float64Array,
  window: Float64Array,
  numPresent: number,
): HistoryState {
  return { numValues, memory, window: window.fill(NaN, 0, Math.max(0, window.length - numPresent)) };
}

/** The number of values at the end of `values` that are not NaN. */
export function countPresent(values: Float64Array): number {
  let count = 0;
  while (count < values.length && !Number.isNaN(values[values.length - 1 - count])) count++;
  return count;
}

/** @throws RangeError unless `snapshot()` can have returned this state, which was read from bytes */
export function checkHistoryState(
  { numValues, memory, window }: HistoryState,
  { windowSize, history }: HistoryShape,
): void {
  const isRight =
    Number.isSafeInteger(numValues) &&
    numValues >= 0 &&
    memory.length === Math.min(numValues, history + windowSize - 1) &&
    window.length === Math.min(numValues, windowSize - 1);
  if (!isRight) throw new RangeError(`bytes are damaged: ${memory.length} values of ${numValues} do not fit`);
}
