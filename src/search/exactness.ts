// The definition of s(i, j) and of the order of candidates, and the proofs that let an engine skip a pair.
// Engines decide which pairs to compare. This file defines the value of a pair and which of two pairs is nearer. The WASM
// kernels compute the same sum, several pairs side by side.
//
// Notation: x, y are two vectors of `width` coordinates, fl(·) is a float64 operation, rounded to nearest.
//
//   s(x, y) = fl-sum, left to right, of fl(zₗ·zₗ) with zₗ = fl(xₗ − yₗ)
//   (s, j) precedes (s′, j′)  if  s < s′,  or  s = s′ and j < j′
//
// Lemma (monotone rounding). a ≤ b implies fl(a + t) ≤ fl(b + t), and |a| ≤ |b| implies fl(a·a) ≤ fl(b·b).
// Two bounds follow, without any error term:
//
//  (1) Early abandoning. A partial left-to-right sum is ≤ s(x, y): every later term is ≥ 0 and fl(a + t) ≥ a for t ≥ 0.
//  (2) Boxes. Let lo ≤ y ≤ hi in every coordinate and bₗ = max(0, fl(loₗ − xₗ), fl(xₗ − hiₗ)). Then bₗ ≤ |fl(xₗ − yₗ)|,
//      so the left-to-right sum of fl(bₗ·bₗ) is ≤ s(x, y). For two boxes the same holds with
//      bₗ = max(0, fl(lo′ₗ − hiₗ), fl(loₗ − hi′ₗ)).
//
// So a box or a partial sum at or above the k-th best s of a row holds no smaller s. It may hold an equal s with a smaller
// index. An engine that must give the exact order (`byIndex`) therefore searches such a box as long as it may hold a smaller
// index than the k-th's.

/**
 * s of the vectors x[p] … x[p + width − 1] and y[q] … y[q + width − 1], or any value ≥ `limit` as soon as it is known
 * to reach it (bound (1) above).
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
