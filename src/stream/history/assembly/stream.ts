// AssemblyScript. The stream kernel in WASM SIMD: the memory of a stream and the search in it. What it does and how far its
// bounds reach is said and proven in ../../search/lags.ts; its twin is ../../search/direct.ts, which sums every pair. All
// state is in the memory at the place that the caller gives, so that one module serves any number of streams.

/** One stream. ../stream-wasm.ts lays out what it points to, and sets these fields. */
@unmanaged
class Stream {
  w: i32;
  k: i32;
  zone: i32;
  span: i32; // values that matter: history + w - 1
  full: i32; // values that fit the buffers once they are as long as they ever get
  cap: i32; // values that fit the buffers
  head: i32; // the newest value is at X[head], the one p before it at X[head + p]
  count: i32; // values in memory, at most span
  present: i32; // values in a row that are there, up to the newest
  found: i32; // candidates found last: their lags are in LAG
  yCap: i32;
  yHead: i32; // the newest value of the window is at Y[yHead]
  lagged: i32; // whether there is anything from FILLED on
  numD: i32; // lags whose D is known
  clock: i32; // updates since a block was refreshed in turn
  next: i32; // the block whose turn is next
  since: i32; // updates since sums were started anew
  X: usize; // memory, newest first; NaN: missing, or not learned
  Y: usize; // window, newest first
  DIST: usize;
  LAG: usize;
  FILLED: usize; // memory; a NaN is replaced by the value before it
  U: usize; // per value of FILLED: it less the one w before it
  V: usize; // the two, less the center, added
  SUM: usize; // running sum of COEF·(value - center)²
  YSUM: usize; // the same of Y
  D: usize; // per lag - 1: squared distance of the window and the one lag before it
  BLOCKS: usize; // per block of lags: ONCE, Y0, X0
  center: f64;
}

const BLOCK: i32 = 256; // lags that share a margin
const MOST_HITS: i32 = BLOCK / 4; // more in one block: its sums are cheaper than those of its hits
const ENOUGH_HITS: i32 = 24; // are settled together,
const ENOUGH_SHORT: i32 = 4; // and so many where a sum is soon made: the bound gets better for it
const SORTED_UP_TO: i32 = 16; // as in ../top-k.ts
const EMPTY: i32 = 0x7fffffff;
const FULL: i32 = -2; // answers of update
const NONE: i32 = -1;
const EPSILON: f64 = 1.1102230246251565e-16;
const UP: f64 = 1 + 1e-15; // more than what the rounding of a few sums takes away
const DOWN: f64 = 1 - 1e-15;
const LEAST: f64 = 1e-301;

const LANES: usize = memory.data(16 * 8, 16);
const HITS: usize = memory.data((ENOUGH_HITS + BLOCK) * 4, 16); // lags - 1
const LOWER: usize = memory.data((ENOUGH_HITS + BLOCK) * 8, 16); // lower bounds of their s
let numHits: i32 = 0;

// @ts-ignore: decorator
@inline function f(base: usize, i: i32): f64 { return load<f64>(base + (<usize>i << 3)); }
// @ts-ignore: decorator
@inline function setF(base: usize, i: i32, value: f64): void { store<f64>(base + (<usize>i << 3), value); }
// @ts-ignore: decorator
@inline function n32(base: usize, i: i32): i32 { return load<i32>(base + (<usize>i << 2)); }
// @ts-ignore: decorator
@inline function setN(base: usize, i: i32, value: i32): void { store<i32>(base + (<usize>i << 2), value); }
// @ts-ignore: decorator
@inline function at(base: usize, i: i32): usize { return base + (<usize>i << 3); }

/**
 * Finds the nearest windows of the one that x completes, then remembers x. Returns how many it found, NONE where the window is
 * not complete or touches a missing value, FULL, with nothing done, where the buffers have to grow.
 */
export function update(s: Stream, x: f64, learn: i32): i32 {
  if (s.head == 0 && s.cap < s.full) return FULL;
  const isThere = x == x;
  const answers = isThere && s.present >= s.w - 1;
  const y = place(s, x);
  let found = NONE;
  if (s.lagged) found = step(s, y, answers);
  else if (answers) found = direct(s, y);
  s.yHead--;
  s.present = isThere ? s.present + 1 : 0;
  push(s, isThere && learn ? x : NaN, y);
  return answers ? found : NONE;
}

