// A bounded memory of values in which every value of the past has one near it: what novelty needs, in 3 KB.
import type { StateReader, StateWriter } from '../../core/state.ts';
import type { ValueMemory } from './value-memory.ts';

/** Entries of a new cover: a hundred thousand of them must fit in a process. */
const FIRST_LENGTH = 8;

/** The largest time of 32 bits. */
const LARGEST_SHORT_TIME = 2 ** 32 - 1;

/** No index: the smallest hole has to be looked for. */
const UNKNOWN = -1;

/**
 * At most `maxValues` values in ascending order, each with the time at which it last came. While no more than that many
 * different values have come, all of them are kept. Then, with each new value, the interior one goes whose two neighbors
 * are nearest to each other. The smallest and the largest value of the past always stay.
 *
 * Bound of the error. Every past value lies between two kept neighbors a ≤ b, because the extremes are kept; so it is
 * within half a hole, (b − a)/2, of one of them. And holes are small: when one goes, there are maxValues − 1 interior values
 * whose holes, from neighbor to neighbor, sum to at most twice the range R of the past, so the smallest is at most
 * 2R/(maxValues − 1). A past value is therefore within R/(maxValues − 1) of a kept one. The distance of any x to the nearest
 * value kept is at most so much larger than its distance to the nearest past value, and never smaller.
 *
 * Most holes stay as they are when a value comes: only those beside it become smaller, and only those beside the one that goes
 * become larger. So the index of the smallest hole is carried along, and looked for among all of them only when that value
 * goes or its hole has become larger. Where the past is dense, a new value is nearly always the one that goes itself.
 *
 * O(log maxValues) to look up and, in a dense past, to keep a value that is not there yet; O(maxValues) at most; 12 bytes per
 * value.
 */
export class ValueCover implements ValueMemory {
  readonly maxValues: number;
  size: number = 0;
  /** The entry that the last `keep` dropped, or whose time it replaced; NaN if none. */
  goneValue: number = NaN;
  goneTime: number = NaN;
  #values: Float64Array;
  /** Of 32 bits in the buffer of the values, until a time needs more. */
  #times: Uint32Array | Float64Array;
  /** The index that the last search found; the next one is often for the same value. */
  #found = 0;
  /** The interior value with the smallest hole, of equal ones the smallest value; 0 if there is none, UNKNOWN if not known. */
  #smallest = UNKNOWN;

  /** @param maxValues at least 2: the smallest and the largest */
  constructor(maxValues: number) {
    this.maxValues = maxValues;
    const { values, times } = makeEntries(Math.min(maxValues, FIRST_LENGTH));
    this.#values = values;
    this.#times = times;
  }

  /** The distance of `x` to the nearest value kept; Infinity while there is none. */
  distance(x: number): number {
    const p = this.#firstNotBelow(x);
    const above = p < this.size ? this.#values[p]! - x : Infinity;
    const below = p > 0 ? x - this.#values[p - 1]! : Infinity;
    const distance = Math.min(above, below);
    return Math.sqrt(distance * distance); // as KNN(1, 1) rounds it
  }

  /** Keeps a value that came at `time`, and drops another one if there are too many. */
  keep(value: number, time: number): void {
    const x = value + 0; // −0 becomes 0
    const p = this.#firstNotBelow(x);
    this.goneValue = NaN;
    this.goneTime = NaN;
    if (time > LARGEST_SHORT_TIME) this.#widen();
    if (p < this.size && this.#values[p] === x) {
      this.goneValue = x;
      this.goneTime = this.#times[p]!;
      this.#times[p] = time;
    } else if (this.size < this.maxValues) this.#insert(x, time, p);
    else this.#exchange(x, time, p);
  }

  /** @internal Reads what the next update reads: see src/calibrate/fleet/prefetch.ts. */
  touch(): number {
    return this.#found < this.size ? this.goneValue + this.#values[this.#found]! + this.#times[this.#found]! : 0;
  }

  /** Calls `visit` for each value kept, in ascending order, with its time. */
  forEach(visit: (value: number, time: number) => void): void {
    for (let p = 0; p < this.size; p++) visit(this.#values[p]!, this.#times[p]!);
  }

  clear(): void {
    this.size = 0;
    this.goneValue = NaN;
    this.goneTime = NaN;
    this.#smallest = UNKNOWN;
  }

  /** Bytes of its arrays. */
  get bytes(): number {
    return this.#values.byteLength + this.#times.byteLength;
  }

  write(state: StateWriter): void {
    state.f64s(this.#values.subarray(0, this.size));
    state.uints(this.#times.subarray(0, this.size));
    state.f64(this.goneValue);
    state.f64(this.goneTime);
  }

  /** What `write` wrote, of a cover of `maxValues`. */
  static read(state: StateReader, maxValues: number): ValueCover {
    const cover = new ValueCover(maxValues);
    const saved = state.f64s();
    const { values, times } = makeEntries(Math.max(FIRST_LENGTH, saved.length));
    values.set(saved);
    cover.size = saved.length;
    cover.#values = values;
    cover.#times = times;
    for (let p = 0; p < saved.length; p++) {
      const time = state.uint();
      if (time > LARGEST_SHORT_TIME) cover.#widen();
      cover.#times[p] = time;
    }
    cover.goneValue = state.f64();
    cover.goneTime = state.f64();
    return cover;
  }

  /** The index of the first value that is not below `x`; `size` if there is none. */
  #firstNotBelow(x: number): number {
    const values = this.#values;
    const { size } = this;
    let last = this.#found;
    if (last <= size && (last === size || values[last]! >= x) && (last === 0 || values[last - 1]! < x)) return last;
    if (size === this.maxValues) last = this.#guess(x);
    // From there on in growing steps: the next value is often near the last one, and what lies between is in the cache.
    let from = 0;
    let to = size;
    if (last < size && values[last]! < x) {
      from = last + 1;
      for (let step = 4; from + step < to; step *= 2) {
        if (values[from + step]! >= x) to = from + step;
        else from += step + 1;
      }
    } else {
      to = Math.min(last, size);
      for (let step = 4; to - step > from; step *= 2) {
        if (values[to - step]! < x) from = to - step + 1;
        else to -= step;
      }
    }
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (values[middle]! < x) from = middle + 1;
      else to = middle;
    }
    this.#found = from;
    return from;
  }

  /** Where `x` would be if all holes were equal: a full cover has no large ones, so it is near there. */
  #guess(x: number): number {
    const values = this.#values;
    const last = this.size - 1;
    const share = (x - values[0]!) / (values[last]! - values[0]!);
    return share > 0 ? Math.min(Math.ceil(share * last), this.size) : 0;
  }

