// A multiset of numbers in order: the memory of detectors that compare single values.
//
// Values stand in blocks of up to BLOCK, each block sorted, in any slot of one array. A directory lists the blocks from the
// least values to the greatest; behind the last block it lists the free slots:
//
//   position   0      1      2     3 …
//   low     −3.5    0.2    7.0             least value of the block
//   slot       2      0      3     1 …     its values stand from slot · BLOCK on
//   count     91     60     18             how many there are
//   groups  [ their sum over GROUP positions ] …
//
// Invariants: (1) no block is empty, but an only one may be; (2) two neighboring blocks together hold more than HALF
// values. So n values have at most 4n / BLOCK + 1 blocks. An operation moves values within a block or two and looks at
// O(log n) others (O(n / (BLOCK·GROUP)) sums where it has to do with ranks); nothing is ever rebuilt. A split or a
// merger of blocks shifts the directory, O(n / BLOCK) entries in a memmove. A new block has EDGE places or more to fill until it
// splits, so splits are at most one in EDGE insertions, one in HALF as a rule, and there are no more mergers than splits.

/**
 * Values per block: more of them cost more to shift, fewer make the directory longer. A slide over 10⁴ and 10⁷ values (nearest
 * 5, insert, remove) takes 0.30 and 2.0 µs with 64, 0.30 and 1.4 with 96, 0.32 and 1.7 with 128.
 */
const BLOCK = 96;

const HALF = BLOCK / 2;

/** Values of a full block that go to a block of their own where values rise or fall beyond all others. */
const EDGE = BLOCK / 8;

/** Places of a new multiset, doubled up to a block: a hundred thousand small ones must fit in a process. */
const FIRST_PLACES = 12;

/** Values that a search in a block takes in one step. */
const STRIDE = 8;

/** Directory positions per sum of counts. */
const GROUP = 64;

/**
 * A multiset of float64 values, none of them NaN; −0 is kept as 0. Its answers
 * depend on the values alone, not on the order in which they came. Allocates when it outgrows its arrays, and not else.
 */
export class SortedValues {
  /** How many values it holds, repeated ones counted. */
  size: number;
  #numBlocks: number;
  /** Places for values: a part of one block while it is small, then whole slots. */
  #values: Float64Array;
  // The directory, by position.
  #lows: Float64Array;
  #slots: Uint32Array;
  #counts: Uint8Array;
  #groups: Float64Array;

  constructor() {
    this.size = 0;
    this.#numBlocks = 1;
    this.#values = new Float64Array(FIRST_PLACES);
    this.#lows = new Float64Array(1);
    this.#slots = new Uint32Array(1);
    this.#counts = new Uint8Array(1);
    this.#groups = new Float64Array(1);
  }

  /** Forgets all values, and the memory that they took. */
  clear(): void {
    const empty = new SortedValues();
    this.size = 0;
    this.#numBlocks = 1;
    this.#values = empty.#values;
    this.#lows = empty.#lows;
    this.#slots = empty.#slots;
    this.#counts = empty.#counts;
    this.#groups = empty.#groups;
  }

