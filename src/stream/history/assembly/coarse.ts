// AssemblyScript. A copy of memory in 16 bits, for short windows and histories: it rules out nearly all candidates, eight to a
// register, and those that are left are summed in float64.
//
// The copy holds Q(x) = round((x - origin)·scale), no farther from 0 than LARGEST. Rounding moves a number by at most 1/2, and
// cutting off brings two numbers no farther apart. So |Q(a) - Q(b)| <= |a - b|·scale + 1 + 1e-11, where 1e-11 covers the float64
// operations. Over a window that is a triangle inequality: with D the real squared distance and I the sum of squared
// differences of the copy,
//
//     √I <= √D·scale + √w·(1 + 1e-11)
//
// A candidate whose I is at least (√limit·scale + √w)², and a little more, has no s below the limit; the little more covers the
// rounding of s. I is exact: 8 squares of at most (LARGEST - MISSING)² sum to less than 2³².
//
// The limit is found without a branch per candidate. Every 16th candidate shares a lane, and each lane keeps its least I. The
// k-th least of the 16 lanes is an I that at least k candidates do not exceed; these are summed first.
//
// The origin is a median of the values, and most of them are within an eighth of LARGEST. The copy is started anew when as many
// values have come as memory holds, and sooner where it rules out too little, as after a change of level.
import { addressOf, f64At, i32At, setF64, setI32 } from './access';
import { SHORT_HISTORY } from './constants.generated';
import { clear, replaceWorst } from './neighbors';
import { Stream } from './stream-fields.generated';
import { addSquare, pair } from './sums';

/** The largest number of the copy, and the one in the place of a missing value, which is far from all others. */
const LARGEST: f64 = 8191;
const MISSING: i16 = -14979;

/** Where the distance lies below which most values are from the origin. */
const MOST: f64 = 1024;

/** Values that are looked at for origin and scale. */
const NUM_SAMPLES: i32 = 33;

/** Values in memory before there is a copy. */
const FEWEST: i32 = 64;

/** Scales at which neither a square nor its root leaves the range of float64. */
const SMALLEST_SCALE: f64 = 1e-140;
const LARGEST_SCALE: f64 = 1e140;

/** Searches that go without the copy after one in which it ruled out too little; twice as many each further time. */
const SHORTEST_PAUSE: i32 = 64;
const LONGEST_PAUSE: i32 = 4096;

const SAMPLES: usize = memory.data(33 * 8, 16);
const QUERY: usize = memory.data(4 * 4, 16); // the copy of the window, two numbers to 32 bits
const DISTANCES: usize = memory.data((SHORT_HISTORY + 16) * 4, 16); // the I of all candidates
const LEAST: usize = memory.data(16 * 4, 16); // the least I of each lane
const GATHERED: usize = memory.data(32 * 4, 16); // candidates that are to be summed, at most 15 and those of a group,
const SUMS: usize = memory.data(32 * 8, 16); // and their s

/** Largest number of neighbors, and smallest number of candidates, for which 16 lanes give a good limit. */
const MOST_NEIGHBORS: i32 = 12;
const FEWEST_CANDIDATES: i32 = 64;

/** Candidates that were summed in this search. */
let numSummed: i32 = 0;

/** Takes the value at index `head` of x into the copy. */
export function copyNewest(s: Stream): void {
  if (--s.due > 0) store<i16>(s.coarse + (<usize>s.head << 1), coarseOf(s, f64At(s.x, s.head)));
  else startCopy(s);
}

/** Copies all values of memory, to an origin and scale that suit them. The scale is 0 where there is none: no copy is used then. */
export function startCopy(s: Stream): void {
  const count = s.count;
  s.due = max(FEWEST, count);
  s.scale = 0;
  if (count < FEWEST) return;
  const memory0 = addressOf(s.x, s.head);
  let n = 0;
  for (let c = 0; c < NUM_SAMPLES; c++) {
    const x = f64At(memory0, c * count / NUM_SAMPLES);
    if (x == x) insert(n++, x);
  }
  if (n == 0) return;
  const origin = f64At(SAMPLES, n >> 1);
  for (let c = 0; c < n; c++) {
    // The distances take the place of the samples, from the first on: `insert` moves only what was read.
    insert(c, Math.abs(f64At(SAMPLES, c) - origin));
  }
  let spread = f64At(SAMPLES, n - (n >> 3) - 1);
  if (spread == 0) spread = f64At(SAMPLES, n - 1);
  const scale = MOST / spread;
  if (!(scale >= SMALLEST_SCALE && scale <= LARGEST_SCALE)) return;
  s.origin = origin;
  s.scale = scale;
  const end = s.head + count;
  for (let p = s.head; p < end; p++) store<i16>(s.coarse + (<usize>p << 1), coarseOf(s, f64At(s.x, p)));
}

/** Puts x at its place among the first n samples, which ascend. */
function insert(n: i32, x: f64): void {
  let p = n;
  for (; p > 0 && f64At(SAMPLES, p - 1) > x; p--) setF64(SAMPLES, p, f64At(SAMPLES, p - 1));
  setF64(SAMPLES, p, x);
}

