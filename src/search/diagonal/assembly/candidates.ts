// AssemblyScript. The candidates of a row: CAPACITY slots of LOWER, UPPER and COLUMN, of which COUNT are taken, unsorted. A
// full row is compacted. See the head of ../scalar.ts for the rules. Threads may share the rows: who changes one locks it.
import { f64At, i32At, setF64, setI32 } from './arrays';
import { CLAMPED, FEW } from './constants.generated';
import {
  BASE, BOTH, BY_INDEX, CAPACITY, COLUMN, COUNT, INVERSE, IS_COLUMN, K, LOWER, MEAN, NUM_WINDOWS, ROW_BOUNDS, SCALED, SLACK,
  THRESHOLD, UPPER, WINDOW_SIZE, WORST_COLUMN, X,
} from './diagonal-fields.generated';
import { setThreshold } from './thresholds';
import { distance } from './window-sums';

/** Upper bound less lower bound of the candidates of this call; if SCALED, times both inverse scales, plus SLACK. */
let WIDTH: f64 = 0;

// @ts-ignore: decorator
@inline export function setWidth(width: f64): void { WIDTH = width; }

/** Offers the pairs of row i with the columns j0 + lane, for the bits of `mask`; their bounds are in ROW_BOUNDS. */
export function offerLanes(i: i32, j0: i32, mask: u32): void {
  const iCounts = load<u8>(IS_COLUMN + <usize>i);
  while (mask) {
    // The next lane.
    const lane = ctz(mask);
    mask &= mask - 1;
    const j = j0 + lane;
    if (j >= NUM_WINDOWS) continue;
    // Bounds of s.
    const bound = load<f64>(ROW_BOUNDS + (<usize>lane << 3));
    const jCounts = load<u8>(IS_COLUMN + <usize>j);
    if ((iCounts | jCounts) & CLAMPED) {
      offerClamped(i, j, iCounts, jCounts);
      continue;
    }
    const lower = SCALED ? BASE + bound : bound;
    const upper = lower + (SCALED ? WIDTH * f64At(INVERSE, i) * f64At(INVERSE, j) + SLACK : WIDTH);
    // A candidate of both windows, if each is allowed and near enough.
    if (BOTH && (jCounts & 1) && bound < f64At(THRESHOLD, i)) append(i, j, lower, upper);
    if ((iCounts & 1) && bound < f64At(THRESHOLD, j)) append(j, i, lower, upper);
  }
}

/** The same for a pair whose bounds hold for clamped values: its s is computed. A tie with the k-th may have a smaller column. */
function offerClamped(i: i32, j: i32, iCounts: i32, jCounts: i32): void {
  const ofRow = BOTH ? f64At(THRESHOLD, i) : -Infinity;
  const ofColumn = f64At(THRESHOLD, j);
  const s = distance(i, j, max(ofRow, ofColumn));
  if (s == Infinity) return;
  if ((jCounts & 1) && (s < ofRow || (BY_INDEX && s == ofRow))) append(i, j, s, s);
  if ((iCounts & 1) && (s < ofColumn || (BY_INDEX && s == ofColumn))) append(j, i, s, s);
}

/** The count of a row that some thread works on. */
const LOCKED = -1;

/** Tries after which a thread that waits for a row sleeps for a while: the thread that works on it may be interrupted. */
const SPINS = 200;

/** Nanoseconds of that sleep. */
const SLEEP: i64 = 50_000;

/**
 * Takes row i for this thread alone, and returns the number of its candidates. A thread that finds it taken waits; such a row is
 * rare, for threads work on different rows and columns. Without threads it is never taken.
 */
function lock(i: i32): i32 {
  const at = COUNT + (<usize>i << 2);
  let count = atomic.xchg<i32>(at, LOCKED);
  for (let tries = 1; count == LOCKED; tries++) {
    if (tries > SPINS) atomic.wait<i32>(at, LOCKED, SLEEP);
    count = atomic.xchg<i32>(at, LOCKED);
  }
  return count;
}

/** Leaves row i to all threads, with `count` candidates. */
// @ts-ignore: decorator
@inline function unlock(i: i32, count: i32): void { atomic.store<i32>(COUNT + (<usize>i << 2), count); }

