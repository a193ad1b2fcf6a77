// The settings of the diagonal kernel, once for both sides: src/wasm/build.mjs makes assembly/*.generated.ts of these lists,
// and fields.generated.ts, by which wasm.ts writes the struct. Only the build imports this file. The order is that in
// memory.
import { CLAMPED } from './clamp.ts';
import { FEW } from './scalar-candidates.ts';
import { LANES } from './state.ts';

/** Integers that the kernel shares with its scalar twin. */
export const CONSTANTS: Readonly<Record<string, number>> = { LANES, FEW, CLAMPED };

/** One run: the byte offsets of its arrays, and its numbers and flags. */
export const DIAGONAL_FIELDS = {
  // Per value and per window: see DiagonalArrays.
  x: 'usize',
  // The clamped series, or x.
  clampedX: 'usize',
  mean: 'usize',
  scale: 'usize',
  inverse: 'usize',
  u: 'usize',
  v: 'usize',
  threshold: 'usize',
  isColumn: 'usize',
  // Per window: the maximum of the thresholds of it and the next seven.
  peak: 'usize',
  // Per lag.
  carried: 'usize',
  // The bounds of the LANES lags of one row, while they are compared one by one.
  rowBounds: 'usize',
  // Per slot and per row.
  lower: 'usize',
  upper: 'usize',
  column: 'usize',
  count: 'usize',
  worstColumn: 'usize',
  // In float32, for groupFloat32: u and v times the factor, threshold and peak times its square.
  u32: 'usize',
  v32: 'usize',
  threshold32: 'usize',
  peak32: 'usize',
  // Numbers and flags: see DiagonalShape.
  windowSize: 'i32',
  k: 'i32',
  numWindows: 'i32',
  capacity: 'i32',
  both: 'i32',
  byIndex: 'i32',
  scaled: 'i32',
  base: 'f64',
  slack: 'f64',
} as const;
