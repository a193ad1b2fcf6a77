// When the past values came: their times in bounded memory, for explanations that name them.
import { describe } from '../../core/checks.ts';
import type { StateReader, StateWriter } from '../../core/state.ts';

/** Segments that are kept. */
const MOST_SEGMENTS = 64;

/** Times of a segment may be off its line by so many milliseconds, */
const MOST_ERROR = 500;

/** and by at most this share of its first step. */
const ERROR_OF_STEP = 0.25;

/** Times on a line: that of the value at `index + i` is `time + i·step`, off by at most `error`. */
interface Segment {
  readonly index: number;
  readonly time: number;
  /** 0 while the segment has one value. */
  step: number;
  error: number;
}

/**
 * The times of the values of a stream, by index, as segments of regular steps: what comes every minute for a year is one
 * segment, and what comes after a gap begins another.
 *
 * A value belongs to the segment under way while there is a step with which each of its times lies within ε = 500 ms, and
 * within a quarter of its first step, of the line from the first one. The steps that allow this are an interval, which every
 * value narrows: the swing filter (Elmeleegy, Elmagarmid, Cecchet, Aref & Zwaenepoel, VLDB 2009). While all times are exactly
 * those of the first step, that is the step, and they are exact to the bit. Otherwise it is the middle of the interval.
 *
 * Beyond 64 segments the two oldest become one, a line from the first time of the one to the last of the other. By how much
 * times may be off there, `errorOf` says: the merged lines are straight, so their distance from the new one is largest where
 * they meet. A value without a time has that of its segment's line.
 *
 * O(1) per value, O(log 64) per question; 0.1 KB, and at most 5 KB.
 */
export class TimeLine {
  readonly #segments: Segment[];
  /** The number of values. */
  #count = 0;
  /** Index and time of the last value that had a time; −1 and NaN before it. */
  #lastIndex = -1;
  #lastTime = NaN;
  /** The steps that the segment under way still allows, and its ε. */
  #leastStep = 0;
  #mostStep = 0;
  #tolerance = 0;

  constructor() {
    this.#segments = [];
  }

  /** The number of values: the index of the next one. */
  get count(): number {
    return this.#count;
  }

  /** The number of segments: at most 64. */
  get numSegments(): number {
    return this.#segments.length;
  }