/** What update would find. */
export function peek(s: Stream, x: f64): i32 {
  return x == x && s.present >= s.w - 1 ? direct(s, place(s, x)) : NONE;
}

/** Makes of X and Y, which were written from outside, everything that goes with them. No D is known. */
export function restore(s: Stream): void {
  const w = s.w;
  for (let p = s.head + s.count - 1; p >= s.head; p--) {
    const x = f(s.X, p);
    setF(s.FILLED, p, x == x ? x : f(s.FILLED, p + 1));
    setF(s.U, p, f(s.FILLED, p) - f(s.FILLED, p + w));
  }
  s.numD = 0;
  startAnew(s, at(s.Y, s.yHead), at(s.YSUM, s.yHead), 0, 0, 0);
}

/** Puts x before the newest value of the window, where it does not count yet; returns its place. */
function place(s: Stream, x: f64): usize {
  if (s.yHead == 0) {
    const head = s.yCap - s.w - 1;
    memory.copy(at(s.Y, head), s.Y, <usize>(s.w + 1) << 3);
    if (s.lagged) memory.copy(at(s.YSUM, head), s.YSUM, <usize>(s.w + 1) << 3);
    s.yHead = head;
  }
  const y = at(s.Y, s.yHead) - 8;
  store<f64>(y, x == x || !s.lagged ? x : load<f64>(y, 8));
  return y;
}

/** Appends a value to memory. */
function push(s: Stream, x: f64, y: usize): void {
  if (s.head == 0) makeRoom(s);
  const head = s.head - 1;
  setF(s.X, head, x);
  if (s.lagged) {
    const value = x == x ? x : f(s.FILLED, head + 1);
    const last = f(s.FILLED, head + s.w);
    setF(s.FILLED, head, value);
    setF(s.U, head, value - last);
    setF(s.V, head, value - s.center + (last - s.center));
    setF(s.SUM, head, f(s.SUM, head + 1) + coefficient(s) * (value - s.center) * (value - s.center));
  }
  s.head = head;
  if (s.count < s.span) s.count++;
}

/** Moves memory to the end of its buffers, with one value more than matters. */
function makeRoom(s: Stream): void {
  const length = s.count + 1;
  const head = s.cap - length;
  if (s.lagged) {
    move(s.FILLED, head, length);
    move(s.U, head, length);
    move(s.V, head, length);
    move(s.SUM, head, length);
  }
  move(s.X, head, length);
  s.head = head;
}

// @ts-ignore: decorator
@inline function move(base: usize, head: i32, length: i32): void {
  memory.copy(at(base, head), base, <usize>length << 3);
}

// ---- Candidates ----

/** Empties k places whose worst is `limit`. */
function clear(s: Stream, k: i32, limit: f64): void {
  for (let p = 0; p < k; p++) {
    setF(s.DIST, p, limit);
    setN(s.LAG, p, EMPTY);
  }
}

/** Sorts the k places from best to worst; returns how many are filled. */
function finish(s: Stream, k: i32): i32 {
  const dist = s.DIST;
  const lag = s.LAG;
  if (k > SORTED_UP_TO) {
    for (let size = k - 1; size > 0; size--) {
      const d = f(dist, size);
      const l = n32(lag, size);
      setF(dist, size, f(dist, 0));
      setN(lag, size, n32(lag, 0));
      siftDown(dist, lag, size, d, l);
    }
  } else {
    for (let p = 0, q = k - 1; p < q; p++, q--) {
      const d = f(dist, p);
      const l = n32(lag, p);
      setF(dist, p, f(dist, q));
      setN(lag, p, n32(lag, q));
      setF(dist, q, d);
      setN(lag, q, l);
    }
  }
  let filled = k;
  while (filled > 0 && n32(lag, filled - 1) == EMPTY) filled--;
  s.found = filled;
  return filled;
}

