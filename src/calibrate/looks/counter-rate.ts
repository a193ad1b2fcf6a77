// From a counter that only rises, and starts again at 0 after a restart, to its increase per value.
import type { StateReader, StateWriter } from '../../core/state.ts';

/**
 * The increase of a counter from one value to the next, as Prometheus counts it: a value below the one before means that the
 * counter was reset to 0 and has since risen to x.
 *
 *     rate(x) = (x − before)/steps   where x ≥ before
 *               x/steps              where x < before: a reset
 *
 * `steps` is 1, or one more than the number of missing values between the two. So the increase over a gap is spread evenly
 * over its steps, as `rate()` of Prometheus averages over the range that it is given: one value after a gap is no spike, and
 * a long gap is no low. What the counter did between its last value and a reset is lost, as it is there. A counter that falls
 * a little by rounding is taken for reset, as it is there.
 *
 * The first value gives NaN, because nothing is known of the time before it; so does a missing one. O(1), three numbers.
 */
export class CounterRate {
  /** The last value that was not missing; NaN before the first. */
  #before = NaN;
  /** Steps from it to the next value. */
  #steps = 1;

  /**
   * The increase per value that `x` ends.
   *
   * @param x the counter, at least 0; NaN for a missing value
   * @throws RangeError for a negative value, which no counter has; nothing is changed then
   */
  update(x: number): number {
    const rate = this.peek(x);
    if (Number.isNaN(x)) this.#steps++;
    else {
      this.#before = x;
      this.#steps = 1;
    }
    return rate;
  }

  /** What `update` would return; changes nothing. @throws RangeError as `update` does */
  peek(x: number): number {
    if (x < 0) throw new RangeError(`rate needs a counter, which is at least 0, got ${x}: a gauge has rate: false`);
    const before = this.#before;
    return (x < before ? x : x - before) / this.#steps;
  }

  reset(): void {
    this.#before = NaN;
    this.#steps = 1;
  }

  write(state: StateWriter): void {
    state.f64(this.#before);
    state.uint(this.#steps);
  }

  static read(state: StateReader): CounterRate {
    const counter = new CounterRate();
    counter.#before = state.f64();
    counter.#steps = state.uint();
    return counter;
  }
}
