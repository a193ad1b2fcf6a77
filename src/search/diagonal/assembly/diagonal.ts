// AssemblyScript. The diagonal kernel in WASM SIMD: the same algorithm as ../diagonal.ts, where it is explained, with
// eight lags in four registers, or sixteen in float32. Memory is laid out by the caller; all arguments are byte offsets and
// counts.

let X: usize = 0; // series, raw
let MEAN: usize = 0; // per window: what its values are lessened by
let SCALE: usize = 0; // z-scores only, per window: what they are divided by,
let INVERSE: usize = 0; // and 1 over it; NaN: takes no part
let U: usize = 0;
let V: usize = 0;
let TH: usize = 0; // bound per row: a candidate counts if its lower bound is below
let PEAK: usize = 0; // per window: no threshold of it and the next seven is above
let ACC: usize = 0; // lower bounds per lag, carried from band to band
let LB: usize = 0; // candidates: lower bounds, upper bounds, columns; CAP per row
let UB: usize = 0;
let ID: usize = 0;
let CNT: usize = 0; // candidates per row
let ROLE: usize = 0; // one byte per window: 1 if it can be somebody's neighbor
let WORST: usize = 0; // ordered only: the k-th's column while its s is 0, else -1
let U32: usize = 0; // U, V, TH and PEAK in float32, for `groupFloat32`: U and V times FACTOR, TH and PEAK times its square
let V32: usize = 0;
let TH32: usize = 0;
let PEAK32: usize = 0;
let W: i32 = 0;
let K: i32 = 0;
let N: i32 = 0;
let CAP: i32 = 0;
let BOTH: i32 = 0;
let ORDERED: i32 = 0;
let SCALED: i32 = 0; // bounds are of -2C/(scale·scale), to which BASE is added
let BASE: f64 = 0;
let SLACK: f64 = 0;
let FACTOR: f64 = 0; // a power of two
let FACTOR2: f64 = 0; // its square; 0 until something is done in float32
let INVERSE2: f64 = 0;
let WIDTH: f64 = 0; // upper minus lower bound of the candidates of this call; times the inverse scales, plus SLACK

const LANES: usize = memory.data(128, 16);
const NEVER: usize = memory.data<f64>([-Infinity]);
const NEVER32: usize = memory.data<f32>([-Infinity, -Infinity]);
const FEW: i32 = 48; // candidates that one pass of insertion sorts best

export function setup(
  x: usize, mean: usize, scale: usize, inverse: usize, u: usize, v: usize, th: usize, peak: usize, acc: usize, lb: usize, ub: usize,
  id: usize, cnt: usize, role: usize, worst: usize, u32: usize, v32: usize, th32: usize, peak32: usize, w: i32, k: i32, n: i32, cap: i32, both: i32, ordered: i32,
  scaled: i32, base: f64, slack: f64,
): void {
  X = x; MEAN = mean; SCALE = scale; INVERSE = inverse; U = u; V = v; TH = th; PEAK = peak; ACC = acc; LB = lb; UB = ub; ID = id;
  CNT = cnt; ROLE = role; WORST = worst; U32 = u32; V32 = v32; TH32 = th32; PEAK32 = peak32; W = w; K = k; N = n; CAP = cap; BOTH = both; ORDERED = ordered;
  SCALED = scaled; BASE = base; SLACK = slack;
}

// @ts-ignore: decorator
@inline function f(base: usize, i: i32): f64 { return load<f64>(base + (<usize>i << 3)); }
// @ts-ignore: decorator
@inline function setF(base: usize, i: i32, value: f64): void { store<f64>(base + (<usize>i << 3), value); }
// @ts-ignore: decorator
@inline function n32(base: usize, i: i32): i32 { return load<i32>(base + (<usize>i << 2)); }
// @ts-ignore: decorator
@inline function setN(base: usize, i: i32, value: i32): void { store<i32>(base + (<usize>i << 2), value); }