/** Puts (d, l) in the place of the worst candidate. */
function replaceWorst(dist: usize, lag: usize, k: i32, d: f64, l: i32): void {
  if (k > SORTED_UP_TO) {
    siftDown(dist, lag, k, d, l);
    return;
  }
  for (let left = k - 1; left > 0; left--) {
    const next = load<f64>(dist, 8);
    if (next <= d) break;
    store<f64>(dist, next);
    store<i32>(lag, load<i32>(lag, 4));
    dist += 8;
    lag += 4;
  }
  store<f64>(dist, d);
  store<i32>(lag, l);
}

function siftDown(dist: usize, lag: usize, k: i32, d: f64, l: i32): void {
  let p = 0;
  for (let child = 1; child < k; child = 2 * p + 1) {
    if (child + 1 < k && f(dist, child + 1) > f(dist, child)) child++;
    if (!(f(dist, child) > d)) break;
    setF(dist, p, f(dist, child));
    setN(lag, p, n32(lag, child));
    p = child;
  }
  setF(dist, p, d);
  setN(lag, p, l);
}

/** The next float64 above x >= 0. */
// @ts-ignore: decorator
@inline function above(x: f64): f64 { return x < Infinity ? reinterpret<f64>(reinterpret<i64>(x) + 1) : x; }

// @ts-ignore: decorator
@inline function addSquare(sum: v128, y: v128, x: v128): v128 {
  const z = f64x2.sub(y, x);
  return f64x2.add(sum, f64x2.mul(z, z));
}

// @ts-ignore: decorator
@inline function pair(a: usize, b: usize): v128 { return v128.load64_lane(b, v128.load64_zero(a), 1); }

/** Into LANES: s of the window and those at the eight places of memory; some value >= limit, or NaN, where all are. */
function eight(
  y: usize, w: i32, limit: f64,
  b0: usize, b1: usize, b2: usize, b3: usize, b4: usize, b5: usize, b6: usize, b7: usize,
): void {
  let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0;
  const th = f64x2.splat(limit);
  let o: isize = (w - 1) << 3;
  while (o >= 0) {
    const stop = max(o - 256, -8);
    for (; o > stop; o -= 8) {
      const v = v128.load64_splat(y + o);
      s0 = addSquare(s0, v, pair(b0 + o, b1 + o));
      s1 = addSquare(s1, v, pair(b2 + o, b3 + o));
      s2 = addSquare(s2, v, pair(b4 + o, b5 + o));
      s3 = addSquare(s3, v, pair(b6 + o, b7 + o));
    }
    const m = v128.or(v128.or(f64x2.lt(s0, th), f64x2.lt(s1, th)), v128.or(f64x2.lt(s2, th), f64x2.lt(s3, th)));
    if (!v128.any_true(m)) break;
  }
  v128.store(LANES, s0);
  v128.store(LANES, s1, 16);
  v128.store(LANES, s2, 32);
  v128.store(LANES, s3, 48);
}

// ---- Direct sums ----

