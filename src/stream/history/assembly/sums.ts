// AssemblyScript. Sums of squares, several candidates at a time: each lane of a SIMD register belongs to one candidate, so every
// sum runs over the window from its oldest to its newest value, in the order that the definition of s prescribes.

/** Scratch for 16 numbers. */
export const LANES: usize = memory.data(16 * 8, 16);

/** sum + (y - x)², lane by lane. */
// @ts-ignore: decorator
@inline export function addSquare(sum: v128, y: v128, x: v128): v128 {
  const z = f64x2.sub(y, x);
  return f64x2.add(sum, f64x2.mul(z, z));
}

/** The numbers at two addresses. */
// @ts-ignore: decorator
@inline export function pair(a: usize, b: usize): v128 { return v128.load64_lane(b, v128.load64_zero(a), 1); }

/**
 * Writes to LANES the s of the window at y and the windows at the addresses b0 … b7. Sums end early when all eight are >= limit
 * or NaN; then LANES holds numbers that are >= limit or NaN, too.
 */
export function sumEight(
  y: usize, w: i32, limit: f64,
  b0: usize, b1: usize, b2: usize, b3: usize, b4: usize, b5: usize, b6: usize, b7: usize,
): void {
  let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0;
  const th = f64x2.splat(limit);
  let o: isize = (w - 1) << 3;
  while (o >= 0) {
    // 32 values, from older to newer ones.
    const stop = max(o - 256, -8);
    for (; o > stop; o -= 8) {
      const v = v128.load64_splat(y + o);
      s0 = addSquare(s0, v, pair(b0 + o, b1 + o));
      s1 = addSquare(s1, v, pair(b2 + o, b3 + o));
      s2 = addSquare(s2, v, pair(b4 + o, b5 + o));
      s3 = addSquare(s3, v, pair(b6 + o, b7 + o));
    }
    // Is any sum still below the limit?
    const m = v128.or(v128.or(f64x2.lt(s0, th), f64x2.lt(s1, th)), v128.or(f64x2.lt(s2, th), f64x2.lt(s3, th)));
    if (!v128.any_true(m)) break;
  }
  v128.store(LANES, s0);
  v128.store(LANES, s1, 16);
  v128.store(LANES, s2, 32);
  v128.store(LANES, s3, 48);
}