  /**
   * Takes the next value's time.
   *
   * @param time milliseconds since 1970, never before the last one; NaN where it is unknown
   * @throws TypeError for anything but a number, RangeError for a time that goes back or is infinite; nothing is changed then
   */
  update(time: number): void {
    this.check(time);
    const index = this.#count++;
    if (Number.isNaN(time)) return;
    this.#lastIndex = index;
    this.#lastTime = time;
    if (!this.#continues(index, time)) this.#begin(index, time);
  }

  /** @internal Reads what the next update reads: see src/calibrate/fleet/prefetch.ts. */
  touch(): number {
    const segment = this.#segments[this.#segments.length - 1];
    return segment === undefined ? 0 : this.#lastTime + this.#leastStep + segment.time + segment.step;
  }

  /** Throws what `update(time)` would; changes nothing. */
  check(time: unknown): void {
    const expectation = 'time must be a number of milliseconds since 1970, or NaN';
    if (typeof time !== 'number') throw new TypeError(`${expectation}, got ${describe(time)}`);
    if (Math.abs(time) === Infinity) throw new RangeError(`${expectation}, got ${time}`);
    if (time < this.#lastTime) {
      throw new RangeError(
        `time must not go back, got ${time} after ${this.#lastTime}: give values in the order of time`,
      );
    }
  }

  /** The time of the value at `index`; NaN where none is known: before the first time, and after the last one. */
  timeOf(index: number): number {
    const segment = this.#segmentOf(index);
    return segment === undefined ? NaN : timeOn(segment, index);
  }

  /** How far `timeOf(index)` may be from the time that was given, in milliseconds; NaN where none is known. */
  errorOf(index: number): number {
    return this.#segmentOf(index)?.error ?? NaN;
  }

  /** Whether `timeOf(index)` is the time that was given, to the bit. */
  isExact(index: number): boolean {
    return this.errorOf(index) === 0;
  }

  reset(): void {
    this.#segments.length = 0;
    this.#count = 0;
    this.#lastIndex = -1;
    this.#lastTime = NaN;
    this.#leastStep = 0;
    this.#mostStep = 0;
    this.#tolerance = 0;
  }

  write(state: StateWriter): void {
    state.uint(this.#count);
    state.f64(this.#lastIndex);
    state.f64(this.#lastTime);
    for (const number of [this.#leastStep, this.#mostStep, this.#tolerance]) state.f64(number);
    state.uint(this.#segments.length);
    for (const { index, time, step, error } of this.#segments) {
      state.uint(index);
      for (const number of [time, step, error]) state.f64(number);
    }
  }

  static read(state: StateReader): TimeLine {
    const line = new TimeLine();
    line.#count = state.uint();
    line.#lastIndex = state.f64();
    line.#lastTime = state.f64();
    line.#leastStep = state.f64();
    line.#mostStep = state.f64();
    line.#tolerance = state.f64();
    const numSegments = state.uint();
    for (let p = 0; p < numSegments; p++) {
      line.#segments.push({ index: state.uint(), time: state.f64(), step: state.f64(), error: state.f64() });
    }
    return line;
  }

  /** Takes a time into the segment under way, if one step serves all of its times. */
  #continues(index: number, time: number): boolean {
    const segment = this.#segments[this.#segments.length - 1];
    if (segment === undefined) return false;
    const numSteps = index - segment.index;
    const rise = time - segment.time;
    const isSecond = this.#mostStep < this.#leastStep;
    if (isSecond) {
      segment.step = rise / numSteps;
      // Where the quotient is rounded, the line passes by the second time.
      segment.error = Math.abs(timeOn(segment, index) - time);
      this.#tolerance = Math.min(MOST_ERROR, ERROR_OF_STEP * segment.step);
    }
    const tolerance = this.#tolerance;
    const least = (rise - tolerance) / numSteps;
    const most = (rise + tolerance) / numSteps;
    const leastStep = isSecond ? least : Math.max(this.#leastStep, least);
    const mostStep = isSecond ? most : Math.min(this.#mostStep, most);
    const isExact = segment.error === 0 && timeOn(segment, index) === time;
    if (mostStep < leastStep && !isExact) return false;
    this.#leastStep = Math.min(leastStep, mostStep);
    this.#mostStep = Math.max(leastStep, mostStep);
    if (isExact || isSecond) return true;
    segment.step = (this.#leastStep + this.#mostStep) / 2;
    segment.error = tolerance + roundingOf(time);
    return true;
  }

  #begin(index: number, time: number): void {
    this.#segments.push({ index, time, step: 0, error: 0 });
    // An empty interval: the second value sets it.
    this.#leastStep = Infinity;
    this.#mostStep = -Infinity;
    this.#tolerance = 0;
    if (this.#segments.length > MOST_SEGMENTS) this.#mergeOldest();
  }

  #mergeOldest(): void {
    const [first, second, third] = this.#segments as [Segment, Segment, Segment];
    const end = third.index - 1;
    const step = (timeOn(second, end) - first.time) / (end - first.index);
    const merged: Segment = { index: first.index, time: first.time, step, error: 0 };
    const offOf = (segment: Segment, index: number): number =>
      segment.error + Math.abs(timeOn(segment, index) - timeOn(merged, index));
    // Both ends of each line: one of them is an end of the new line, too, but for rounding.
    const ends = [offOf(first, second.index - 1), offOf(second, second.index), offOf(second, end)];
    merged.error = Math.max(...ends) + roundingOf(third.time);
    this.#segments.splice(0, 2, merged);
  }

  #segmentOf(index: number): Segment | undefined {
    if (!(index >= 0 && index <= this.#lastIndex)) return undefined;
    const segments = this.#segments;
    let from = 0;
    let to = segments.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (segments[middle]!.index <= index) from = middle + 1;
      else to = middle;
    }
    return segments[from - 1];
  }
}

/** The most by which rounding moves a time on a line near `time`: a product and a sum, of each line. */
function roundingOf(time: number): number {
  return 4 * Number.EPSILON * Math.abs(time);
}

function timeOn({ index, time, step }: Segment, at: number): number {
  return time + (at - index) * step;
}
