// The settings of the top-n kernel, once for both sides: src/wasm/build.mjs makes assembly/*.generated.ts of these lists, and
// fields.generated.ts, by which wasm.ts writes the struct. Only the build imports this file.
import { BLOCK, MEAN, NO_COLUMN, RAW, UNFILTERED, ZSCORE } from './state.ts';

/** Integers that the kernel shares with its scalar twin. */
export const CONSTANTS: Readonly<Record<string, number>> = { BLOCK, RAW, MEAN, ZSCORE, NO_COLUMN, UNFILTERED };

/** One thread's search: the byte offsets of its arrays, and its numbers and flags. See TopState. */
export const TOP_FIELDS = {
  x: 'usize',
  x32: 'usize',
  mean: 'usize',
  sigma: 'usize',
  flags: 'usize',
  threshold: 'usize',
  list: 'usize',
  bound: 'usize',
  sum: 'usize',
  width: 'usize',
  blockX: 'usize',
  columnX: 'usize',
  rowS: 'usize',
  rowJ: 'usize',
  rowBound: 'usize',
  order: 'usize',
  row32: 'usize',
  basis: 'usize',
  points: 'usize',
  point: 'usize',
  windowSize: 'i32',
  k: 'i32',
  firstColumn: 'i32',
  endColumn: 'i32',
  exclusion: 'i32',
  left: 'i32',
  mode: 'i32',
  isMax: 'i32',
  hasFlags: 'i32',
  center: 'f64',
  factor: 'f64',
  extent: 'f64',
  meanError: 'f64',
} as const;
