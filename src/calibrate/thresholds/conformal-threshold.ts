// A threshold on the conformal p-value of scores.
import { toNumber, type Value } from '../../core/series.ts';
import { StateReader, StateWriter } from '../../core/state.ts';
import { Reservoir } from '../calibration/reservoir.ts';
import { checkShare, type SampleOptions, sampleOf, type Threshold } from './threshold.ts';

/** The format of the saved fields: raised by one whenever they change. */
const FORMAT = 1;

/**
 * An alarm is a score whose conformal p-value is at most α (Vovk, Gammerman & Shafer 2005, section 2.2; Laxhammar &
 * Falkman 2011). Where scores are exchangeable, at most a share α of them are alarms, for every distribution.
 *
 *     p = (number of past scores ≥ score + 1)/(number of past scores + 1)
 *
 * No score is an alarm before ⌈1/α⌉ − 1 scores are known, because p ≥ 1/(m + 1) with m past scores. O(log m) per score.
 *
 * @example
 * const threshold = new ConformalThreshold(0.2);
 * [1, 2, 3, 2, 5, 4].map((score) => threshold.update(score)); // => [false, false, false, false, true, false]
 * threshold.pValue; // => 2 / 6
 */
export class ConformalThreshold implements Threshold {
  readonly alpha: number;
  /** p of the last score; NaN before the first score and for a missing one. */
  pValue: number;
  #past: Reservoir;

  /** @param alpha largest share of alarms where nothing is wrong, above 0 and below 1 */
  constructor(alpha: number, options: SampleOptions = {}) {
    checkShare(alpha, 'alpha');
    this.#past = sampleOf(options, []);
    this.alpha = alpha;
    this.pValue = NaN;
  }

  get value(): number {
    const { sorted } = this.#past;
    const m = sorted.size;
    // p ≤ α holds exactly if at most `most` past scores are ≥ the score. The two loops correct the rounding of `most`.
    let most = Math.floor(this.alpha * (m + 1)) - 1;
    while ((most + 2) / (m + 1) <= this.alpha) most++;
    while (most >= 0 && (most + 1) / (m + 1) > this.alpha) most--;
    if (most < 0) return Infinity;
    return most < m ? sorted.at(m - 1 - most) : -Infinity;
  }

  update(score: Value): boolean {
    const value = toNumber(score);
    this.pValue = NaN;
    if (Number.isNaN(value)) return false;
    const { sorted } = this.#past;
    this.pValue = (sorted.size - sorted.rank(value) + 1) / (sorted.size + 1);
    this.#past.offer(value);
    return this.pValue <= this.alpha;
  }

  reset(): void {
    this.#past.clear();
    this.pValue = NaN;
  }

  save(): Uint8Array {
    const state = new StateWriter('ConformalThreshold', FORMAT);
    state.f64(this.alpha);
    state.f64(this.pValue);
    this.#past.write(state);
    return state.finish();
  }

  /** The threshold that `save` wrote; it goes on bit for bit. @throws RangeError for damaged or newer bytes */
  static load(bytes: Uint8Array): ConformalThreshold {
    const state = new StateReader(bytes, 'ConformalThreshold', FORMAT);
    const threshold = new ConformalThreshold(state.f64());
    threshold.pValue = state.f64();
    threshold.#past = Reservoir.read(state);
    state.end();
    return threshold;
  }
}