/** Compares the window at y with all that memory holds. */
function direct(s: Stream, y: usize): i32 {
  const w = s.w;
  const end = s.count - w + 1;
  const k = min(s.k, end - s.zone);
  if (k <= 0) return (s.found = 0);
  const memory0 = at(s.X, s.head);
  let th = above(seeded(s, y, memory0, k, end));
  clear(s, k, th);
  let limit = f64x2.splat(th);
  const last = <usize>(w - 1) << 3;
  for (let p = s.zone; p < end; p += 16) {
    const from = memory0 + (<usize>p << 3);
    let a0 = f64x2.splat(0), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
    let q = y + last;
    let x = from + last;
    let m0: v128, m1: v128;
    while (true) {
      const stop = max(q - 120, y);
      for (; q >= stop; q -= 8, x -= 8) {
        const v = v128.load64_splat(q);
        a0 = addSquare(a0, v, v128.load(x));
        a1 = addSquare(a1, v, v128.load(x, 16));
        a2 = addSquare(a2, v, v128.load(x, 32));
        a3 = addSquare(a3, v, v128.load(x, 48));
        a4 = addSquare(a4, v, v128.load(x, 64));
        a5 = addSquare(a5, v, v128.load(x, 80));
        a6 = addSquare(a6, v, v128.load(x, 96));
        a7 = addSquare(a7, v, v128.load(x, 112));
      }
      m0 = v128.or(v128.or(f64x2.lt(a0, limit), f64x2.lt(a1, limit)), v128.or(f64x2.lt(a2, limit), f64x2.lt(a3, limit)));
      m1 = v128.or(v128.or(f64x2.lt(a4, limit), f64x2.lt(a5, limit)), v128.or(f64x2.lt(a6, limit), f64x2.lt(a7, limit)));
      if (q < y || !v128.any_true(v128.or(m0, m1))) break;
    }
    if (!v128.any_true(v128.or(m0, m1))) continue;
    v128.store(LANES, a0);
    v128.store(LANES, a1, 16);
    v128.store(LANES, a2, 32);
    v128.store(LANES, a3, 48);
    v128.store(LANES, a4, 64);
    v128.store(LANES, a5, 80);
    v128.store(LANES, a6, 96);
    v128.store(LANES, a7, 112);
    let mask = i64x2.bitmask(f64x2.lt(a0, limit)) | (i64x2.bitmask(f64x2.lt(a1, limit)) << 2)
      | (i64x2.bitmask(f64x2.lt(a2, limit)) << 4) | (i64x2.bitmask(f64x2.lt(a3, limit)) << 6)
      | (i64x2.bitmask(f64x2.lt(a4, limit)) << 8) | (i64x2.bitmask(f64x2.lt(a5, limit)) << 10)
      | (i64x2.bitmask(f64x2.lt(a6, limit)) << 12) | (i64x2.bitmask(f64x2.lt(a7, limit)) << 14);
    if (end - p < 16) mask &= (1 << (end - p)) - 1;
    while (mask) {
      const lane = ctz(mask);
      mask &= mask - 1;
      const d = f(LANES, lane);
      if (!(d < th)) continue;
      replaceWorst(s.DIST, s.LAG, k, d, p + lane);
      th = f(s.DIST, 0);
    }
    if (th == 0) break;
    limit = f64x2.splat(th);
  }
  return finish(s, k);
}

/** The largest s at the lags found last: k of them are no worse. Infinity where there are not so many. */
function seeded(s: Stream, y: usize, memory0: usize, k: i32, end: i32): f64 {
  if (s.found < k) return Infinity;
  let most: f64 = 0;
  for (let c = 0; c < k; c += 8) {
    const last = k - 1;
    const b0 = at(memory0, n32(s.LAG, c));
    const b1 = at(memory0, n32(s.LAG, min(c + 1, last)));
    const b2 = at(memory0, n32(s.LAG, min(c + 2, last)));
    const b3 = at(memory0, n32(s.LAG, min(c + 3, last)));
    const b4 = at(memory0, n32(s.LAG, min(c + 4, last)));
    const b5 = at(memory0, n32(s.LAG, min(c + 5, last)));
    const b6 = at(memory0, n32(s.LAG, min(c + 6, last)));
    const b7 = at(memory0, n32(s.LAG, min(c + 7, last)));
    eight(y, s.w, Infinity, b0, b1, b2, b3, b4, b5, b6, b7);
    for (let lane = 0; lane < 8; lane++) {
      const d = f(LANES, lane);
      if (!(d < Infinity)) return Infinity;
      if (d > most) most = d;
    }
  }
  return most;
}

// ---- The recurrence ----

// @ts-ignore: decorator
@inline function coefficient(s: Stream): f64 { return EPSILON * (52 + 2.05 * <f64>s.w); }

// @ts-ignore: decorator
@inline function blockAt(s: Stream, b: i32): usize { return s.BLOCKS + <usize>b * 24; }

/** What D may be off by in all lags, besides what is told by sums. */
// @ts-ignore: decorator
@inline function slack(s: Stream, ySum: usize): f64 {
  return 4 * EPSILON * <f64>(s.count + s.w + s.since + 16) * (f(s.SUM, s.head) + load<f64>(ySum)) + LEAST;
}

/** What the D of the lags p1 + 1 … p2 may be off by, from the sums since their block was refreshed. */
// @ts-ignore: decorator
@inline function accumulated(s: Stream, b: i32, p1: i32, ySum: usize): f64 {
  const block = blockAt(s, b);
  return load<f64>(block) + (load<f64>(ySum) - load<f64>(block, 8)) + (f(s.SUM, s.head + p1) - load<f64>(block, 16));
}