/** Of windows i … i + 15: their means, and in U and V their sums of (x - mean)² and x - mean. Eight sums at a time. */
export function moments(i: i32): void {
  momentsOfEight(i);
  momentsOfEight(i + 8);
}

function momentsOfEight(i: i32): void {
  const from = X + (<usize>i << 3);
  const end = from + (<usize>W << 3);
  let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0;
  for (let a = from; a < end; a += 8) {
    s0 = f64x2.add(s0, v128.load(a));
    s1 = f64x2.add(s1, v128.load(a, 16));
    s2 = f64x2.add(s2, v128.load(a, 32));
    s3 = f64x2.add(s3, v128.load(a, 48));
  }
  const w = f64x2.splat(W);
  const m0 = f64x2.div(s0, w), m1 = f64x2.div(s1, w), m2 = f64x2.div(s2, w), m3 = f64x2.div(s3, w);
  let q0 = f64x2.splat(0), q1 = q0, q2 = q0, q3 = q0;
  s0 = q0; s1 = q0; s2 = q0; s3 = q0;
  for (let a = from; a < end; a += 8) {
    const z0 = f64x2.sub(v128.load(a), m0);
    const z1 = f64x2.sub(v128.load(a, 16), m1);
    const z2 = f64x2.sub(v128.load(a, 32), m2);
    const z3 = f64x2.sub(v128.load(a, 48), m3);
    s0 = f64x2.add(s0, z0);
    s1 = f64x2.add(s1, z1);
    s2 = f64x2.add(s2, z2);
    s3 = f64x2.add(s3, z3);
    q0 = f64x2.add(q0, f64x2.mul(z0, z0));
    q1 = f64x2.add(q1, f64x2.mul(z1, z1));
    q2 = f64x2.add(q2, f64x2.mul(z2, z2));
    q3 = f64x2.add(q3, f64x2.mul(z3, z3));
  }
  const at = <usize>i << 3;
  store4(MEAN + at, m0, m1, m2, m3);
  store4(U + at, q0, q1, q2, q3);
  store4(V + at, s0, s1, s2, s3);
}

/** s(i, j) of the vectors, the left-to-right sum; Infinity as soon as it is known to exceed `limit`. */
export function distance(i: i32, j: i32, limit: f64): f64 {
  let a = X + (<usize>i << 3);
  let b = X + (<usize>j << 3);
  const end = a + (<usize>W << 3);
  // Both windows side by side, so that there is one division for the two.
  const mean = f64x2.replace_lane(f64x2.splat(f(MEAN, i)), 1, f(MEAN, j));
  const scale = SCALED ? f64x2.replace_lane(f64x2.splat(f(SCALE, i)), 1, f(SCALE, j)) : mean;
  let s: f64 = 0;
  while (a < end && s <= limit) {
    const stop = min(a + 64, end);
    if (SCALED) {
      for (; a < stop; a += 8, b += 8) {
        const y = f64x2.div(f64x2.sub(v128.load64_lane(b, v128.load64_zero(a), 1), mean), scale);
        const z = f64x2.extract_lane(y, 0) - f64x2.extract_lane(y, 1);
        s += z * z;
      }
    } else {
      for (; a < stop; a += 8, b += 8) {
        const y = f64x2.sub(v128.load64_lane(b, v128.load64_zero(a), 1), mean);
        const z = f64x2.extract_lane(y, 0) - f64x2.extract_lane(y, 1);
        s += z * z;
      }
    }
  }
  return s <= limit ? s : Infinity;
}

// @ts-ignore: decorator
@inline function store4(at: usize, a0: v128, a1: v128, a2: v128, a3: v128): void {
  v128.store(at, a0);
  v128.store(at, a1, 16);
  v128.store(at, a2, 32);
  v128.store(at, a3, 48);
}

// @ts-ignore: decorator
@inline function addSquare(sum: v128, x: v128, y: v128): v128 {
  const z = f64x2.sub(x, y);
  return f64x2.add(sum, f64x2.mul(z, z));
}