  /** Puts an entry at index p; there are fewer than `maxValues`. */
  #insert(x: number, time: number, p: number): void {
    if (this.size === this.#values.length) this.#grow();
    this.#shift(p, this.size, 1);
    this.#values[p] = x;
    this.#times[p] = time;
    this.size++;
    this.#smallest = UNKNOWN;
  }

  /** Puts an entry before that of index p and drops the interior one with the smallest hole, which may be the new one. */
  #exchange(x: number, time: number, p: number): void {
    const values = this.#values;
    const { size } = this;
    if (this.#smallest === UNKNOWN) this.#smallest = this.#findSmallest();
    const known = this.#smallest;
    // The smallest hole of all: the one known, or one beside x, in ascending order. x itself is at index p then, and the
    // others from p on are one further.
    let hole = Infinity;
    let at = 1;
    if (known > 0 && known < p - 1) {
      hole = values[known + 1]! - values[known - 1]!;
      at = known;
    }
    if (p > 1 && x - values[p - 2]! < hole) {
      hole = x - values[p - 2]!;
      at = p - 1;
    }
    if (p > 0 && p < size && values[p]! - values[p - 1]! < hole) {
      hole = values[p]! - values[p - 1]!;
      at = p;
    }
    if (p < size - 1 && values[p + 1]! - x < hole) {
      hole = values[p + 1]! - x;
      at = p + 1;
    }
    if (known > p && values[known + 1]! - values[known - 1]! < hole) at = known + 1;
    if (at === p) {
      this.goneValue = x;
      this.goneTime = time;
      return;
    }
    const gone = at < p ? at : at - 1;
    this.goneValue = values[gone]!;
    this.goneTime = this.#times[gone]!;
    const own = at < p ? p - 1 : p; // where x comes to stand
    if (at < p) this.#shift(gone + 1, p, -1);
    else this.#shift(p, gone, 1);
    values[own] = x;
    this.#times[own] = time;
    this.#smallest = this.#smallestAfter(known, gone, own);
  }

  /** What `#smallest` becomes after entry `gone` has left and another one has come to stand at index `own`. */
  #smallestAfter(known: number, gone: number, own: number): number {
    if (known === gone) return UNKNOWN;
    // Entries between the two have moved by one.
    let smallest = known;
    if (known > gone && known <= own) smallest--;
    else if (known < gone && known >= own) smallest++;
    // The holes beside the entry that has left are larger now.
    if (Math.abs(smallest - gone) <= 1) return UNKNOWN;
    const values = this.#values;
    let hole = smallest > 0 ? values[smallest + 1]! - values[smallest - 1]! : Infinity;
    for (let p = Math.max(1, own - 1); p <= own + 1 && p < this.size - 1; p++) {
      const other = values[p + 1]! - values[p - 1]!;
      if (other > hole || (other === hole && p > smallest)) continue;
      hole = other;
      smallest = p;
    }
    return smallest;
  }

  /** The interior value with the smallest hole, of equal ones the smallest; 0 if there is none. */
  #findSmallest(): number {
    const values = this.#values;
    const end = this.size - 1;
    let smallest = Infinity;
    let at = 0;
    let before = values[0]!;
    let value = values[1]!;
    for (let p = 1; p < end; p++) {
      const next = values[p + 1]!;
      const hole = next - before;
      if (hole < smallest) {
        smallest = hole;
        at = p;
      }
      before = value;
      value = next;
    }
    return at;
  }

  /** Moves the entries from index `from` to before `to` by one. */
  #shift(from: number, to: number, by: 1 | -1): void {
    this.#values.copyWithin(from + by, from, to);
    this.#times.copyWithin(from + by, from, to);
  }

  #grow(): void {
    const isWide = this.#times instanceof Float64Array;
    const { values, times } = makeEntries(Math.min(this.maxValues, 2 * this.#values.length + FIRST_LENGTH));
    values.set(this.#values);
    this.#values = values;
    const before = this.#times;
    this.#times = isWide ? new Float64Array(values.length) : times;
    this.#times.set(before);
  }

  /** Keeps times of 53 bits from now on: after 4 294 967 296 values. */
  #widen(): void {
    if (this.#times instanceof Uint32Array) this.#times = Float64Array.from(this.#times);
  }
}

/** Space for `length` values and times in one buffer: 12 bytes each. */
function makeEntries(length: number): { values: Float64Array; times: Uint32Array } {
  const buffer = new ArrayBuffer(12 * length);
  return { values: new Float64Array(buffer, 0, length), times: new Uint32Array(buffer, 8 * length, length) };
}
