// What comes next, as far as a monitor can tell: the expected value and those that would be quiet.
import type { StateReader, StateWriter } from '../../core/state.ts';
import type { Alarms, Outside } from '../incidents/alarms.ts';
import type { Interval } from '../incidents/quiet-interval.ts';
import type { Rule } from '../rules/rule.ts';
import type { SurpriseCurve } from '../rules/surprise-curve.ts';

/** Where a rule is not understood well enough to be inverted. */
const NOT_KNOWN: Interval = { low: NaN, high: NaN };

/** The last values, and what follows from them; that is found out when it is asked for, once per value. */
export class Prospect implements Outside {
  readonly #rule: Rule;
  readonly #alarms: Alarms;
  /** The last values, as many as a window has: NaN before the first and for missing ones. */
  readonly #recent: number[];
  /** The last value that was not missing. */
  #present = NaN;
  #next: { readonly curve: SurpriseCurve | undefined; readonly expected: number } | undefined;
  #quiet: Interval | undefined;

  constructor(rule: Rule, alarms: Alarms) {
    this.#rule = rule;
    this.#alarms = alarms;
    this.#recent = new Array(rule.windowSize).fill(NaN); // a typed array would take 200 bytes more
    this.#next = undefined;
    this.#quiet = undefined;
  }

  /** The last value; NaN for a missing one and before the first. */
  get value(): number {
    return this.#recent[this.#recent.length - 1]!;
  }

  /** The values of the last window but the last one. */
  get before(): Float64Array {
    return Float64Array.from(this.#recent.slice(0, -1));
  }

  /** Takes the next value, once it is settled. */
  push(value: number): void {
    const recent = this.#recent;
    for (let p = 1; p < recent.length; p++) recent[p - 1] = recent[p]!;
    recent[recent.length - 1] = value;
    if (!Number.isNaN(value)) this.#present = value;
    this.forget();
  }

  /** @internal Reads what the next update reads: see src/calibrate/fleet/prefetch.ts. */
  touch(): number {
    return this.#recent[0]!;
  }

  /** What is expected in the place of the next value, or of the one that is being judged. */
  expected(): number {
    return this.#look().expected;
  }

  /** The values that would raise no alarm there, by the rule. */
  quiet(): Interval {
    if (this.#quiet !== undefined) return this.#quiet;
    const { curve, expected } = this.#look();
    const { filter, leastAlarm } = this.#alarms;
    this.#quiet = curve === undefined ? NOT_KNOWN : filter.quietInterval(curve, leastAlarm, expected);
    return this.#quiet;
  }

  /** Finds out anew what was found out: the threshold is another one. */
  forget(): void {
    this.#next = undefined;
    this.#quiet = undefined;
  }

  reset(): void {
    this.#recent.fill(NaN);
    this.#present = NaN;
    this.forget();
  }

  write(state: StateWriter): void {
    state.f64(this.#present);
    state.f64s(this.#recent);
  }

  /** Takes what `write` wrote. */
  read(state: StateReader): void {
    this.#present = state.f64();
    this.#recent.splice(0, this.#recent.length, ...state.f64s());
  }

  #look(): { readonly curve: SurpriseCurve | undefined; readonly expected: number } {
    if (this.#next !== undefined) return this.#next;
    const curve = this.#rule.surpriseCurve(Float64Array.from(this.#recent.slice(1)));
    const isKnown = curve !== undefined && !Number.isNaN(curve.expected);
    this.#next = { curve, expected: isKnown ? curve.expected : this.#present };
    return this.#next;
  }
}
