// A threshold at a quantile of the scores before.
import { checkInteger } from '../../core/checks.ts';
import { toNumber, type Value } from '../../core/series.ts';
import { StateReader, StateWriter } from '../../core/state.ts';
import { Reservoir } from '../calibration/reservoir.ts';
import { checkShare, type SampleOptions, sampleOf, type Threshold } from './threshold.ts';

/** The format of the saved fields: raised by one whenever they change. */
const FORMAT = 1;

/**
 * An alarm is a score above the given quantile of the scores before it. With quantile 0.99, about one score in 100 is.
 *
 * With m past scores a₀ ≤ … ≤ aₘ₋₁ the quantile is aₚ at p = ⌈quantile·m⌉ − 1: at least the share `quantile` of them is ≤ aₚ.
 * O(log m) per score.
 *
 * @example
 * const threshold = new QuantileThreshold(0.75, { warmup: 4 });
 * [1, 2, 3, 4, 3, 5].map((score) => threshold.update(score)); // => [false, false, false, false, false, true]
 */
export class QuantileThreshold implements Threshold {
  readonly quantile: number;
  readonly warmup: number;
  #past: Reservoir;

  /**
   * @param quantile above 0 and below 1
   * @param options.warmup number of scores before the first alarm, at least 1; default 100
   */
  constructor(quantile: number, options: SampleOptions & { warmup?: number } = {}) {
    checkShare(quantile, 'quantile');
    this.#past = sampleOf(options, ['warmup']);
    const { warmup = 100 } = options;
    checkInteger(warmup, 'warmup', 1);
    this.quantile = quantile;
    this.warmup = warmup;
  }

  get value(): number {
    const { sorted } = this.#past;
    if (sorted.size < Math.min(this.warmup, this.#past.maxValues)) return Infinity;
    return sorted.at(Math.ceil(this.quantile * sorted.size) - 1);
  }

  update(score: Value): boolean {
    const value = toNumber(score);
    if (Number.isNaN(value)) return false;
    const isAlarm = value > this.value;
    this.#past.offer(value);
    return isAlarm;
  }

  reset(): void {
    this.#past.clear();
  }

  save(): Uint8Array {
    const state = new StateWriter('QuantileThreshold', FORMAT);
    state.f64(this.quantile);
    state.u32(this.warmup);
    this.#past.write(state);
    return state.finish();
  }

  /** The threshold that `save` wrote; it goes on bit for bit. @throws RangeError for damaged or newer bytes */
  static load(bytes: Uint8Array): QuantileThreshold {
    const state = new StateReader(bytes, 'QuantileThreshold', FORMAT);
    const threshold = new QuantileThreshold(state.f64(), { warmup: state.u32() });
    threshold.#past = Reservoir.read(state);
    state.end();
    return threshold;
  }
}
