// AssemblyScript. The thresholds of the rows, the maxima of neighboring thresholds, and both in float32. A bound that is not
// below the maximum of its columns is turned away without a look at each threshold. Thresholds only fall, so a maximum that is
// out of date is too high, which is safe. So is a threshold of another thread that is read before its last fall: processors write
// and read an aligned float64 as a whole.
import { f64At, setF64 } from './arrays';
import { LANES } from './constants.generated';
import { NUM_WINDOWS, PEAK, PEAK32, THRESHOLD, THRESHOLD32, U, U32, V, V32 } from './diagonal-fields.generated';

/** In float32, U and V are multiplied by FACTOR, a power of two, and bounds and thresholds by its square. */
let FACTOR: f64 = 0;

/** The square of FACTOR. 0 until float32 is used for the first time. */
export let FACTOR2: f64 = 0;

/** 1 / FACTOR2. */
export let INVERSE2: f64 = 0;

/** Sets the threshold of row i, which is lower than before. */
// @ts-ignore: decorator
@inline export function setThreshold(i: i32, threshold: f64): void {
  setF64(THRESHOLD, i, threshold);
  if (FACTOR2 > 0) roundThreshold(i);
}

/**
 * Sets the threshold of row i in float32. It is positive or zero, or -Infinity; the factor and the sum round it up whatever
 * the rounding to float32 does.
 */
// @ts-ignore: decorator
@inline function roundThreshold(i: i32): void {
  store<f32>(THRESHOLD32 + (<usize>i << 2), <f32>(f64At(THRESHOLD, i) * FACTOR2 * (1 + 2.0 ** -22) + 2.0 ** -148));
}

/** Sets the factor of float32. `isFilled`: another thread has filled the arrays that this one shares with it. */
export function prepareFloat32(factor: f64, isFilled: bool): void {
  FACTOR = factor;
  if (isFilled) setFactors();
}

function setFactors(): void {
  FACTOR2 = FACTOR * FACTOR;
  INVERSE2 = 1 / FACTOR2;
}

/** Fills U32, V32 and THRESHOLD32. The last step leads from window n - 2 to window n - 1; the entries behind it stay 0. */
function fillFloat32(): void {
  setFactors();
  for (let i = 0; i < NUM_WINDOWS + 2 * LANES; i++) {
    roundThreshold(i);
    if (i + 1 >= NUM_WINDOWS) continue;
    store<f32>(U32 + (<usize>i << 2), <f32>(f64At(U, i) * FACTOR));
    store<f32>(V32 + (<usize>i << 2), <f32>(f64At(V, i) * FACTOR));
  }
}

/** Fills PEAK for the windows from … to: entry j is the maximum of the thresholds of windows j … j + 7. */
export function refresh(from: i32, to: i32): void {
  // Two entries at a time: lane 0 is j, lane 1 is j + 1.
  for (let j = from; j <= to; j += 2) {
    const t = THRESHOLD + (<usize>j << 3);
    const m0 = f64x2.pmax(f64x2.pmax(v128.load(t), v128.load(t, 8)), f64x2.pmax(v128.load(t, 16), v128.load(t, 24)));
    const m1 = f64x2.pmax(f64x2.pmax(v128.load(t, 32), v128.load(t, 40)), f64x2.pmax(v128.load(t, 48), v128.load(t, 56)));
    v128.store(PEAK + (<usize>j << 3), f64x2.pmax(m0, m1));
  }
}

/** Fills PEAK32 for the windows from … to: entry j is the maximum of THRESHOLD32 of windows j … j + 16. */
export function refreshFloat32(from: i32, to: i32): void {
  if (FACTOR2 == 0) fillFloat32();
  const start = PEAK32 + (<usize>from << 2);
  const end = PEAK32 + (<usize>(to + 17) << 2);
  // Each pass doubles the number of windows that a maximum covers: 2, 4, 8, 16; the last pass adds one more. The first pass
  // reads THRESHOLD32, the others read the maxima of the pass before.
  let source = THRESHOLD32 - PEAK32;
  for (let shift: usize = 4; shift <= 64; shift <<= 1) {
    const other = source + (shift == 64 ? 4 : shift);
    for (let p = start; p < end; p += 16) v128.store(p, i32x4.max_s(v128.load(p + source), v128.load(p + other)));
    source = 0;
  }
}
