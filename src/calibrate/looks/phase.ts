// The phase of a value: where in its period it stands, by position.
import { checkNumber } from '../../core/checks.ts';
import type { StateReader, StateWriter } from '../../core/state.ts';

/** Where in a period a value stands. Phases are told apart in bins of equal width. */
export interface Phase {
  /** The number of bins; the last one is a neighbor of the first. */
  readonly numBins: number;
  /** How many bins to either side are the same phase, as far as past values are compared: 0 or 1. */
  readonly reach: 0 | 1;
  /** The end of "the nearest …": of which values. */
  readonly words: string;
  /** One period, in the unit of `now`. */
  readonly length: number;
  /** The bin of a value. @throws TypeError or RangeError for a time that is needed and not there */
  bin(index: number, time: number): number;
  /** When a value came, as a number that grows by `length` in a period. */
  now(index: number, time: number): number;
  write(state: StateWriter): void;
}

/** The share of a period that its tolerance is: ten minutes of a day. */
const PER_TOLERANCE = 144;

/**
 * A period of n values. Values whose places differ by up to round(n/144), ten minutes of a day, are of the same phase: of
 * shorter periods than 72 values those of the same place alone.
 */
export class PositionPhase implements Phase {
  readonly period: number;
  readonly numBins: number;
  readonly reach: 0 | 1;

  /** @param period as `checkPeriod` takes it */
  constructor(period: number) {
    const tolerance = Math.round(period / PER_TOLERANCE);
    this.period = period;
    this.numBins = Math.floor(period / Math.max(1, tolerance));
    this.reach = tolerance === 0 ? 0 : 1;
  }

  get length(): number {
    return this.period;
  }

  get options(): { period: number } {
    return { period: this.period };
  }

  get words(): string {
    return `earlier value at this place of its period of ${this.period}`;
  }

  bin(index: number, _time: number): number {
    return Math.floor(((index % this.period) * this.numBins) / this.period);
  }

  now(index: number, _time: number): number {
    return index;
  }

  write(state: StateWriter): void {
    state.uint(this.period);
  }

  static read(state: StateReader): PositionPhase {
    return new PositionPhase(state.uint());
  }
}

/**
 * Throws unless `period` is a number of values that can be a period: an integer of at least 2.
 *
 * @throws TypeError for anything but a number, RangeError for a wrong one
 */
export function checkPeriod(period: unknown): asserts period is number {
  const what = 'an integer of at least 2: the number of values from a day to the next, say';
  checkNumber(period, 'period', what, (value) => Number.isSafeInteger(value) && value >= 2);
}