/** Q(x). */
// @ts-ignore: decorator
@inline function coarseOf(s: Stream, x: f64): i16 {
  if (x != x) return MISSING;
  return <i16><i32>nearest(min(LARGEST, max(-LARGEST, (x - s.origin) * s.scale)));
}

/** The least I that rules out a candidate whose s must be below `limit`. */
function leastOf(s: Stream, limit: f64): u32 {
  const root = sqrt(limit) * s.scale + sqrt(<f64>s.w) * (1 + 1e-9);
  const least = root * root * (1 + 1e-9) + 1;
  return least < <f64>u32.MAX_VALUE ? <u32>least + 1 : u32.MAX_VALUE;
}

/**
 * Finds the k nearest of the candidates from s.zone to before `end`, of which there are at least k, of the window at y. Returns
 * whether it did: if not, the other search has to.
 */
export function coarseSearch(s: Stream, y: usize, k: i32, end: i32): bool {
  if (s.scale == 0 || k > MOST_NEIGHBORS || end - s.zone < FEWEST_CANDIDATES) return false;
  if (s.pause > 0) {
    s.pause--;
    return false;
  }
  computeDistances(s, y, end);
  const most = enoughFor(s, kthLeast(k));
  clear(s, k, Infinity);
  numSummed = 0;
  sumWithin(s, y, k, end, 0, most);
  const limit = f64At(s.dist, 0);
  const beyond = limit > 0 ? leastOf(s, limit) : 0; // nothing is nearer than distance 0
  if (beyond > most) sumWithin(s, y, k, end, most + 1, beyond);
  if (numSummed <= max(64, (end - s.zone) >> 2)) s.nextPause = 0;
  else {
    s.pause = max(SHORTEST_PAUSE, s.nextPause);
    s.nextPause = min(2 * s.pause, LONGEST_PAUSE);
    s.due = 1;
  }
  return true;
}

/** Writes the I of all candidates to DISTANCES, candidate s.zone first, and the least of each lane to LEAST. */
function computeDistances(s: Stream, y: usize, end: i32): void {
  const w = s.w;
  for (let j = 0; j < w; j++) store<i16>(QUERY + (<usize>j << 1), coarseOf(s, f64At(y, j)));
  const pairs = w >> 1;
  const isOdd = w & 1;
  const first = i32x4.splat(0xffff);
  let least0 = i32x4.splat(-1), least1 = least0, least2 = least0, least3 = least0;
  let from = s.coarse + (<usize>(s.head + s.zone) << 1);
  let to = DISTANCES;
  for (let p = s.zone; p < end; p += 16, from += 32, to += 64) {
    // Candidates p, p + 2 … p + 14 in the lanes of a and c, and those between them in the lanes of b and d.
    let a = i32x4.splat(0), b = a, c = a, d = a;
    let x = from;
    let j = 0;
    for (; j < pairs; j++, x += 4) {
      const q = v128.load32_splat(QUERY + (<usize>j << 2));
      a = addPairs(a, i16x8.sub(q, v128.load(x)));
      b = addPairs(b, i16x8.sub(q, v128.load(x, 2)));
      c = addPairs(c, i16x8.sub(q, v128.load(x, 16)));
      d = addPairs(d, i16x8.sub(q, v128.load(x, 18)));
    }
    if (isOdd) {
      const q = v128.load32_splat(QUERY + (<usize>j << 2));
      a = addPairs(a, v128.and(first, i16x8.sub(q, v128.load(x))));
      b = addPairs(b, v128.and(first, i16x8.sub(q, v128.load(x, 2))));
      c = addPairs(c, v128.and(first, i16x8.sub(q, v128.load(x, 16))));
      d = addPairs(d, v128.and(first, i16x8.sub(q, v128.load(x, 18))));
    }
    v128.store(to, v128.shuffle<i32>(a, b, 0, 4, 1, 5));
    v128.store(to, v128.shuffle<i32>(a, b, 2, 6, 3, 7), 16);
    v128.store(to, v128.shuffle<i32>(c, d, 0, 4, 1, 5), 32);
    v128.store(to, v128.shuffle<i32>(c, d, 2, 6, 3, 7), 48);
    if (p + 16 > end) break; // candidates from `end` on do not exist
    least0 = i32x4.min_u(least0, a);
    least1 = i32x4.min_u(least1, b);
    least2 = i32x4.min_u(least2, c);
    least3 = i32x4.min_u(least3, d);
  }
  v128.store(LEAST, least0);
  v128.store(LEAST, least1, 16);
  v128.store(LEAST, least2, 32);
  v128.store(LEAST, least3, 48);
}

