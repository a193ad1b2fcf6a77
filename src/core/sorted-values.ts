// A sorted multiset of numbers: the history of detectors that compare single values.
//
// Values lie in sorted blocks of at most BLOCK values. A block lies in any slot of one array. A directory lists the
// blocks in ascending order of their values; behind the last block it lists the free slots:
//
//   position   0      1      2     3 …
//   low     −3.5    0.2    7.0             least value of the block
//   slot       2      0      3     1 …     the block's values lie from index slot · BLOCK on
//   count     91     60     18             number of the block's values
//   groups  [ sum of the counts of GROUP positions ] …
//
// Invariants: (1) no block is empty, except that the only block may be; (2) two neighboring blocks together hold more
// than HALF values. So n values have at most 4n / BLOCK + 1 blocks. An operation moves values within one or two blocks
// and reads O(log n) directory entries (operations with ranks: O(n / (BLOCK·GROUP)) sums). Nothing is ever rebuilt. A
// split or a merge of blocks shifts the directory: O(n / BLOCK) entries in a memmove. A new block takes at least EDGE
// values until it splits, so at most one of EDGE insertions splits a block, normally one of HALF. There are no more
// merges than splits.

/**
 * Values per block: larger blocks cost more to shift, smaller ones make the directory longer. One slide over 10⁴ and
 * 10⁷ values (nearest 5, insert, remove) takes 0.30 and 2.0 µs with 64 values, 0.30 and 1.4 with 96, 0.32 and 1.7 with
 * 128.
 */
const BLOCK = 96;

const HALF = BLOCK / 2;

/** Values that a full first or last block gives to a new block, where new values lie beyond all others. */
const EDGE = BLOCK / 8;

/** Capacity of a new multiset, doubled up to a block: a hundred thousand small ones must fit in a process. */
const FIRST_CAPACITY = 12;

/** Values that a search in a block skips in one step. */
const STRIDE = 8;

/** Directory positions per sum of counts. */
const GROUP = 64;

/**
 * A multiset of float64 values, none of them NaN; −0 is kept as 0. Its results depend on the values alone, not on the
 * order in which they came. It allocates only when it outgrows its arrays.
 */
export class SortedValues {
  /** The number of values, repeated ones counted. */
  size: number;
  #numBlocks: number;
  /** The values: a part of one block while there are few, then whole slots. */
  #values: Float64Array;
  // The directory, by position.
  #lows: Float64Array;
  #slots: Uint32Array;
  #counts: Uint8Array;
  #groups: Float64Array;

  constructor() {
    this.size = 0;
    this.#numBlocks = 1;
    this.#values = new Float64Array(FIRST_CAPACITY);
    this.#lows = new Float64Array(1);
    this.#slots = new Uint32Array(1);
    this.#counts = new Uint8Array(1);
    this.#groups = new Float64Array(1);
  }

  /** Removes all values and frees their memory. */
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
    if (this.#counts[p] === BLOCK || this.size === this.#values.length) p = this.#makeSpace(p, value);
    const values = this.#values;
    const from = this.#slots[p]! * BLOCK;
    let at = from + this.#counts[p]!;
    for (; at > from && values[at - 1]! > value; at--) values[at] = values[at - 1]!;
    values[at] = value;
    if (at === from) this.#lows[p] = value;
    this.#count(p, 1);
  }

