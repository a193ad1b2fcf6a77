// AssemblyScript. The search that sums every candidate: for short windows and histories, and for `peek`. Its twin in TypeScript is
// ../direct.ts.
import { addressOf, f64At, i32At } from './access';
import { coarseSearch } from './coarse';
import { above, clear, finish, replaceWorst } from './neighbors';
import { Stream } from './stream-fields.generated';
import { addSquare, LANES, sumEight } from './sums';

/** Finds the nearest candidates of the window at y; returns their number. */
export function directSearch(s: Stream, y: usize): i32 {
  // Candidate p, which is the window at lag p + 1, begins at memory0 + 8·p. Candidates are zone … end - 1.
  const w = s.w;
  const end = s.count - w + 1;
  const k = min(s.k, end - s.zone);
  if (k <= 0) return (s.found = 0);
  const memory0 = addressOf(s.x, s.head);
  if (!s.isLagged && coarseSearch(s, y, k, end)) return finish(s, k);
  let threshold = above(boundBySums(s, y, memory0, k));
  clear(s, k, threshold);
  let limit = f64x2.splat(threshold);
  const last = <usize>(w - 1) << 3;
  let skip = 0, pause = 0;
  for (let p = s.zone; p < end; p += 16) {
    // Sums of 16 candidates, which end early, after every 16 values, when none is below the k-th best so far. Two values
    // often tell: 16 in a row are all too low or too high. Where they did not, up to 7 groups go without that test.
    const from = memory0 + (<usize>p << 3);
    let a0 = f64x2.splat(0), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
    let q = y + last;
    let x = from + last;
    let m0: v128, m1: v128;
    const isTested = skip == 0;
    let stop = max(q - (isTested ? 8 : 120), y);
    while (true) {
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
      stop = max(q - 120, y);
    }
    if (isTested) skip = pause = q < y ? min(2 * pause + 1, 7) : 0;
    else skip--;
    if (!v128.any_true(v128.or(m0, m1))) continue;
    // One bit per candidate whose sum is below the limit; candidates from `end` on do not exist.
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
    // Each of these becomes a neighbor if it is still below the k-th best so far.
    while (mask) {
      const lane = ctz(mask);
      mask &= mask - 1;
      const d = f64At(LANES, lane);
      if (!(d < threshold)) continue;
      replaceWorst(s.dist, s.lag, k, d, p + lane);
      threshold = f64At(s.dist, 0);
    }
    // Nothing is nearer than distance 0.
    if (threshold == 0) break;
    limit = f64x2.splat(threshold);
  }
  return finish(s, k);
}

/** The largest s at the lags found last: k candidates are no worse. Infinity where fewer than k were found. */
function boundBySums(s: Stream, y: usize, memory0: usize, k: i32): f64 {
  if (s.found < k) return Infinity;
  let most: f64 = 0;
  for (let c = 0; c < k; c += 8) {
    // Eight lags at a time; the last one is repeated where fewer are left.
    const last = k - 1;
    const b0 = addressOf(memory0, i32At(s.lag, c));
    const b1 = addressOf(memory0, i32At(s.lag, min(c + 1, last)));
    const b2 = addressOf(memory0, i32At(s.lag, min(c + 2, last)));
    const b3 = addressOf(memory0, i32At(s.lag, min(c + 3, last)));
    const b4 = addressOf(memory0, i32At(s.lag, min(c + 4, last)));
    const b5 = addressOf(memory0, i32At(s.lag, min(c + 5, last)));
    const b6 = addressOf(memory0, i32At(s.lag, min(c + 6, last)));
    const b7 = addressOf(memory0, i32At(s.lag, min(c + 7, last)));
    sumEight(y, s.w, Infinity, b0, b1, b2, b3, b4, b5, b6, b7);
    for (let lane = 0; lane < 8; lane++) {
      const d = f64At(LANES, lane);
      if (!(d < Infinity)) return Infinity;
      if (d > most) most = d;
    }
  }
  return most;
}
