// A burst of alarms becomes its record-setters.
import { checkInteger, checkOptions } from '../../core/checks.ts';
import { toNumber, type Value } from '../../core/series.ts';
import { StateReader, StateWriter } from '../../core/state.ts';
import { learnAll, type StreamingDetector } from '../../core/streaming-detector.ts';

const KIND = 'Refractory';
const FORMAT = 1;

/**
 * Lets a surprise through only if it is larger than every surprise of the last `hold` values, else 0: a burst collapses to
 * its record-setters. An incident that escalates may fire again, one that lasts does not.
 *
 * Missing values give NaN and take a place among the last `hold`. O(1) per value, amortized; at most `hold` numbers.
 *
 * @example
 * new Refractory({ hold: 3 }).learn([1, 5, 4, 6, 2, 3, 1, 5]); // => [1, 5, 0, 6, 0, 0, 0, 5]
 */
export class Refractory implements StreamingDetector {
  readonly hold: number;
  /** The values of the last `hold` that no later one exceeds, oldest first: a ring. The first is the largest. */
  readonly #values: Float64Array;
  /** And when they came, counted in values. */
  readonly #times: Float64Array;
  #first: number;
  #count: number;
  #time: number;

  /** @param options.hold number of values that are looked back on, at least 1; default 100 */
  constructor(options: { hold?: number } = {}) {
    checkOptions(options, ['hold']);
    const { hold = 100 } = options;
    checkInteger(hold, 'hold', 1);
    this.hold = hold;
    this.#values = new Float64Array(hold);
    this.#times = new Float64Array(hold);
    this.#first = 0;
    this.#count = 0;
    this.#time = 0;
  }

  update(surprise: Value, { learn = true }: { learn?: boolean } = {}): number {
    const value = toNumber(surprise);
    const emitted = this.#emit(value);
    this.#time++;
    if (this.#count > 0 && this.#times[this.#first]! < this.#time - this.hold) this.#dropFirst();
    if (!learn || Number.isNaN(value)) return emitted;
    while (this.#count > 0 && this.#values[this.#place(this.#count - 1)]! <= value) this.#count--;
    const place = this.#place(this.#count++);
    this.#values[place] = value;
    this.#times[place] = this.#time - 1;
    return emitted;
  }

  peek(surprise: Value): number {
    return this.#emit(toNumber(surprise));
  }

  learn(series: Iterable<Value>): number[] {
    return learnAll(this, series);
  }

  reset(): void {
    this.#first = 0;
    this.#count = 0;
    this.#time = 0;
  }

  save(): Uint8Array {
    const state = new StateWriter(KIND, FORMAT);
    state.u32(this.hold);
    state.f64(this.#time);
    const places = Array.from({ length: this.#count }, (_, p) => this.#place(p));
    state.f64s(places.map((place) => this.#values[place]!));
    state.f64s(places.map((place) => this.#times[place]!));
    return state.finish();
  }

  /** What `save` wrote. @throws RangeError for damaged or newer bytes */
  static load(bytes: Uint8Array): Refractory {
    const state = new StateReader(bytes, KIND, FORMAT);
    const refractory = new Refractory({ hold: state.u32() });
    refractory.#time = state.f64();
    const [values, times] = [state.f64s(), state.f64s()];
    state.end();
    refractory.#values.set(values);
    refractory.#times.set(times);
    refractory.#count = values.length;
    return refractory;
  }

  /** The largest of the last `hold` values stands first. */
  #emit(value: number): number {
    if (Number.isNaN(value)) return NaN;
    return this.#count === 0 || value > this.#values[this.#first]! ? value : 0;
  }

  #dropFirst(): void {
    this.#first = (this.#first + 1) % this.hold;
    this.#count--;
  }

  #place(p: number): number {
    return (this.#first + p) % this.hold;
  }
}