/** Makes column j, whose s is between `lower` and `upper`, a candidate of row i. */
export function append(i: i32, j: i32, lower: f64, upper: f64): void {
  // K windows with s = 0 are known: only a smaller column than theirs counts.
  if (BY_INDEX) {
    const worst = i32At(WORST_COLUMN, i);
    if (worst >= 0 && j > worst) return;
  }
  const count = lock(i);
  const p = i * CAPACITY + count;
  setF64(LOWER, p, lower);
  setF64(UPPER, p, upper);
  setI32(COLUMN, p, j);
  unlock(i, count + 1 == CAPACITY ? compactRow(i, count + 1) : count + 1);
}

/** Drops the candidates of row i that cannot be among its k nearest; refines the others if too many are left. */
export function compact(i: i32): void {
  unlock(i, compactRow(i, lock(i)));
}

/** The same for a row that is locked, with `count` candidates; returns how many are left. */
function compactRow(i: i32, count: i32): i32 {
  const base = i * CAPACITY;
  if (count < K) return count;
  // Select: the K-th smallest upper bound is the limit.
  let limit = selectRow(i, count);
  // Drop the candidates whose lower bound is above it.
  let kept = K;
  for (let p = K; p < count; p++) {
    const lower = f64At(LOWER, base + p);
    if (lower < limit || (BY_INDEX && lower == limit)) {
      setF64(UPPER, base + kept, f64At(UPPER, base + p));
      setF64(LOWER, base + kept, lower);
      setI32(COLUMN, base + kept, i32At(COLUMN, base + p));
      kept++;
    }
  }
  // Refine: the bounds are too wide if more than half of the spare slots stay taken.
  if (kept > (K + CAPACITY) >> 1) {
    refineRow(i, kept, limit);
    limit = selectRow(i, kept);
    kept = K;
  }
  // K windows with s = 0: nothing can be nearer.
  if (limit == 0) {
    if (BY_INDEX) setI32(WORST_COLUMN, i, i32At(COLUMN, base + K - 1));
    else limit = -Infinity;
  }
  // Lower the threshold.
  setThreshold(i, SCALED ? limit - BASE : limit);
  return kept;
}

/** Leaves the K nearest of row i, with their exact s, in the order (s, j). */
export function finish(i: i32): void {
  const count = lock(i);
  refineRow(i, count, count < K ? Infinity : selectRow(i, count));
  sortRow(i, count);
  unlock(i, min(count, K));
}

/** Whether the candidate in slot p precedes (upper, column). */
// @ts-ignore: decorator
@inline function isBefore(p: i32, upper: f64, column: i32): bool {
  const other = f64At(UPPER, p);
  return other < upper || (other == upper && i32At(COLUMN, p) < column);
}

/**
 * Moves the K candidates of row i with the smallest (upper bound, column) to the front; returns the K-th upper bound.
 * Hoare's quickselect: the range lo … hi holds the K-th and shrinks.
 */
function selectRow(i: i32, count: i32): f64 {
  const kth = i * CAPACITY + K - 1;
  let lo = i * CAPACITY;
  let hi = lo + count - 1;
  while (lo < hi) {
    // Partition lo … hi by the candidate in the middle.
    const middle = (lo + hi) >> 1;
    const upper = f64At(UPPER, middle);
    const column = i32At(COLUMN, middle);
    let p = lo;
    let q = hi;
    while (p <= q) {
      while (isBefore(p, upper, column)) p++;
      while (!isBefore(q, upper, column) && i32At(COLUMN, q) != column) q--;
      if (p > q) break;
      swap(p++, q--);
    }
    // Go on with the side that holds the K-th.
    if (kth <= q) hi = q;
    else if (kth >= p) lo = p;
    else break;
  }
  return f64At(UPPER, kth);
}

function swap(p: i32, q: i32): void {
  const upper = f64At(UPPER, p);
  setF64(UPPER, p, f64At(UPPER, q));
  setF64(UPPER, q, upper);
  const lower = f64At(LOWER, p);
  setF64(LOWER, p, f64At(LOWER, q));
  setF64(LOWER, q, lower);
  const column = i32At(COLUMN, p);
  setI32(COLUMN, p, i32At(COLUMN, q));
  setI32(COLUMN, q, column);
}