/**
 * Starts the carried bounds of window i with the windows g + i … g + i + 15: the squared distances of the centered windows,
 * or -2 times their product, less `margin`. Eight left-to-right sums at a time.
 */
export function seed(i: i32, g: i32, margin: f64): void {
  seedEight(i, g, margin);
  seedEight(i, g + 8, margin);
}

function seedEight(i: i32, g: i32, margin: f64): void {
  let a = X + (<usize>i << 3);
  let b = X + (<usize>(i + g) << 3);
  const end = a + (<usize>W << 3);
  const m = f64x2.splat(f(MEAN, i));
  const means = MEAN + (<usize>(i + g) << 3);
  const m0 = v128.load(means), m1 = v128.load(means, 16), m2 = v128.load(means, 32), m3 = v128.load(means, 48);
  let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0;
  if (SCALED) {
    for (; a < end; a += 8, b += 8) {
      const half = f64x2.sub(v128.load64_splat(a), m);
      const x = f64x2.add(half, half);
      s0 = f64x2.sub(s0, f64x2.mul(x, f64x2.sub(v128.load(b), m0)));
      s1 = f64x2.sub(s1, f64x2.mul(x, f64x2.sub(v128.load(b, 16), m1)));
      s2 = f64x2.sub(s2, f64x2.mul(x, f64x2.sub(v128.load(b, 32), m2)));
      s3 = f64x2.sub(s3, f64x2.mul(x, f64x2.sub(v128.load(b, 48), m3)));
    }
  } else {
    for (; a < end; a += 8, b += 8) {
      const x = f64x2.sub(v128.load64_splat(a), m);
      s0 = addSquare(s0, x, f64x2.sub(v128.load(b), m0));
      s1 = addSquare(s1, x, f64x2.sub(v128.load(b, 16), m1));
      s2 = addSquare(s2, x, f64x2.sub(v128.load(b, 32), m2));
      s3 = addSquare(s3, x, f64x2.sub(v128.load(b, 48), m3));
    }
  }
  const less = f64x2.splat(margin);
  const at = ACC + (<usize>g << 3);
  store4(at, f64x2.sub(s0, less), f64x2.sub(s1, less), f64x2.sub(s2, less), f64x2.sub(s3, less));
}

/** Whether candidate p comes before a bound and column. */
// @ts-ignore: decorator
@inline function isBefore(p: i32, ub: f64, id: i32): bool {
  const other = f(UB, p);
  return other < ub || (other == ub && n32(ID, p) < id);
}

/** Puts the K candidates of row i with the smallest (upper bound, column) first; returns the K-th upper bound. */
function selectRow(i: i32): f64 {
  const kth = i * CAP + K - 1;
  let lo = i * CAP;
  let hi = lo + n32(CNT, i) - 1;
  while (lo < hi) {
    const middle = (lo + hi) >> 1;
    const ub = f(UB, middle);
    const id = n32(ID, middle);
    let p = lo;
    let q = hi;
    while (p <= q) {
      while (isBefore(p, ub, id)) p++;
      while (!isBefore(q, ub, id) && n32(ID, q) != id) q--;
      if (p > q) break;
      swap(p++, q--);
    }
    if (kth <= q) hi = q;
    else if (kth >= p) lo = p;
    else break;
  }
  return f(UB, kth);
}

function swap(p: i32, q: i32): void {
  const ub = f(UB, p);
  setF(UB, p, f(UB, q));
  setF(UB, q, ub);
  const lb = f(LB, p);
  setF(LB, p, f(LB, q));
  setF(LB, q, lb);
  const id = n32(ID, p);
  setN(ID, p, n32(ID, q));
  setN(ID, q, id);
}