/** What a sum of w squares may be off by, of the window and those at the lags p1 + 1 … p2. */
// @ts-ignore: decorator
@inline function once(s: Stream, p1: i32, p2: i32, ySum: usize): f64 {
  const newest = s.head + p1;
  const oldest = s.head + p2 - 1 + s.w;
  return load<f64>(ySum) - load<f64>(ySum + (<usize>s.w << 3)) + (f(s.SUM, newest) - f(s.SUM, oldest));
}

/** Notes that the D of the lags p1 + 1 … p2 are sums. */
function fresh(s: Stream, b: i32, p1: i32, p2: i32, ySum: usize): void {
  const block = blockAt(s, b);
  store<f64>(block, once(s, p1, p2, ySum));
  store<f64>(block, load<f64>(ySum + (<usize>s.w << 3)), 8);
  store<f64>(block, f(s.SUM, s.head + p2 - 1 + s.w), 16);
}

/** One step of all D, and the nearest windows of the one at y if it `answers`. */
function step(s: Stream, y: usize, answers: bool): i32 {
  const w = s.w;
  const zone = s.zone;
  const head = s.head;
  const end = s.count - w + 1;
  const newest = load<f64>(y);
  const oldest = load<f64>(y + (<usize>w << 3));
  const ySum = at(s.YSUM, s.yHead) - 8;
  store<f64>(ySum, load<f64>(ySum, 8) + coefficient(s) * (newest - s.center) * (newest - s.center));
  s.since++;
  if (end <= zone) {
    s.found = 0;
    return 0;
  }
  const numBlocks = (end - zone + BLOCK - 1) / BLOCK;
  const numD = s.numD;
  const u = newest - oldest;
  const v = newest - s.center + (oldest - s.center);
  const error = slack(s, ySum);
  let k = 0;
  let th = -Infinity;
  if (answers) {
    k = min(s.k, end - zone);
    th = above(bounded(s, k, u, v, ySum, error));
    clear(s, k, th);
  } else keepSeeds(s);
  numHits = 0;
  const enough = w < 32 ? ENOUGH_SHORT : ENOUGH_HITS;
  s.clock++;
  const isTurn = s.clock >= max(1, (1 << 19) / end);
  if (isTurn) {
    s.clock = 0;
    if (s.next >= numBlocks) s.next = 0;
  }
  let numDirect = 0;
  for (let b = 0; b < numBlocks; b++) {
    const p1 = zone + b * BLOCK;
    const p2 = min(p1 + BLOCK, end);
    const hitsBefore = numHits;
    let isFresh = numD <= p1 || (isTurn && b == s.next);
    if (!isFresh) {
      const p3 = min(p2, numD);
      const width = accumulated(s, b, p1, ySum) + once(s, p1, p2, ySum) + error;
      stepBlock(s, p1, p3, u, v, th > 0 ? (th + width) * UP : -Infinity, width);
      isFresh = numHits - hitsBefore > MOST_HITS;
      if (isFresh) {
        numHits = hitsBefore;
        numDirect++;
      } else if (p3 < p2) {
        const block = blockAt(s, b);
        store<f64>(block, load<f64>(block) + once(s, p3, p2, ySum));
        store<f64>(block, min(load<f64>(block, 16), f(s.SUM, head + p2 - 1 + w)), 16);
        sumBlock(s, y, p3, p2, th);
      }
    }
    if (isFresh) {
      fresh(s, b, p1, p2, ySum);
      sumBlock(s, y, p1, p2, th);
    }
    if (numHits >= enough) th = settle(s, y, k, th);
  }
  if (isTurn) s.next++;
  s.numD = end;
  // What follows the last lag takes part in steps, as part of its eight: it must stay finite.
  memory.fill(at(s.D, end), 0, 64);
  if (numHits > 0) settle(s, y, k, th);
  const found = answers ? finish(s, k) : 0;
  // Sums are started anew before memory moves, about a level that suits the last values, and where many blocks were in doubt.
  const isRounded = (s.count & (s.count - 1)) == 0 && s.count < s.span;
  if (head == 0 || isRounded || (numDirect * 8 >= numBlocks && s.since >= 64)) startAnew(s, y, ySum, numBlocks, end, error);
  return found;
}