  /** Removes one copy of `x`; `false` if there is none. */
  remove(x: number): boolean {
    const p = this.#blockOf(x); // later blocks hold greater values, so x is in this block or in none
    const from = this.#slots[p]! * BLOCK;
    const at = indexAfter(this.#values, from, from + this.#counts[p]!, x) - 1;
    if (at < from || this.#values[at] !== x) return false;
    this.#removeFrom(p, at);
    return true;
  }

  /** Removes the value of this rank, 0 ≤ rank < size, and returns it. */
  removeAt(rank: number): number {
    const location = this.#locate(rank);
    const p = Math.floor(location / BLOCK);
    const at = this.#slots[p]! * BLOCK + (location % BLOCK);
    const value = this.#values[at]!;
    this.#removeFrom(p, at);
    return value;
  }

  /** The value of this rank, 0 ≤ rank < size: the number of values before it in ascending order. */
  at(rank: number): number {
    const location = this.#locate(rank);
    return this.#values[this.#slots[Math.floor(location / BLOCK)]! * BLOCK + (location % BLOCK)]!;
  }

  /** The number of values less than `x`. */
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
    return this.#countBefore(p) + indexBefore(this.#values, from, from + this.#counts[p]!, x) - from;
  }

  /**
   * The sum of the values from this rank on, added in ascending order: its bits depend on the values alone. O(size −
   * rank).
   */
  sumFrom(rank: number): number {
    if (rank >= this.size) return 0;
    const location = this.#locate(rank);
    let sum = 0;
    let skipped = location % BLOCK;
    for (let p = Math.floor(location / BLOCK); p < this.#numBlocks; p++) {
      const from = this.#slots[p]! * BLOCK;
      for (let i = from + skipped; i < from + this.#counts[p]!; i++) sum += this.#values[i]!;
      skipped = 0;
    }
    return sum;
  }

  /**
   * Writes the k smallest s = (x − y)² over the values y to `out`, ascending, and returns how many there are: min(k,
   * size).
   *
   * They are those of the definition, to the bit. Rounding is monotone, a ≤ b ⇒ fl(a) ≤ fl(b), and fl(x − y) = −fl(y −
   * x). So for x ≤ y ≤ z: 0 ≤ fl(y − x) ≤ fl(z − x), and their squares are in that order, too. Hence s does not fall on
   * the way up or down from the rank of x. These two sequences are merged by their differences: equal or smaller
   * differences have equal or smaller squares.
   */
  nearestInto(x: number, k: number, out: Float64Array): number {
    const values = this.#values;
    let below = this.#blockOf(x); // positions of the blocks that are read
    let above = below;
    let first = this.#slots[below]! * BLOCK; // values [first, left) and [right, end) are still to be read
    let end = first + this.#counts[above]!;
    let right = indexAfter(values, first, end, x);
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

  /** The block and the index of the value of this rank, as position · BLOCK + index in the block. */
  #locate(rank: number): number {
    let left = rank;
    let g = 0;
    for (; left >= this.#groups[g]!; g++) left -= this.#groups[g]!;
    let p = g * GROUP;
    for (; left >= this.#counts[p]!; p++) left -= this.#counts[p]!;
    return p * BLOCK + left;
  }

  /** The number of values in the blocks before position `p`. */
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

  /** Makes space for `value` where block p is full, and returns the position of the block that takes it. */
  #makeSpace(p: number, value: number): number {
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

  /**
   * The index at which a full block is cut: the middle; near the edge where new values lie beyond all others, so that
   * full blocks stay nearly full.
   */
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

  /** Removes the value at index `at`, which is in block p. */
  #removeFrom(p: number, at: number): void {
    const values = this.#values;
    const from = this.#slots[p]! * BLOCK;
    const last = from + this.#counts[p]! - 1;
    for (let i = at; i < last; i++) values[i] = values[i + 1]!;
    if (at === from) this.#lows[p] = values[from]!;
    this.#count(p, -1);
    if (this.#counts[p]! > HALF || this.#numBlocks === 1) return;
    // Restore invariant (1). The blocks beside an empty one hold more than HALF values each, so (2) holds without it.
    if (this.#counts[p] === 0) this.#close(p);
    else this.#restore(p);
  }

  /** Restores invariant (2) for block p: merges it with a neighbor if both together are small. */
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

  /** Inserts an empty block at position p; its least value will be `low`. */
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
    // One block has moved from each group to the next.
    for (let q = (Math.floor(p / GROUP) + 1) * GROUP; q <= end; q += GROUP) {
      this.#groups[q / GROUP - 1]! -= this.#counts[q]!;
      this.#groups[q / GROUP]! += this.#counts[q]!;
    }
  }

  /** Removes the empty block at position p; its slot becomes the first free one. */
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

  /** Adds half as many slots as there are. */
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

/** The index in sorted values [from, to) behind all that are at most `x`. */
function indexAfter(values: Float64Array, from: number, to: number, x: number): number {
  // A search in strides is 0.1 µs per slide faster than a binary search: it has fewer mispredicted branches.
  let at = from;
  while (at + STRIDE <= to && values[at + STRIDE - 1]! <= x) at += STRIDE;
  while (at < to && values[at]! <= x) at++;
  return at;
}

/** The index in sorted values [from, to) behind all that are less than `x`. */
function indexBefore(values: Float64Array, from: number, to: number, x: number): number {
  let at = from;
  while (at + STRIDE <= to && values[at + STRIDE - 1]! < x) at += STRIDE;
  while (at < to && values[at]! < x) at++;
  return at;
}

/** A copy of this length, filled up with zeros. */
function grown(values: Float64Array, length: number): Float64Array {
  const longer = new Float64Array(length);
  longer.set(values);
  return longer;
}
