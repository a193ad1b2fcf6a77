// --diff and --rate: from values to their differences, and from a counter to its rate.
import { LARGEST_VALUE } from '../../core/series.ts';
import { UsageError } from '../errors.ts';

/** What is scored instead of a value: its difference from the one before, or the rate at which a counter rises. */
export type ChangeKind = 'diff' | 'rate';

/**
 * The change from one value to the next.
 *
 *     diff  x − before                                NaN where one of both is missing
 *     rate  (x − before)/span   where x ≥ before      the counter has risen
 *           x/span              where x < before      it was reset to 0 and has risen since
 *
 * The span of a rate is the number of seconds between both values, or of values where no times are given. So the increase over
 * missing values is spread over them: one value after a gap is no spike. The first value is NaN; so is a missing one. O(1).
 */
export class Change {
  readonly kind: ChangeKind;
  /** The last value: of a rate the last that was not missing. NaN before the first. */
  before: number;
  /** When that was; without times its index. */
  at: number;

  constructor(kind: ChangeKind, before: number = NaN, at: number = NaN) {
    this.kind = kind;
    this.before = before;
    this.at = at;
  }

  /**
   * @param x NaN if it is missing
   * @param at its time in seconds, or without times its index
   * @throws RangeError for a negative counter, and for a rate of a time before the last one; nothing is changed then
   */
  update(x: number, at: number): number {
    const value = Math.abs(x) <= LARGEST_VALUE ? x : NaN;
    if (this.kind === 'diff') {
      const difference = value - this.before;
      this.before = value;
      this.at = at;
      return difference;
    }
    if (value < 0)
      throw new RangeError(`--rate needs a counter, which is at least 0, got ${x}: --diff takes any values`);
    if (Number.isNaN(value)) return NaN;
    const span = at - this.at;
    if (span < 0)
      throw new RangeError(`--rate needs times that do not go back, got one ${-span} s before the last: sort the rows`);
    // A second value at the same time is part of the next increase.
    if (span === 0) return NaN;
    const rate = (value < this.before ? value : value - this.before) / span;
    this.before = value;
    this.at = at;
    return rate;
  }
}

/**
 * The changes of a whole series.
 *
 * @param at when each value came: seconds, or without times nothing, and a rate is per value
 * @throws RangeError as {@link Change} does, with the index
 */
export function changesOf(values: Float64Array, kind: ChangeKind, at: (t: number) => number = (t) => t): Float64Array {
  const change = new Change(kind);
  return values.map((x, t) => {
    try {
      return change.update(x, at(t));
    } catch (error) {
      throw new RangeError(`value ${t}: ${(error as Error).message}`);
    }
  });
}

/** The change that these settings ask for; each is a flag that was given, or ''. */
export function changeKindOf(diff: boolean, rate: boolean): ChangeKind | undefined {
  if (diff && rate) throw new UsageError('--diff and --rate exclude each other: give one of them');
  return diff ? 'diff' : rate ? 'rate' : undefined;
}