/** An upper bound of the k-th best s by what is known of the lags found last; Infinity where they are not enough. */
function bounded(s: Stream, k: i32, u: f64, v: f64, ySum: usize, error: f64): f64 {
  if (s.found < k) return Infinity;
  let most: f64 = 0;
  for (let c = 0; c < k; c++) {
    const p = n32(s.LAG, c);
    const x = f(s.X, s.head + p);
    if (x != x || p >= s.numD) return Infinity;
    const b = (p - s.zone) / BLOCK;
    const p1 = s.zone + b * BLOCK;
    const p2 = min(p1 + BLOCK, s.count - s.w + 1);
    const d = f(s.D, p) + (u - f(s.U, s.head + p)) * (v - f(s.V, s.head + p));
    const bound = (d + accumulated(s, b, p1, ySum) + once(s, p1, p2, ySum) + error) * UP;
    if (!(bound < Infinity)) return Infinity;
    if (bound > most) most = bound;
  }
  return most;
}

/** Without an answer: forgets the lags found last whose windows now touch a missing value. */
function keepSeeds(s: Stream): void {
  let kept = 0;
  for (let c = 0; c < s.found; c++) {
    const p = n32(s.LAG, c);
    const x = f(s.X, s.head + p);
    if (x == x) setN(s.LAG, kept++, p);
  }
  s.found = kept;
}

// @ts-ignore: decorator
@inline function stepped(d: v128, u: v128, v: v128, a: usize, b: usize): v128 {
  return f64x2.add(d, f64x2.mul(f64x2.sub(u, v128.load(a)), f64x2.sub(v, v128.load(b))));
}

/** One step of D at p1 … p2 - 1; those below `limit` become hits. */
function stepBlock(s: Stream, p1: i32, p2: i32, u: f64, v: f64, limit: f64, width: f64): void {
  const th = f64x2.splat(limit);
  const uu = f64x2.splat(u);
  const vv = f64x2.splat(v);
  let a = at(s.U, s.head + p1);
  let b = at(s.V, s.head + p1);
  let d = at(s.D, p1);
  const end = at(s.D, p2);
  for (; d < end; d += 64, a += 64, b += 64) {
    const d0 = stepped(v128.load(d), uu, vv, a, b);
    const d1 = stepped(v128.load(d, 16), uu, vv, a + 16, b + 16);
    const d2 = stepped(v128.load(d, 32), uu, vv, a + 32, b + 32);
    const d3 = stepped(v128.load(d, 48), uu, vv, a + 48, b + 48);
    v128.store(d, d0);
    v128.store(d, d1, 16);
    v128.store(d, d2, 32);
    v128.store(d, d3, 48);
    const least = f64x2.pmin(f64x2.pmin(d0, d1), f64x2.pmin(d2, d3));
    if (v128.any_true(f64x2.lt(least, th))) collect(s, d, end, near(d0, d1, d2, d3, th), width);
  }
}

/** Eight bits: which of the eight values are below th. */
// @ts-ignore: decorator
@inline function near(d0: v128, d1: v128, d2: v128, d3: v128, th: v128): i32 {
  return i64x2.bitmask(f64x2.lt(d0, th)) | (i64x2.bitmask(f64x2.lt(d1, th)) << 2)
    | (i64x2.bitmask(f64x2.lt(d2, th)) << 4) | (i64x2.bitmask(f64x2.lt(d3, th)) << 6);
}

/** Takes those of the eight D at d that `mask` names as hits, as far as they are before `end`. */
function collect(s: Stream, d: usize, end: usize, mask: i32, width: f64): void {
  const left = <i32>((end - d) >> 3);
  if (left < 8) mask &= (1 << left) - 1;
  const p = <i32>((d - s.D) >> 3);
  while (mask) {
    const lane = ctz(mask);
    mask &= mask - 1;
    setN(HITS, numHits, p + lane);
    setF(LOWER, numHits++, (f(d, lane) - width) * DOWN);
  }
}

