// AssemblyScript. The k best candidates of a row: the same as ../top-k.ts, where it is explained.

const SORTED_UP_TO: i32 = 16;

/** Puts (d, j) in the place of the worst candidate of a row: k distances at `dist`, k indices at `index`. */
export function replaceWorst(dist: usize, index: usize, k: i32, d: f64, j: i32): void {
  if (k > SORTED_UP_TO) {
    siftDown(dist, index, k, d, j);
    return;
  }
  for (let left = k - 1; left > 0; left--) {
    const next = load<f64>(dist, 8);
    const nextIndex = load<i32>(index, 4);
    if (next < d || (next == d && nextIndex < j)) break;
    store<f64>(dist, next);
    store<i32>(index, nextIndex);
    dist += 8;
    index += 4;
  }
  store<f64>(dist, d);
  store<i32>(index, j);
}

function siftDown(dist: usize, index: usize, k: i32, d: f64, j: i32): void {
  let p = 0;
  for (let child = 1; child < k; child = 2 * p + 1) {
    const other = child + 1;
    if (other < k && isWorse(dist, index, other, f(dist, child), n32(index, child))) child = other;
    if (!isWorse(dist, index, child, d, j)) break;
    store<f64>(dist + (<usize>p << 3), f(dist, child));
    store<i32>(index + (<usize>p << 2), n32(index, child));
    p = child;
  }
  store<f64>(dist + (<usize>p << 3), d);
  store<i32>(index + (<usize>p << 2), j);
}

function isWorse(dist: usize, index: usize, p: i32, d: f64, j: i32): bool {
  return f(dist, p) > d || (f(dist, p) == d && n32(index, p) > j);
}

// @ts-ignore: decorator
@inline function f(base: usize, i: i32): f64 { return load<f64>(base + (<usize>i << 3)); }
// @ts-ignore: decorator
@inline function n32(base: usize, i: i32): i32 { return load<i32>(base + (<usize>i << 2)); }