/** Sorts the candidates of row i by (upper bound, column): Shell sort with the gaps 40, 13, 4, 1. */
function sortRow(i: i32, count: i32): void {
  const base = i * CAPACITY;
  for (let gap = count > FEW ? 40 : 1; gap > 0; gap = (gap - 1) / 3) {
    for (let p = gap; p < count; p++) {
      const upper = f64At(UPPER, base + p);
      const lower = f64At(LOWER, base + p);
      const column = i32At(COLUMN, base + p);
      let q = base + p;
      for (; q - gap >= base && !isBefore(q - gap, upper, column); q -= gap) {
        setF64(UPPER, q, f64At(UPPER, q - gap));
        setF64(LOWER, q, f64At(LOWER, q - gap));
        setI32(COLUMN, q, i32At(COLUMN, q - gap));
      }
      setF64(UPPER, q, upper);
      setF64(LOWER, q, lower);
      setI32(COLUMN, q, column);
    }
  }
}

/** Replaces the bounds of the candidates of row i by s itself, or by Infinity if s exceeds `limit`. */
function refineRow(i: i32, count: i32, limit: f64): void {
  const first = i * CAPACITY;
  const end = first + count;
  if (!SCALED) {
    for (let p = first; p < end; p += 4) refineFour(i, p, end - 1, limit);
    return;
  }
  // z-scores: only those that are not refined yet, as divisions are slow.
  for (let p = first; p < end; p++) {
    if (f64At(LOWER, p) != f64At(UPPER, p)) setBothBounds(p, distance(i, i32At(COLUMN, p), limit));
  }
}

// @ts-ignore: decorator
@inline function setBothBounds(p: i32, s: f64): void {
  setF64(LOWER, p, s);
  setF64(UPPER, p, s);
}

/**
 * Refines the candidates in the slots p … p + 3, or up to slot `last`. Four sums go side by side because each term of a sum
 * has to wait for the one before.
 */
function refineFour(i: i32, p: i32, last: i32, limit: f64): void {
  // Slots beyond the last one are replaced by the last one.
  const p1 = min(p + 1, last), p2 = min(p + 2, last), p3 = min(p + 3, last);
  const row = X + (<usize>i << 3);
  const b0 = X + (<usize>i32At(COLUMN, p) << 3), b1 = X + (<usize>i32At(COLUMN, p1) << 3);
  const b2 = X + (<usize>i32At(COLUMN, p2) << 3), b3 = X + (<usize>i32At(COLUMN, p3) << 3);
  const m = f64At(MEAN, i);
  const m0 = f64At(MEAN, i32At(COLUMN, p)), m1 = f64At(MEAN, i32At(COLUMN, p1));
  const m2 = f64At(MEAN, i32At(COLUMN, p2)), m3 = f64At(MEAN, i32At(COLUMN, p3));
  // Sum 32 values at a time, until all four exceed the limit.
  let s0: f64 = 0, s1: f64 = 0, s2: f64 = 0, s3: f64 = 0;
  const end = <usize>WINDOW_SIZE << 3;
  let l: usize = 0;
  while (l < end && (s0 <= limit || s1 <= limit || s2 <= limit || s3 <= limit)) {
    for (const stop = min(l + 256, end); l < stop; l += 8) {
      const y = load<f64>(row + l) - m;
      const z0 = y - (load<f64>(b0 + l) - m0), z1 = y - (load<f64>(b1 + l) - m1);
      const z2 = y - (load<f64>(b2 + l) - m2), z3 = y - (load<f64>(b3 + l) - m3);
      s0 += z0 * z0;
      s1 += z1 * z1;
      s2 += z2 * z2;
      s3 += z3 * z3;
    }
  }
  setBothBounds(p, s0 <= limit ? s0 : Infinity);
  setBothBounds(p1, s1 <= limit ? s1 : Infinity);
  setBothBounds(p2, s2 <= limit ? s2 : Infinity);
  setBothBounds(p3, s3 <= limit ? s3 : Infinity);
}
