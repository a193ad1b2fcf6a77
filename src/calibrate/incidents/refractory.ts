// Reduces a burst of surprises to the ones that set a record.
import { checkInteger, checkOptions } from '../../core/checks.ts';
import { toNumber, type Value } from '../../core/series.ts';
import { StateReader, StateWriter } from '../../core/state.ts';
import { learnAll, type StreamingDetector } from '../../core/streaming-detector.ts';

/** Slots of a new ring buffer at most. */
const FIRST_LENGTH = 16;

const KIND = 'Refractory';
const FORMAT = 1;

/**
 * Passes a surprise on if it is larger than every surprise of the last `hold` values; gives 0 otherwise. So only the values
 * of a burst that set a record remain: an incident that gets worse may raise another alarm, an incident that lasts does not.
 *
 * Missing values give NaN; they count among the last `hold` values. O(1) per value, amortized; at most `hold` numbers.
 *
 * @example
 * new Refractory({ hold: 3 }).learn([1, 5, 4, 6, 2, 3, 1, 5]); // => [1, 5, 0, 6, 0, 0, 0, 5]
 */
export class Refractory implements StreamingDetector {
  readonly hold: number;
  /**
   * A ring buffer: those of the last `hold` surprises that exceed all later ones, oldest and largest first. Plain arrays, which
   * take a quarter of the memory of typed ones that are so short.
   */
  readonly #values: number[];
  /** When each of them came, counted in values from 0. */
  readonly #times: number[];
  /** The slot of the oldest one, and how many there are. */
  #first = 0;
  #count = 0;
  /** Number of values so far. */
  #time = 0;

  /** @param options.hold number of values to compare with, at least 1; default 100 */
  constructor(options: { hold?: number } = {}) {
    checkOptions(options, ['hold']);
    const { hold = 100 } = options;
    checkInteger(hold, 'hold', 1);
    this.hold = hold;
    const length = Math.min(hold, FIRST_LENGTH); // slots are used in their order, so the arrays grow by one at a time
    this.#values = new Array<number>(length).fill(NaN);
    this.#times = new Array<number>(length).fill(0);
  }

  update(surprise: Value, { learn = true }: { learn?: boolean } = {}): number {
    const value = toNumber(surprise);
    const emitted = this.#emit(value);
    this.#time++;
    if (this.#count > 0 && this.#times[this.#first]! < this.#time - this.hold) this.#dropFirst();
    if (!learn || Number.isNaN(value)) return emitted;
    while (this.#count > 0 && this.#values[this.#slot(this.#count - 1)]! <= value) this.#count--;
    const slot = this.#slot(this.#count++);
    this.#values[slot] = value;
    this.#times[slot] = this.#time - 1;
    return emitted;
  }

  /** @internal Reads what the next update reads: see src/calibrate/fleet/prefetch.ts. */
  touch(): number {
    return this.#values[0]! + this.#times[0]!;
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
    const slots = Array.from({ length: this.#count }, (_, p) => this.#slot(p));
    state.f64s(slots.map((slot) => this.#values[slot]!));
    state.f64s(slots.map((slot) => this.#times[slot]!));
    return state.finish();
  }

  /** The refractory that `save` wrote; it goes on bit for bit. @throws RangeError for damaged or newer bytes */
  static load(bytes: Uint8Array): Refractory {
    const state = new StateReader(bytes, KIND, FORMAT);
    const refractory = new Refractory({ hold: state.u32() });
    refractory.#time = state.f64();
    const [values, times] = [state.f64s(), state.f64s()];
    state.end();
    for (let slot = 0; slot < values.length; slot++) {
      refractory.#values[slot] = values[slot]!;
      refractory.#times[slot] = times[slot]!;
    }
    refractory.#count = values.length;
    return refractory;
  }

  /** The result for `value`. The largest of the last `hold` surprises is the first of the ring buffer. */
  #emit(value: number): number {
    if (Number.isNaN(value)) return NaN;
    return this.#count === 0 || value > this.#values[this.#first]! ? value : 0;
  }

  #dropFirst(): void {
    this.#first = (this.#first + 1) % this.hold;
    this.#count--;
  }

  /** The slot of the p-th oldest surprise in the ring buffer. */
  #slot(p: number): number {
    return (this.#first + p) % this.hold;
  }
}