/** D at p1 … p2 - 1 as sums; those below th become hits. */
function sumBlock(s: Stream, y: usize, p1: i32, p2: i32, th: f64): void {
  const last = <usize>(s.w - 1) << 3;
  const end = at(s.D, p2);
  const limit = f64x2.splat(th);
  let from = at(s.FILLED, s.head + p1) + last;
  for (let d = at(s.D, p1); d < end; d += 64, from += 64) {
    let d0 = f64x2.splat(0), d1 = d0, d2 = d0, d3 = d0;
    let x = from;
    for (let q = y + last; q >= y; q -= 8, x -= 8) {
      const v = v128.load64_splat(q);
      d0 = addSquare(d0, v, v128.load(x));
      d1 = addSquare(d1, v, v128.load(x, 16));
      d2 = addSquare(d2, v, v128.load(x, 32));
      d3 = addSquare(d3, v, v128.load(x, 48));
    }
    v128.store(d, d0);
    v128.store(d, d1, 16);
    v128.store(d, d2, 32);
    v128.store(d, d3, 48);
    const mask = near(d0, d1, d2, d3, limit);
    if (mask) collect(s, d, end, mask, 0);
  }
}

/** Settles all hits by their sums; returns the k-th best s. */
function settle(s: Stream, y: usize, k: i32, limit: f64): f64 {
  let th = limit;
  const memory0 = at(s.X, s.head);
  let h = 0;
  while (h < numHits) {
    let n = 0;
    for (; h < numHits && n < 8; h++) if (f(LOWER, h) < th) setN(BATCH, n++, n32(HITS, h));
    if (n == 0) break;
    const last = n - 1;
    const b0 = at(memory0, n32(BATCH, 0));
    const b1 = at(memory0, n32(BATCH, min(1, last)));
    const b2 = at(memory0, n32(BATCH, min(2, last)));
    const b3 = at(memory0, n32(BATCH, min(3, last)));
    const b4 = at(memory0, n32(BATCH, min(4, last)));
    const b5 = at(memory0, n32(BATCH, min(5, last)));
    const b6 = at(memory0, n32(BATCH, min(6, last)));
    const b7 = at(memory0, n32(BATCH, min(7, last)));
    eight(y, s.w, th, b0, b1, b2, b3, b4, b5, b6, b7);
    for (let lane = 0; lane < n; lane++) {
      const d = f(LANES, lane);
      if (!(d < th)) continue;
      replaceWorst(s.DIST, s.LAG, k, d, n32(BATCH, lane));
      th = f(s.DIST, 0);
    }
  }
  numHits = 0;
  return th;
}

const BATCH: usize = memory.data(8 * 4, 16);

/** Folds the margins of all blocks into one number each, chooses a center, and starts the running sums from it. */
function startAnew(s: Stream, y: usize, ySum: usize, numBlocks: i32, end: i32, error: f64): void {
  for (let b = 0; b < numBlocks; b++) {
    store<f64>(blockAt(s, b), accumulated(s, b, s.zone + b * BLOCK, ySum) + error);
  }
  const w = s.w;
  const center = levelOf(s);
  const factor = coefficient(s);
  s.center = center;
  s.since = 0;
  let sum: f64 = 0;
  for (let p = w; p >= 0; p--) {
    const a = f(y, p) - center;
    if (p < w) sum += factor * a * a;
    setF(ySum, p, sum);
  }
  sum = 0;
  const oldest = s.head + s.count;
  for (let p = oldest; p >= s.head; p--) {
    const value = f(s.FILLED, p);
    const before = f(s.FILLED, p + w);
    setF(s.V, p, value - center + (before - center));
    if (p < oldest) sum += factor * (value - center) * (value - center);
    setF(s.SUM, p, sum);
  }
  for (let b = 0; b < numBlocks; b++) {
    const block = blockAt(s, b);
    const p2 = min(s.zone + (b + 1) * BLOCK, end);
    store<f64>(block, load<f64>(ySum + (<usize>w << 3)), 8);
    store<f64>(block, f(s.SUM, s.head + p2 - 1 + w), 16);
  }
}

/** The median of nine of the last 256 values: spikes do not move it. */
function levelOf(s: Stream): f64 {
  const stride = min(s.count, 256) / 9;
  for (let c = 0; c < 9; c++) {
    const value = f(s.FILLED, s.head + c * stride);
    let p = c;
    for (; p > 0 && f(LANES, p - 1) > value; p--) setF(LANES, p, f(LANES, p - 1));
    setF(LANES, p, value);
  }
  return f(LANES, 4);
}