/** Sorts the candidates of row i by (upper bound, column), Shell's way. */
function sortRow(i: i32): void {
  const base = i * CAP;
  const count = n32(CNT, i);
  for (let gap = count > FEW ? 40 : 1; gap > 0; gap = (gap - 1) / 3) {
    for (let p = gap; p < count; p++) {
      const ub = f(UB, base + p);
      const lb = f(LB, base + p);
      const id = n32(ID, base + p);
      let q = base + p;
      for (; q - gap >= base && !isBefore(q - gap, ub, id); q -= gap) {
        setF(UB, q, f(UB, q - gap));
        setF(LB, q, f(LB, q - gap));
        setN(ID, q, n32(ID, q - gap));
      }
      setF(UB, q, ub);
      setF(LB, q, lb);
      setN(ID, q, id);
    }
  }
}

/** Drops the candidates of row i that cannot be among its k nearest; settles the rest if too many are in doubt. */
export function compact(i: i32): void {
  const base = i * CAP;
  let count = n32(CNT, i);
  if (count < K) return;
  let limit = selectRow(i);
  let kept = K;
  for (let p = K; p < count; p++) {
    const lb = f(LB, base + p);
    if (lb < limit || (ORDERED && lb == limit)) {
      setF(UB, base + kept, f(UB, base + p));
      setF(LB, base + kept, lb);
      setN(ID, base + kept, n32(ID, base + p));
      kept++;
    }
  }
  setN(CNT, i, kept);
  if (kept > (K + CAP) >> 1) {
    refineRow(i, limit);
    limit = selectRow(i);
    setN(CNT, i, K);
  }
  if (limit == 0) {
    if (ORDERED) setN(WORST, i, n32(ID, base + K - 1));
    else limit = -Infinity;
  }
  setF(TH, i, SCALED ? limit - BASE : limit);
  if (FACTOR2 > 0) roundThreshold(i);
}

/** The threshold of row i in float32, rounded up whatever the rounding: it is not negative, or -Infinity. */
// @ts-ignore: decorator
@inline function roundThreshold(i: i32): void {
  store<f32>(TH32 + (<usize>i << 2), <f32>(f(TH, i) * FACTOR2 * (1 + 2.0 ** -22) + 2.0 ** -148));
}

export function prepareFloat32(factor: f64): void {
  FACTOR = factor;
}

/** Fills U32, V32 and TH32. The steps end with that from window n - 2 to n - 1; what follows stays 0. */
function fillFloat32(): void {
  FACTOR2 = FACTOR * FACTOR;
  INVERSE2 = 1 / FACTOR2;
  for (let i = 0; i < N + 32; i++) {
    roundThreshold(i);
    if (i + 1 >= N) continue;
    store<f32>(U32 + (<usize>i << 2), <f32>(f(U, i) * FACTOR));
    store<f32>(V32 + (<usize>i << 2), <f32>(f(V, i) * FACTOR));
  }
}

/** Replaces the bounds of row i's candidates by s itself, or by Infinity if that exceeds `limit`. */
function refineRow(i: i32, limit: f64): void {
  const first = i * CAP;
  const end = first + n32(CNT, i);
  if (!SCALED) {
    for (let p = first; p < end; p += 4) refineFour(i, p, end - 1, limit);
    return;
  }
  for (let p = first; p < end; p++) if (f(LB, p) != f(UB, p)) replaceBounds(p, distance(i, n32(ID, p), limit));
}

// @ts-ignore: decorator
@inline function replaceBounds(p: i32, s: f64): void {
  setF(LB, p, s);
  setF(UB, p, s);
}

