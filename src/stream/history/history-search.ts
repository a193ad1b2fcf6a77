// What a stream remembers, as seen by StreamingKNN: one interface, several structures that differ in speed only.

/**
 * The memory of a stream and the search in it. Positions count values from 0; the window that ends at t starts at
 * i = t − w + 1 and its candidates are the windows j that were learned, i − history ≤ j < i − exclusionZone.
 */
export interface Recall {
  /** The nearest found last, ascending from `base` on: squares, or the values of a function metric. Calls replace it. */
  readonly dist: Float64Array;
  readonly base: number;
  /**
   * Finds the nearest windows of the one that `x` completes, then remembers `x` (NaN: missing).
   *
   * @param learn whether windows with `x` in them may be candidates later
   * @returns how many were found; −1 for a window that is not complete or touches a missing value
   */
  update(x: number, learn: boolean): number;
  /** What `update` would find. Changes nothing but `dist`. */
  peek(x: number): number;
  /** Everything that later answers depend on. */
  state(): RecallState;
  /** Bytes of memory that it holds for itself. */
  readonly bytes: number;
  /** Gives up what it holds outside of JavaScript's own memory, at once: it is not to be used again. */
  close?(): void;
}

/** The last values, in time order, as far as they still matter. */
export interface RecallState {
  /** How many values there were in all. */
  readonly numValues: number;
  /** Up to history + w − 1 of them; NaN where a value is missing or was not to be learned. */
  readonly memory: Float64Array;
  /** Up to w − 1 of them; NaN up to the last missing one. */
  readonly window: Float64Array;
}

/** What every recall is told. */
export interface RecallShape {
  readonly windowSize: number;
  readonly k: number;
  readonly history: number;
  readonly exclusionZone: number;
}

/** No values at all. */
export const NO_VALUES: RecallState = {
  numValues: 0,
  memory: new Float64Array(0),
  window: new Float64Array(0),
};

/** Throws unless a state read from bytes is one that `state()` can return. */
export function checkRecallState(
  { numValues, memory, window }: RecallState,
  { windowSize, history }: RecallShape,
): void {
  const isRight =
    Number.isSafeInteger(numValues) &&
    numValues >= 0 &&
    memory.length === Math.min(numValues, history + windowSize - 1) &&
    window.length === Math.min(numValues, windowSize - 1);
  if (!isRight) throw new RangeError(`bytes are damaged: ${memory.length} values of ${numValues} do not fit`);
}

/** The window under way and the values behind it, for recalls that keep them in plain arrays. */
export class Tape {
  numValues: number;
  /** The last w − 1 values, right-aligned, before a place for the one that is scored. NaN: missing, or before the first. */
  readonly window: Float64Array;
  /** How many values in a row up to the last are there, and how many of them were learned. */
  #present: number;
  #learned: number;
  /** Values by position modulo length, once that is the span; until then it grows. */
  #memory: Float64Array;
  readonly #span: number;

  constructor({ windowSize, history }: RecallShape, { numValues, memory, window }: RecallState) {
    this.#span = history + windowSize - 1;
    this.numValues = numValues;
    this.window = new Float64Array(windowSize).fill(NaN);
    this.window.set(window, windowSize - 1 - window.length);
    this.#present = runAtEnd(window);
    this.#learned = runAtEnd(memory);
    this.#memory = new Float64Array(Math.min(this.#span, Math.max(64, numValues)));
    for (let p = 0; p < memory.length; p++) this.#memory[this.#placeOf(numValues - memory.length + p)] = memory[p]!;
  }

  /** Whether `x` completes a window without a missing value. */
  completes(x: number): boolean {
    return !Number.isNaN(x) && this.#present >= this.window.length - 1;
  }

  /** Appends `x`; returns whether the window that ends with it may be a candidate. */
  push(x: number, learn: boolean): boolean {
    const { window } = this;
    window[window.length - 1] = x;
    window.copyWithin(0, 1);
    const isMissing = Number.isNaN(x);
    this.#present = isMissing ? 0 : this.#present + 1;
    this.#learned = isMissing || !learn ? 0 : this.#learned + 1;
    if (this.numValues === this.#memory.length && this.numValues < this.#span) {
      const memory = new Float64Array(Math.min(this.#span, 2 * this.numValues));
      memory.set(this.#memory);
      this.#memory = memory;
    }
    this.#memory[this.#placeOf(this.numValues++)] = learn ? x : NaN;
    return this.#learned >= window.length;
  }

  /** The remembered value at a position of the last history + w − 1: NaN if it is missing or was not learned. */
  at(position: number): number {
    return this.#memory[this.#placeOf(position)]!;
  }

  get bytes(): number {
    return this.window.byteLength + this.#memory.byteLength;
  }

  state(): RecallState {
    const { numValues, window } = this;
    const memory = new Float64Array(Math.min(numValues, this.#span));
    for (let p = 0; p < memory.length; p++) memory[p] = this.at(numValues - memory.length + p);
    const w = window.length;
    const numLast = Math.min(numValues, w - 1);
    const last = window.slice(w - 1 - numLast, w - 1).fill(NaN, 0, Math.max(0, numLast - this.#present));
    return { numValues, memory, window: last };
  }

  #placeOf(position: number): number {
    return position % this.#memory.length;
  }
}

/** How many values at the end are not NaN. */
function runAtEnd(values: Float64Array): number {
  let run = 0;
  while (run < values.length && !Number.isNaN(values[values.length - 1 - run])) run++;
  return run;
}
