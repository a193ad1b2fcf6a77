// AssemblyScript. The diagonal kernel in WASM SIMD: the algorithm of ../scalar.ts, which explains it, with eight lags in four
// registers, or sixteen in float32. The loader, ../wasm.ts, lays out the memory; all arguments are indices and numbers.
//
//   window-sums.ts    sums over the values of windows: moments, seeds of bounds, distances
//   candidates.ts     the candidates of a row
//   thresholds.ts     thresholds, their maxima, and both in float32
//   group-float64.ts  the bounds of a group of lags, carried through a band: as they are, and z-scores
//   group-float32.ts  the same in float32
import { LANES } from './constants.generated';
import { loadDiagonalFields } from './diagonal-fields.generated';

export { append, compact, finish } from './candidates';
export { groupFloat32 } from './group-float32';
export { group, groupScaled } from './group-float64';
export { prepareFloat32, refresh, refreshFloat32 } from './thresholds';
export { distance, moments, seed } from './window-sums';

/** Reads the settings of the run from the struct at `at`. Must be called first. */
export function open(at: usize): void {
  if (LANES != 16) ERROR('the kernel handles LANES = 16 lags: twice eight, or sixteen');
  loadDiagonalFields(at);
}