/** The k-th least of the 16 numbers at LEAST: the least that at least k of them do not exceed. */
function kthLeast(k: i32): u32 {
  const a = v128.load(LEAST);
  const b = v128.load(LEAST, 16);
  const c = v128.load(LEAST, 32);
  const d = v128.load(LEAST, 48);
  // Minus how many do not exceed each.
  let inA = i32x4.splat(0), inB = inA, inC = inA, inD = inA;
  for (let from = LEAST; from < LEAST + 64; from += 4) {
    const x = v128.load32_splat(from);
    inA = i32x4.add(inA, i32x4.le_u(x, a));
    inB = i32x4.add(inB, i32x4.le_u(x, b));
    inC = i32x4.add(inC, i32x4.le_u(x, c));
    inD = i32x4.add(inD, i32x4.le_u(x, d));
  }
  const enough = i32x4.splat(-k);
  let least = i32x4.min_u(
    i32x4.min_u(orLargest(a, inA, enough), orLargest(b, inB, enough)),
    i32x4.min_u(orLargest(c, inC, enough), orLargest(d, inD, enough)),
  );
  least = i32x4.min_u(least, v128.shuffle<i32>(least, least, 2, 3, 0, 1));
  return min(<u32>i32x4.extract_lane(least, 0), <u32>i32x4.extract_lane(least, 1));
}

/** Each number of x whose count does not exceed `enough`; in the place of others the largest there is. */
// @ts-ignore: decorator
@inline function orLargest(x: v128, count: v128, enough: v128): v128 { return v128.or(x, i32x4.gt_s(count, enough)); }

/**
 * An I that, where k candidates do not exceed `most`, `leastOf` does not exceed either: √D·scale <= √most + √w for these, and one
 * more √w is what rules out others. Where that is far more than `most`, it is better to see what the k candidates are worth first.
 */
function enoughFor(s: Stream, most: u32): u32 {
  if (most < <u32>(64 * s.w) || most > 1 << 30) return most;
  const root = sqrt(<f64>most) + 2 * sqrt(<f64>s.w) * (1 + 1e-9);
  return <u32>(root * root * (1 + 1e-8)) + 3;
}

/**
 * Sums the candidates with low <= I <= high; those whose s is below the k-th best so far become neighbors. They are gathered
 * first and summed some at a time: where memory is not in the cache, their values arrive together, for no branch waits for one.
 */
function sumWithin(s: Stream, y: usize, k: i32, end: i32, low: u32, high: u32): void {
  const least = i32x4.splat(low);
  const most = i32x4.splat(high);
  let from = DISTANCES;
  let n = 0;
  for (let p = s.zone; p < end; p += 16, from += 64) {
    const a = v128.load(from);
    const b = v128.load(from, 16);
    const c = v128.load(from, 32);
    const d = v128.load(from, 48);
    if (!v128.any_true(i32x4.le_u(i32x4.min_u(i32x4.min_u(a, b), i32x4.min_u(c, d)), most))) continue;
    const ab = i16x8.narrow_i32x4_s(within(a, least, most), within(b, least, most));
    let mask = i8x16.bitmask(i8x16.narrow_i16x8_s(ab, i16x8.narrow_i32x4_s(within(c, least, most), within(d, least, most))));
    if (end - p < 16) mask &= (1 << (end - p)) - 1;
    for (; mask; mask &= mask - 1) setI32(GATHERED, n++, p + ctz(mask));
    if (n < 16) continue;
    sumGathered(s, y, k, n);
    n = 0;
    // Nothing is nearer than distance 0.
    if (f64At(s.dist, 0) == 0) return;
  }
  sumGathered(s, y, k, n);
}

/** Sums the first n candidates of GATHERED, and takes the nearest of them. */
function sumGathered(s: Stream, y: usize, k: i32, n: i32): void {
  const w = s.w;
  const memory0 = addressOf(s.x, s.head);
  setI32(GATHERED, n, i32At(GATHERED, 0)); // beside the last one, if their number is odd
  for (let c = 0; c < n; c += 2) {
    const a = addressOf(memory0, i32At(GATHERED, c));
    const b = addressOf(memory0, i32At(GATHERED, c + 1));
    let sum = f64x2.splat(0);
    for (let p = w - 1; p >= 0; p--) {
      sum = addSquare(sum, v128.load64_splat(addressOf(y, p)), pair(addressOf(a, p), addressOf(b, p)));
    }
    v128.store(addressOf(SUMS, c), sum);
  }
  let threshold = f64At(s.dist, 0);
  for (let c = 0; c < n; c++) {
    const sum = f64At(SUMS, c);
    if (!(sum < threshold)) continue;
    replaceWorst(s.dist, s.lag, k, sum, i32At(GATHERED, c));
    threshold = f64At(s.dist, 0);
  }
  numSummed += n;
}

// @ts-ignore: decorator
@inline function within(x: v128, least: v128, most: v128): v128 {
  return v128.and(i32x4.ge_u(x, least), i32x4.le_u(x, most));
}

/** sum + the squares of z, two to a lane. */
// @ts-ignore: decorator
@inline function addPairs(sum: v128, z: v128): v128 { return i32x4.add(sum, i32x4.dot_i16x8_s(z, z)); }