/** Settles the candidates p … p + 3, as far as there are, side by side: a sum has to wait for its last term. */
function refineFour(i: i32, p: i32, last: i32, limit: f64): void {
  const p1 = min(p + 1, last), p2 = min(p + 2, last), p3 = min(p + 3, last);
  const row = X + (<usize>i << 3);
  const b0 = X + (<usize>n32(ID, p) << 3), b1 = X + (<usize>n32(ID, p1) << 3);
  const b2 = X + (<usize>n32(ID, p2) << 3), b3 = X + (<usize>n32(ID, p3) << 3);
  const m = f(MEAN, i);
  const m0 = f(MEAN, n32(ID, p)), m1 = f(MEAN, n32(ID, p1)), m2 = f(MEAN, n32(ID, p2)), m3 = f(MEAN, n32(ID, p3));
  let s0: f64 = 0, s1: f64 = 0, s2: f64 = 0, s3: f64 = 0;
  const end = <usize>W << 3;
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
  replaceBounds(p, s0 <= limit ? s0 : Infinity);
  replaceBounds(p1, s1 <= limit ? s1 : Infinity);
  replaceBounds(p2, s2 <= limit ? s2 : Infinity);
  replaceBounds(p3, s3 <= limit ? s3 : Infinity);
}

/** Leaves row i with its exact s in the order (s, j); at most k of them. */
export function finish(i: i32): void {
  const count = n32(CNT, i);
  refineRow(i, count < K ? Infinity : selectRow(i));
  sortRow(i);
  if (count > K) setN(CNT, i, K);
}

/** Takes column j, whose s is between `lb` and `ub`, as a candidate of row i. */
export function append(i: i32, j: i32, lb: f64, ub: f64): void {
  if (ORDERED) {
    const worst = n32(WORST, i);
    if (worst >= 0 && j > worst) return;
  }
  const count = n32(CNT, i);
  const p = i * CAP + count;
  setF(LB, p, lb);
  setF(UB, p, ub);
  setN(ID, p, j);
  setN(CNT, i, count + 1);
  if (count + 1 == CAP) compact(i);
}

function candidates(i: i32, j0: i32, mask: u32): void {
  const iCounts = load<u8>(ROLE + <usize>i);
  while (mask) {
    const lane = ctz(mask);
    mask &= mask - 1;
    const j = j0 + lane;
    if (j >= N) continue;
    const bound = load<f64>(LANES + (<usize>lane << 3));
    const lb = SCALED ? BASE + bound : bound;
    const ub = lb + (SCALED ? WIDTH * f(INVERSE, i) * f(INVERSE, j) + SLACK : WIDTH);
    if (BOTH && load<u8>(ROLE + <usize>j) && bound < f(TH, i)) append(i, j, lb, ub);
    if (iCounts && bound < f(TH, j)) append(j, i, lb, ub);
  }
}

// @ts-ignore: decorator
@inline function offer(r: usize, g: i32, a0: v128, a1: v128, a2: v128, a3: v128, m0: v128, m1: v128, m2: v128, m3: v128): void {
  const mask = i64x2.bitmask(m0) | (i64x2.bitmask(m1) << 2) | (i64x2.bitmask(m2) << 4) | (i64x2.bitmask(m3) << 6);
  if (mask == 0) return;
  store4(LANES, a0, a1, a2, a3);
  candidates(<i32>(r >> 3), <i32>(r >> 3) + g, mask);
}

/** Fills PEAK for the windows from … to, as thresholds are now: they only fall. */
export function refresh(from: i32, to: i32): void {
  for (let j = from; j <= to; j += 2) {
    const t = TH + (<usize>j << 3);
    const m0 = f64x2.pmax(f64x2.pmax(v128.load(t), v128.load(t, 8)), f64x2.pmax(v128.load(t, 16), v128.load(t, 24)));
    const m1 = f64x2.pmax(f64x2.pmax(v128.load(t, 32), v128.load(t, 40)), f64x2.pmax(v128.load(t, 48), v128.load(t, 56)));
    v128.store(PEAK + (<usize>j << 3), f64x2.pmax(m0, m1));
  }
}

