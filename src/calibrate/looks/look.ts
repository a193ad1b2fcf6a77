// What a monitor asks of a further view of its series, beside its rule.
import type { StateWriter } from '../../core/state.ts';

/**
 * A further calibrated view of a series. It gives each value a surprise −ln p and has a threshold of its own, because what it
 * counts is rarer or commoner than what the rule of a monitor measures. Each class has a `static read(state)` that reads
 * what `write` wrote.
 */
export interface Look {
  /** Its name in explanations and in saved states. */
  readonly name: string;
  /** The surprise at which the look alone is an alarm. */
  readonly threshold: number;
  /** What the look has seen of the last value, as the end of a sentence that begins with the value; '' if nothing. */
  readonly says: string;
  /**
   * The surprise of `x`, which is then learned; 0 where the look has nothing to say, never NaN.
   *
   * @param x the value, NaN for a missing one
   * @param learn `false`: the value is not learned
   * @param time milliseconds since 1970, NaN where it is unknown
   */
  update(x: number, learn: boolean, time: number): number;
  /** What `update` would return; changes nothing. */
  peek(x: number, time: number): number;
  reset(): void;
  write(state: StateWriter): void;
}
