// AssemblyScript. The k nearest candidates of the scored window: squared distances in s.dist, p = lag - 1 in s.lag. It is one row
// of ../../../search/top-k.ts, with the worst candidate first; of equal distances the one found first stays.
import { f64At, i32At, setF64, setI32 } from './access';
import { EMPTY, SORTED_UP_TO } from './constants.generated';
import { Stream } from './stream-fields.generated';

/** Empties k slots and gives each the distance `limit`: only smaller distances enter. */
export function clear(s: Stream, k: i32, limit: f64): void {
  for (let p = 0; p < k; p++) {
    setF64(s.dist, p, limit);
    setI32(s.lag, p, EMPTY);
  }
}

/** Sorts the k slots from best to worst; returns the number of filled ones. */
export function finish(s: Stream, k: i32): i32 {
  const dist = s.dist;
  const lag = s.lag;
  if (k > SORTED_UP_TO) {
    // A heap: take the worst from the top until it is empty.
    for (let size = k - 1; size > 0; size--) {
      const d = f64At(dist, size);
      const l = i32At(lag, size);
      setF64(dist, size, f64At(dist, 0));
      setI32(lag, size, i32At(lag, 0));
      siftDown(dist, lag, size, d, l);
    }
  } else {
    // A sorted row: reverse it.
    for (let p = 0, q = k - 1; p < q; p++, q--) {
      const d = f64At(dist, p);
      const l = i32At(lag, p);
      setF64(dist, p, f64At(dist, q));
      setI32(lag, p, i32At(lag, q));
      setF64(dist, q, d);
      setI32(lag, q, l);
    }
  }
  let filled = k;
  while (filled > 0 && i32At(lag, filled - 1) == EMPTY) filled--;
  s.found = filled;
  return filled;
}

/** Replaces the worst candidate by (d, l). The caller has checked that d is smaller. */
export function replaceWorst(dist: usize, lag: usize, k: i32, d: f64, l: i32): void {
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

/** Puts (d, l) on top of a heap of k entries, and lets it sink until its children are no worse. */
function siftDown(dist: usize, lag: usize, k: i32, d: f64, l: i32): void {
  let p = 0;
  for (let child = 1; child < k; child = 2 * p + 1) {
    if (child + 1 < k && f64At(dist, child + 1) > f64At(dist, child)) child++;
    if (!(f64At(dist, child) > d)) break;
    setF64(dist, p, f64At(dist, child));
    setI32(lag, p, i32At(lag, child));
    p = child;
  }
  setF64(dist, p, d);
  setI32(lag, p, l);
}

/** The next float64 above x >= 0. */
// @ts-ignore: decorator
@inline export function above(x: f64): f64 { return x < Infinity ? reinterpret<f64>(reinterpret<i64>(x) + 1) : x; }