/** The same for PEAK32, which goes for 17 windows: 2, 4, 8, 16 of them, and one more. */
export function refreshFloat32(from: i32, to: i32): void {
  if (FACTOR2 == 0) fillFloat32();
  const start = PEAK32 + (<usize>from << 2);
  const end = PEAK32 + (<usize>(to + 17) << 2);
  let source = TH32 - PEAK32;
  for (let shift: usize = 4; shift <= 64; shift <<= 1) {
    const other = source + (shift == 64 ? 4 : shift);
    for (let p = start; p < end; p += 16) v128.store(p, i32x4.max_s(v128.load(p + source), v128.load(p + other)));
    source = 0;
  }
}

/**
 * Rows [i0, i1) of the lags g … g + 15. `shift` moves the carried bounds to the margin of this band, and `width` is twice
 * that margin, rounded up. The least of eight bounds against the highest of nine thresholds turns most rows away.
 */
export function group(i0: i32, i1: i32, g: i32, shift: f64, width: f64): void {
  WIDTH = width;
  groupOfEight(i0, i1, g, shift);
  groupOfEight(i0, i1, g + 8, shift);
}

function groupOfEight(i0: i32, i1: i32, g: i32, shift: f64): void {
  const at = ACC + (<usize>g << 3);
  const move = f64x2.splat(shift);
  let a0 = f64x2.add(v128.load(at), move);
  let a1 = f64x2.add(v128.load(at, 16), move);
  let a2 = f64x2.add(v128.load(at, 32), move);
  let a3 = f64x2.add(v128.load(at, 48), move);
  const off = <usize>(i0 + g) << 3;
  let r = <usize>i0 << 3;
  const end = <usize>i1 << 3;
  let uj = U + off;
  let vj = V + off;
  let pj = PEAK + off;
  let ti = BOTH ? TH + r : NEVER;
  const step: usize = BOTH ? 8 : 0;
  for (; r < end; r += 8, uj += 8, vj += 8, pj += 8, ti += step) {
    const least = f64x2.pmin(f64x2.pmin(a0, a1), f64x2.pmin(a2, a3));
    if (v128.any_true(f64x2.lt(least, f64x2.pmax(v128.load64_splat(ti), v128.load64_splat(pj))))) {
      compareEach(r, g, a0, a1, a2, a3);
    }
    const u = v128.load64_splat(U + r);
    const v = v128.load64_splat(V + r);
    a0 = f64x2.add(a0, f64x2.mul(f64x2.sub(u, v128.load(uj)), f64x2.sub(v, v128.load(vj))));
    a1 = f64x2.add(a1, f64x2.mul(f64x2.sub(u, v128.load(uj, 16)), f64x2.sub(v, v128.load(vj, 16))));
    a2 = f64x2.add(a2, f64x2.mul(f64x2.sub(u, v128.load(uj, 32)), f64x2.sub(v, v128.load(vj, 32))));
    a3 = f64x2.add(a3, f64x2.mul(f64x2.sub(u, v128.load(uj, 48)), f64x2.sub(v, v128.load(vj, 48))));
  }
  store4(at, a0, a1, a2, a3);
}

/** Every bound against the thresholds of its own row and column. */
function compareEach(r: usize, g: i32, a0: v128, a1: v128, a2: v128, a3: v128): void {
  const t = BOTH ? v128.load64_splat(TH + r) : f64x2.splat(-Infinity);
  const tj = TH + r + (<usize>g << 3);
  const m0 = f64x2.lt(a0, f64x2.pmax(t, v128.load(tj)));
  const m1 = f64x2.lt(a1, f64x2.pmax(t, v128.load(tj, 16)));
  const m2 = f64x2.lt(a2, f64x2.pmax(t, v128.load(tj, 32)));
  const m3 = f64x2.lt(a3, f64x2.pmax(t, v128.load(tj, 48)));
  offer(r, g, a0, a1, a2, a3, m0, m1, m2, m3);
}

// @ts-ignore: decorator
@inline function stepFloat32(a: v128, u: v128, v: v128, uj: v128, vj: v128): v128 {
  return f32x4.add(a, f32x4.mul(f32x4.sub(u, uj), f32x4.sub(v, vj)));
}

