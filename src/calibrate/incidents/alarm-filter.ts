// Which strange values an alarm is wanted for: a direction, a least change, and bounds that are never to be crossed.
import { checkChoice, checkNumber, checkOptions, describe } from '../../core/checks.ts';
import type { StateReader, StateWriter } from '../../core/state.ts';
import type { SurpriseCurve } from '../rules/surprise-curve.ts';
import { endOfQuiet, type Interval, nextFloat, quietInterval } from './quiet-interval.ts';

/** Options of `monitor` that say which alarms are wanted. */
export interface FilterOptions {
  /** `'both'` (default), or alarms only for values above (`'up'`) or below (`'down'`) the expected one. */
  direction?: 'both' | 'up' | 'down';
  /**
   * The least difference from the expected value: in units of the series (`absolute`, or a number), as a share of the expected
   * value (`relative`, 0.1 is 10 %), or both of them. Default: none.
   */
  minChange?: number | { absolute?: number; relative?: number };
  /** A value outside is an alarm whatever else is known, from the first value on. Default: none. */
  bounds?: { low?: number; high?: number };
}

export const FILTER_OPTIONS = ['direction', 'minChange', 'bounds'] as const;

const DIRECTIONS = ['both', 'up', 'down'] as const;

/** The filter of a monitor's alarms; see {@link FilterOptions}. */
export class AlarmFilter {
  readonly direction: 'both' | 'up' | 'down';
  readonly #absolute: number;
  readonly #relative: number;
  readonly #low: number;
  readonly #high: number;

  /** The filter of these options; one for all monitors without any, of which there may be very many. */
  static of(options: FilterOptions): AlarmFilter {
    const filter = new AlarmFilter(options);
    if (filter.needsExpected || filter.#low > -Infinity || filter.#high < Infinity) return filter;
    return (AlarmFilter.#none ??= filter);
  }

  static #none: AlarmFilter | undefined;

  /** @throws TypeError for an option of the wrong kind, RangeError for a wrong value */
  constructor({ direction = 'both', minChange = 0, bounds = {} }: FilterOptions) {
    checkChoice(direction, 'direction', DIRECTIONS);
    const change = typeof minChange === 'number' ? { absolute: minChange } : minChange;
    checkParts(change, 'minChange', ['absolute', 'relative']);
    const { absolute = 0, relative = 0 } = change;
    checkNumber(absolute, typeof minChange === 'number' ? 'minChange' : 'minChange.absolute', SIZE, isSize);
    checkNumber(relative, 'minChange.relative', SIZE, isSize);
    checkParts(bounds, 'bounds', ['low', 'high']);
    const { low = -Infinity, high = Infinity } = bounds;
    for (const [name, bound] of [['bounds.low', low] as const, ['bounds.high', high] as const]) {
      checkNumber(bound, name, 'a number', (value) => !Number.isNaN(value));
    }
    if (!(low <= high)) throw new RangeError(`bounds.low must not exceed bounds.high, got ${low} and ${high}`);
    this.direction = direction;
    this.#absolute = absolute;
    this.#relative = relative;
    this.#low = low;
    this.#high = high;
  }

  /** Whether it depends on the expected value. */
  get needsExpected(): boolean {
    return this.direction !== 'both' || this.#absolute > 0 || this.#relative > 0;
  }

  /** Whether a value is never to be. */
  isOutside(x: number): boolean {
    return x < this.#low || x > this.#high;
  }

  /** Whether a strange value deserves an alarm. Where nothing was expected, it does. */
  lets(x: number, expected: number): boolean {
    if (Number.isNaN(expected)) return true;
    const change = x - expected;
    if (this.direction === 'up' && change <= 0) return false;
    if (this.direction === 'down' && change >= 0) return false;
    return Math.abs(change) >= this.#leastChange(expected);
  }

  /** The values that raise no alarm around `center`: {@link quietInterval} with this filter. */
  quietInterval(curve: SurpriseCurve, threshold: number, center: number): Interval {
    if (!this.needsExpected || Number.isNaN(center)) return this.#within(quietInterval(curve, threshold, center));
    return this.#within({
      low: this.#end(curve, threshold, center, -1),
      high: this.#end(curve, threshold, center, 1),
    });
  }

  write(state: StateWriter): void {
    state.u8(DIRECTIONS.indexOf(this.direction));
    for (const number of [this.#absolute, this.#relative, this.#low, this.#high]) state.f64(number);
  }

  static read(state: StateReader): AlarmFilter {
    const direction = DIRECTIONS[state.u8()]!;
    const minChange = { absolute: state.f64(), relative: state.f64() };
    return AlarmFilter.of({ direction, minChange, bounds: { low: state.f64(), high: state.f64() } });
  }

  #leastChange(expected: number): number {
    return Math.max(this.#absolute, this.#relative * Math.abs(expected));
  }

  /** The last value in a direction, from the expected one, before the first that raises an alarm. */
  #end(curve: SurpriseCurve, threshold: number, expected: number, sign: 1 | -1): number {
    if (this.direction === (sign === 1 ? 'down' : 'up')) return sign * Infinity;
    const first = this.#firstLet(expected, sign);
    if (!Number.isFinite(first)) return first;
    if (curve.at(first).surprise < threshold) return endOfQuiet(curve, threshold, first, sign);
    return nextFloat(first, sign === 1 ? -1 : 1);
  }

  /**
   * The value nearest to the expected one, in a direction from it, that the filter lets through. The difference from the
   * expected value is rounded, and never falls with the distance: next to 0 there are more floats of one difference than can
   * be walked through, so it bisects.
   */
  #firstLet(expected: number, sign: 1 | -1): number {
    if (this.lets(expected, expected)) return expected;
    let yes = expected + sign * this.#leastChange(expected);
    while (!this.lets(yes, expected)) yes = nextFloat(yes, sign);
    if (!Number.isFinite(yes)) return yes; // no value is that far away
    for (let no = expected; ; ) {
      const after = nextFloat(no, sign);
      if (after === yes) return yes;
      const middle = no + (yes - no) / 2;
      const at = middle === no || middle === yes ? after : middle;
      if (this.lets(at, expected)) yes = at;
      else no = at;
    }
  }

  #within(quiet: Interval): Interval {
    const [low, high] = [Math.max(quiet.low, this.#low), Math.min(quiet.high, this.#high)];
    return low <= high ? { low, high } : { low: NaN, high: NaN };
  }
}

function checkParts(value: unknown, name: string, known: readonly string[]): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`${name} must be an object with ${known.join(' or ')}, got ${describe(value)}`);
  }
  checkOptions(value, known);
}

const SIZE = 'a number of at least 0';

function isSize(value: number): boolean {
  return value >= 0 && value < Infinity;
}