  insert(x: number): void {
    const value = x + 0; // −0 becomes 0
    let p = this.#blockOf(value);
    if (this.#counts[p] === BLOCK || this.size === this.#values.length) p = this.#makeRoom(p, value);
    const values = this.#values;
    const from = this.#slots[p]! * BLOCK;
    let at = from + this.#counts[p]!;
    for (; at > from && values[at - 1]! > value; at--) values[at] = values[at - 1]!;
    values[at] = value;
    if (at === from) this.#lows[p] = value;
    this.#count(p, 1);
  }

  /** Takes out one copy of `x`; `false` if there is none. */
  remove(x: number): boolean {
    const p = this.#blockOf(x); // lows beyond it are greater than x, so x is here or nowhere
    const from = this.#slots[p]! * BLOCK;
    const at = placeAfter(this.#values, from, from + this.#counts[p]!, x) - 1;
    if (at < from || this.#values[at] !== x) return false;
    this.#takeOut(p, at);
    return true;
  }

  /** Takes out the value of this rank, 0 ≤ rank < size, and returns it. */
  removeAt(rank: number): number {
    const place = this.#placeOf(rank);
    const p = Math.floor(place / BLOCK);
    const at = this.#slots[p]! * BLOCK + (place % BLOCK);
    const value = this.#values[at]!;
    this.#takeOut(p, at);
    return value;
  }

  /** The value of this rank, 0 ≤ rank < size: so many stand before it in ascending order. */
  at(rank: number): number {
    const place = this.#placeOf(rank);
    return this.#values[this.#slots[Math.floor(place / BLOCK)]! * BLOCK + (place % BLOCK)]!;
  }

  /** How many values are less than `x`. */
  rank(x: number): number {
    // The last block whose least value is less than x, or the first.
    const lows = this.#lows;
    let p = 0;
    for (let length = this.#numBlocks; length > 1; ) {
      const half = length >> 1;
      if (lows[p + half]! < x) p += half;
      length -= half;
    }
    const from = this.#slots[p]! * BLOCK;
    return this.#countBefore(p) + placeBefore(this.#values, from, from + this.#counts[p]!, x) - from;
  }

  /** The values from this rank on, added in ascending order: the bits depend on the values alone. O(size − rank). */
  sumFrom(rank: number): number {
    if (rank >= this.size) return 0;
    const place = this.#placeOf(rank);
    let sum = 0;
    let skipped = place % BLOCK;
    for (let p = Math.floor(place / BLOCK); p < this.#numBlocks; p++) {
      const from = this.#slots[p]! * BLOCK;
      for (let i = from + skipped; i < from + this.#counts[p]!; i++) sum += this.#values[i]!;
      skipped = 0;
    }
    return sum;
  }

  /**
   * Writes the k smallest s = (x − y)² over the values y to `out`, ascending, and returns how many there are: min(k, size).
   *
   * They are those of the definition, to the bit. Rounding is monotone, a ≤ b ⇒ fl(a) ≤ fl(b), and fl(x − y) = −fl(y − x). So
   * for x ≤ y ≤ z: 0 ≤ fl(y − x) ≤ fl(z − x), and their squares are in that order, too: away from the place of x, s does not
   * fall on either side. Two such sequences are merged, which a comparison of the differences does: equal or smaller
   * differences have equal or smaller squares.
   */
  nearestInto(x: number, k: number, out: Float64Array): number {
    const values = this.#values;
    let below = this.#blockOf(x); // positions of the blocks that are read
    let above = below;
    let first = this.#slots[below]! * BLOCK; // values [first, left) and [right, end) of them are to come
    let end = first + this.#counts[above]!;
    let right = placeAfter(values, first, end, x);
    let left = right;
    let filled = 0;
    while (filled < k) {
      if (left === first && below > 0) {
        first = this.#slots[--below]! * BLOCK;
        left = first + this.#counts[below]!;
      }
      if (right === end && above < this.#numBlocks - 1) {
        right = this.#slots[++above]! * BLOCK;
        end = right + this.#counts[above]!;
      }
      const down = left > first ? x - values[left - 1]! : Infinity;
      const up = right < end ? values[right]! - x : Infinity;
      if (down <= up) {
        if (down === Infinity) break;
        out[filled++] = down * down;
        left--;
      } else {
        out[filled++] = up * up;
        right++;
      }
    }
    return filled;
  }

  /** Bytes of its arrays. */
  get byteLength(): number {
    const arrays = [this.#values, this.#lows, this.#slots, this.#counts, this.#groups];
    return arrays.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  /** All values, ascending. */
  toArray(): Float64Array {
    const all = new Float64Array(this.size);
    for (let p = 0, at = 0; p < this.#numBlocks; at += this.#counts[p++]!) {
      const from = this.#slots[p]! * BLOCK;
      all.set(this.#values.subarray(from, from + this.#counts[p]!), at);
    }
    return all;
  }

  /** The last block whose least value is at most `x`, or the first. */
  #blockOf(x: number): number {
    const lows = this.#lows;
    let p = 0;
    for (let length = this.#numBlocks; length > 1; ) {
      const half = length >> 1;
      if (lows[p + half]! <= x) p += half;
      length -= half;
    }
    return p;
  }

  /** Where the value of this rank stands: position · BLOCK + index in the block. */
  #placeOf(rank: number): number {
    let left = rank;
    let g = 0;
    for (; left >= this.#groups[g]!; g++) left -= this.#groups[g]!;
    let p = g * GROUP;
    for (; left >= this.#counts[p]!; p++) left -= this.#counts[p]!;
    return p * BLOCK + left;
  }

  /** How many values stand before position `p`. */
  #countBefore(p: number): number {
    const group = Math.floor(p / GROUP);
    let sum = 0;
    for (let g = 0; g < group; g++) sum += this.#groups[g]!;
    for (let q = group * GROUP; q < p; q++) sum += this.#counts[q]!;
    return sum;
  }

  #count(p: number, change: 1 | -1): void {
    this.size += change;
    this.#counts[p]! += change;
    this.#groups[Math.floor(p / GROUP)]! += change;
  }

  /** Makes room for `value` where block p is full, and returns the position of the block that takes it. */
  #makeRoom(p: number, value: number): number {
    if (this.#values.length < BLOCK) {
      this.#values = grown(this.#values, 2 * this.#values.length);
      return p;
    }
    if (this.#counts[p]! < BLOCK) return p;
    const cut = this.#cutOf(p, value);
    const from = this.#slots[p]! * BLOCK;
    const middle = this.#values[from + cut]!;
    this.#open(p + 1, middle); // may replace the arrays
    this.#values.copyWithin(this.#slots[p + 1]! * BLOCK, from + cut, from + BLOCK);
    this.#move(p, p + 1, BLOCK - cut);
    return value < middle ? p : p + 1;
  }

  /** Where a full block is cut: in halves, but near the end where values rise or fall beyond all, to leave few places empty. */
  #cutOf(p: number, value: number): number {
    if (p === this.#numBlocks - 1 && value >= this.#values[this.#slots[p]! * BLOCK + BLOCK - 1]!) return BLOCK - EDGE;
    return p === 0 && value < this.#lows[0]! ? EDGE : HALF;
  }

  /** Adjusts the counts after `numValues` of position p went to position q. */
  #move(p: number, q: number, numValues: number): void {
    this.#counts[p]! -= numValues;
    this.#counts[q]! += numValues;
    this.#groups[Math.floor(p / GROUP)]! -= numValues;
    this.#groups[Math.floor(q / GROUP)]! += numValues;
  }

  /** Takes out the value at index `at`, of block p. */
  #takeOut(p: number, at: number): void {
    const values = this.#values;
    const from = this.#slots[p]! * BLOCK;
    const last = from + this.#counts[p]! - 1;
    for (let i = at; i < last; i++) values[i] = values[i + 1]!;
    if (at === from) this.#lows[p] = values[from]!;
    this.#count(p, -1);
    if (this.#counts[p]! > HALF || this.#numBlocks === 1) return;
    // Invariant (1). The blocks beside an empty one had HALF values or more: (2) holds without it.
    if (this.#counts[p] === 0) this.#close(p);
    else this.#restore(p);
  }

  /** Restores invariant (2) about block p: together with a neighbor it makes one block. */
  #restore(p: number): void {
    if (p + 1 < this.#numBlocks && this.#counts[p]! + this.#counts[p + 1]! <= HALF) this.#merge(p);
    if (p > 0 && this.#counts[p - 1]! + this.#counts[p]! <= HALF) this.#merge(p - 1);
  }

  /** Appends block p + 1 to block p. */
  #merge(p: number): void {
    const numValues = this.#counts[p + 1]!;
    const from = this.#slots[p + 1]! * BLOCK;
    this.#values.copyWithin(this.#slots[p]! * BLOCK + this.#counts[p]!, from, from + numValues);
    this.#move(p + 1, p, numValues);
    this.#close(p + 1);
  }

  /** Puts an empty block at position p; its least value is going to be `low`. */
  #open(p: number, low: number): void {
    if (this.#numBlocks === this.#slots.length) this.#addSlots();
    const end = this.#numBlocks++;
    const slot = this.#slots[end]!; // the first free one
    this.#lows.copyWithin(p + 1, p, end);
    this.#slots.copyWithin(p + 1, p, end);
    this.#counts.copyWithin(p + 1, p, end);
    this.#lows[p] = low;
    this.#slots[p] = slot;
    this.#counts[p] = 0;
    // One block has gone from each group to the next.
    for (let q = (Math.floor(p / GROUP) + 1) * GROUP; q <= end; q += GROUP) {
      this.#groups[q / GROUP - 1]! -= this.#counts[q]!;
      this.#groups[q / GROUP]! += this.#counts[q]!;
    }
  }

  /** Takes the empty block at position p out; its slot becomes the first free one. */
  #close(p: number): void {
    const end = --this.#numBlocks;
    for (let q = (Math.floor(p / GROUP) + 1) * GROUP; q <= end; q += GROUP) {
      this.#groups[q / GROUP - 1]! += this.#counts[q]!;
      this.#groups[q / GROUP]! -= this.#counts[q]!;
    }
    const slot = this.#slots[p]!;
    this.#lows.copyWithin(p, p + 1, end + 1);
    this.#slots.copyWithin(p, p + 1, end + 1);
    this.#counts.copyWithin(p, p + 1, end + 1);
    this.#slots[end] = slot;
  }

  /** Half as many slots again. */
  #addSlots(): void {
    const before = this.#slots.length;
    const after = before + Math.max(1, before >> 1);
    this.#values = grown(this.#values, after * BLOCK);
    this.#lows = grown(this.#lows, after);
    this.#groups = grown(this.#groups, Math.ceil(after / GROUP));
    const slots = new Uint32Array(after);
    slots.set(this.#slots);
    for (let p = before; p < after; p++) slots[p] = p;
    this.#slots = slots;
    const counts = new Uint8Array(after);
    counts.set(this.#counts);
    this.#counts = counts;
  }
}

/** The index in sorted values [from, to) behind those that are at most `x`. */
function placeAfter(values: Float64Array, from: number, to: number, x: number): number {
  // In strides: about as many steps as a mispredicted branch of a binary search takes time; 0.1 µs less per slide.
  let at = from;
  while (at + STRIDE <= to && values[at + STRIDE - 1]! <= x) at += STRIDE;
  while (at < to && values[at]! <= x) at++;
  return at;
}

/** The index in sorted values [from, to) behind those that are less than `x`. */
function placeBefore(values: Float64Array, from: number, to: number, x: number): number {
  let at = from;
  while (at + STRIDE <= to && values[at + STRIDE - 1]! < x) at += STRIDE;
  while (at < to && values[at]! < x) at++;
  return at;
}

function grown(values: Float64Array, length: number): Float64Array {
  const longer = new Float64Array(length);
  longer.set(values);
  return longer;
}