// @ts-ignore: decorator
@inline function least4(a0: v128, a1: v128, a2: v128, a3: v128): v128 {
  return i32x4.min_s(i32x4.min_s(a0, a1), i32x4.min_s(a2, a3));
}

/**
 * `group` in float32, two rows at a time. Positive float32 are in the order of their bits as integers, which processors
 * compare beside the adding; negative bounds are below all others there, too, and their order does not matter.
 */
export function groupFloat32(i0: i32, i1: i32, g: i32, shift: f64, width: f64): void {
  WIDTH = width;
  const at = ACC + (<usize>g << 3);
  for (let p: usize = 0; p < 64; p += 4) store<f32>(LANES + p, <f32>((load<f64>(at + (p << 1)) + shift) * FACTOR2));
  let a0 = v128.load(LANES), a1 = v128.load(LANES, 16), a2 = v128.load(LANES, 32), a3 = v128.load(LANES, 48);
  const row = <usize>i0 << 2;
  const off = <usize>(i0 + g) << 2;
  let ui = U32 + row, vi = V32 + row, uj = U32 + off, vj = V32 + off, pj = PEAK32 + off;
  let ti = BOTH ? TH32 + row : NEVER32;
  const step: usize = BOTH ? 8 : 0;
  let i = i0;
  for (; i + 2 <= i1; i += 2) {
    let u = v128.load32_splat(ui), v = v128.load32_splat(vi);
    const b0 = stepFloat32(a0, u, v, v128.load(uj), v128.load(vj));
    const b1 = stepFloat32(a1, u, v, v128.load(uj, 16), v128.load(vj, 16));
    const b2 = stepFloat32(a2, u, v, v128.load(uj, 32), v128.load(vj, 32));
    const b3 = stepFloat32(a3, u, v, v128.load(uj, 48), v128.load(vj, 48));
    const least = i32x4.min_s(least4(a0, a1, a2, a3), least4(b0, b1, b2, b3));
    const most = i32x4.max_s(i32x4.max_s(v128.load32_splat(ti), v128.load32_splat(ti, 4)), v128.load32_splat(pj));
    if (v128.any_true(i32x4.lt_s(least, most))) {
      compareEachFloat32(i, g, a0, a1, a2, a3);
      compareEachFloat32(i + 1, g, b0, b1, b2, b3);
    }
    u = v128.load32_splat(ui, 4);
    v = v128.load32_splat(vi, 4);
    a0 = stepFloat32(b0, u, v, v128.load(uj, 4), v128.load(vj, 4));
    a1 = stepFloat32(b1, u, v, v128.load(uj, 20), v128.load(vj, 20));
    a2 = stepFloat32(b2, u, v, v128.load(uj, 36), v128.load(vj, 36));
    a3 = stepFloat32(b3, u, v, v128.load(uj, 52), v128.load(vj, 52));
    ui += 8; vi += 8; uj += 8; vj += 8; pj += 8; ti += step;
  }
  // An odd row is the last of all with these lags: nothing is carried on.
  if (i < i1) compareEachFloat32(i, g, a0, a1, a2, a3);
  storeWide(at, a0, a1, a2, a3);
}

/** Sixteen bounds as float64, without their factor. */
function storeWide(at: usize, a0: v128, a1: v128, a2: v128, a3: v128): void {
  store4(at + 64, a0, a1, a2, a3);
  // From the upper half to the whole: what is read is never behind what is written.
  for (let p: usize = 0; p < 64; p += 4) store<f64>(at + (p << 1), <f64>load<f32>(at + 64 + p) * INVERSE2);
}

