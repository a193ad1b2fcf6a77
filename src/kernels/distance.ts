// The squared distance s of two vectors, one term after the other: see search/settle.ts.

/**
 * s of the vectors x[p] … x[p + width − 1] and y[q] … y[q + width − 1], or any value ≥ `limit` as soon as it is known
 * to reach it (settle.ts, bound (1)).
 */
export function sqDist(x: Float64Array, p: number, y: Float64Array, q: number, width: number, limit: number): number {
  const end = p + width;
  const lastBlock = end - 8;
  let sum = 0;
  let z = 0;
  while (p <= lastBlock) {
    z = x[p]! - y[q]!;
    sum += z * z;
    z = x[p + 1]! - y[q + 1]!;
    sum += z * z;
    z = x[p + 2]! - y[q + 2]!;
    sum += z * z;
    z = x[p + 3]! - y[q + 3]!;
    sum += z * z;
    z = x[p + 4]! - y[q + 4]!;
    sum += z * z;
    z = x[p + 5]! - y[q + 5]!;
    sum += z * z;
    z = x[p + 6]! - y[q + 6]!;
    sum += z * z;
    z = x[p + 7]! - y[q + 7]!;
    sum += z * z;
    p += 8;
    q += 8;
    if (sum >= limit) return sum;
  }
  for (; p < end; p++, q++) {
    z = x[p]! - y[q]!;
    sum += z * z;
  }
  return sum;
}
