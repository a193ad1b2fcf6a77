// The golden ratio as a source of even order: the multiples of φ mod 1 are spread evenly, however many are taken, and are in
// phase with no period of a series.

/** φ − 1, the fractional part of the golden ratio φ = (1 + √5) / 2. */
export const GOLDEN = 0.6180339887498949;

/** i·φ mod 1. */
export function goldenFraction(i: number): number {
  return (i * GOLDEN) % 1;
}

/** 0 … count − 1 in the order of p·φ mod 1: it begins with 0, and every beginning of it lies about evenly. */
export function goldenOrder(count: number): number[] {
  const keys = Array.from({ length: count }, (_, p) => goldenFraction(p));
  return Array.from(keys.keys()).sort((a, b) => keys[a]! - keys[b]!);
}