/** Every bound against the thresholds of its own row and column. */
function compareEachFloat32(i: i32, g: i32, a0: v128, a1: v128, a2: v128, a3: v128): void {
  const t = BOTH ? v128.load32_splat(TH32 + (<usize>i << 2)) : f32x4.splat(-Infinity);
  const tj = TH32 + (<usize>(i + g) << 2);
  const mask =
    i32x4.bitmask(f32x4.lt(a0, f32x4.pmax(t, v128.load(tj)))) |
    (i32x4.bitmask(f32x4.lt(a1, f32x4.pmax(t, v128.load(tj, 16)))) << 4) |
    (i32x4.bitmask(f32x4.lt(a2, f32x4.pmax(t, v128.load(tj, 32)))) << 8) |
    (i32x4.bitmask(f32x4.lt(a3, f32x4.pmax(t, v128.load(tj, 48)))) << 12);
  if (mask == 0) return;
  storeWide(LANES, a0, a1, a2, a3);
  candidates(i, i + g, mask);
}

/** `group` for z-scores: what is carried is -2C, what is compared is -2C times both inverse scales. */
export function groupScaled(i0: i32, i1: i32, g: i32, shift: f64, width: f64): void {
  WIDTH = width;
  groupOfEightScaled(i0, i1, g, shift);
  groupOfEightScaled(i0, i1, g + 8, shift);
}

function groupOfEightScaled(i0: i32, i1: i32, g: i32, shift: f64): void {
  const at = ACC + (<usize>g << 3);
  const move = f64x2.splat(shift);
  let a0 = f64x2.add(v128.load(at), move);
  let a1 = f64x2.add(v128.load(at, 16), move);
  let a2 = f64x2.add(v128.load(at, 32), move);
  let a3 = f64x2.add(v128.load(at, 48), move);
  const off = <usize>(i0 + g) << 3;
  let r = <usize>i0 << 3;
  const end = <usize>i1 << 3;
  let uj = U + off;
  let vj = V + off;
  let tj = TH + off;
  let rj = INVERSE + off;
  const both = BOTH;
  const none = f64x2.splat(-Infinity);
  for (; r < end; r += 8, uj += 8, vj += 8, tj += 8, rj += 8) {
    const t = both ? v128.load64_splat(TH + r) : none;
    const ri = v128.load64_splat(INVERSE + r);
    const b0 = f64x2.mul(f64x2.mul(a0, v128.load(rj)), ri);
    const b1 = f64x2.mul(f64x2.mul(a1, v128.load(rj, 16)), ri);
    const b2 = f64x2.mul(f64x2.mul(a2, v128.load(rj, 32)), ri);
    const b3 = f64x2.mul(f64x2.mul(a3, v128.load(rj, 48)), ri);
    const m0 = f64x2.lt(b0, f64x2.pmax(t, v128.load(tj)));
    const m1 = f64x2.lt(b1, f64x2.pmax(t, v128.load(tj, 16)));
    const m2 = f64x2.lt(b2, f64x2.pmax(t, v128.load(tj, 32)));
    const m3 = f64x2.lt(b3, f64x2.pmax(t, v128.load(tj, 48)));
    if (v128.any_true(v128.or(v128.or(m0, m1), v128.or(m2, m3)))) {
      offer(r, g, b0, b1, b2, b3, m0, m1, m2, m3);
    }
    const u = v128.load64_splat(U + r);
    const v = v128.load64_splat(V + r);
    a0 = f64x2.sub(a0, f64x2.add(f64x2.mul(u, v128.load(vj)), f64x2.mul(v, v128.load(uj))));
    a1 = f64x2.sub(a1, f64x2.add(f64x2.mul(u, v128.load(vj, 16)), f64x2.mul(v, v128.load(uj, 16))));
    a2 = f64x2.sub(a2, f64x2.add(f64x2.mul(u, v128.load(vj, 32)), f64x2.mul(v, v128.load(uj, 32))));
    a3 = f64x2.sub(a3, f64x2.add(f64x2.mul(u, v128.load(vj, 48)), f64x2.mul(v, v128.load(uj, 48))));
  }
  store4(at, a0, a1, a2, a3);
}
