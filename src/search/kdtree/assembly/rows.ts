// AssemblyScript. The rows of the leaf that is searched: what they are, and how far a column may be to count for them.
import { f, n32, setF, setN } from './access';
import { EMPTY, LEAF } from './constants.generated';
import { LIST_STRIDE, listOf } from './lists';
import { ABOVE, AMBIGUOUS, BOUND, SUMS, TIE_BOUND } from './scratch-fields.generated';
import {
  BY_INDEX, FACTOR, NEAR, REF, REFINES, ROW_BOXES, ROW_FIRST, ROW_LEAVES, ROW_POINTS, ROW_SIZE, SCALE, SLACK, UNDER, WIDTH,
} from './search-fields.generated';

// The leaf at hand: its node, its slot among the leaves, its number of rows, and the columns that its rows may have.
let leaf: i32 = 0;
export let slot: i32 = 0;
export let size: i32 = 0;
export let firstColumn: i32 = 0;
export let lastColumn: i32 = 0;

// Factors and the absolute term of the float32 bounds: see kdtree.ts.
let GROW: f64 = 1;
let SHRINK: f64 = 1;
let TINY: f64 = 0;

/** Derives the float32 margins of a search from its settings. */
export function deriveMargins(): void {
  GROW = 1 + <f64>(WIDTH + 16) * 1.1920928955078125e-7;
  SHRINK = 2 - GROW;
  TINY = <f64>(WIDTH + 4) * (2.802596928649634e-45 + 9.8813129168249309e-324 * SCALE * SCALE);
}

/** Turns to the rows of another leaf: nothing is known of them yet. Rows that the leaf lacks are near to nothing. */
export function openLeaf(node: i32, first: i32, last: i32): void {
  leaf = node;
  slot = node - ROW_LEAVES;
  size = <i32>load<u8>(ROW_SIZE + <usize>slot);
  firstColumn = first;
  lastColumn = last;
  for (let q = 0; q < LEAF; q++) {
    setF(BOUND, q, q < size ? Infinity : -1);
    setN(TIE_BOUND, q, BY_INDEX && q < size ? EMPTY : -1);
    store<f32>(ABOVE + (<usize>q << 2), q < size ? Infinity : -1);
    store<f32>(AMBIGUOUS + (<usize>q << 2), q < size ? Infinity : -1);
  }
  roundRows();
}

/** The offset of the points of the rows in a slot. */
// @ts-ignore: decorator
@inline export function pointsOf(slot: i32): usize { return ROW_POINTS + ((<usize>n32(ROW_FIRST, slot) * WIDTH) << 3); }

/** Writes the rows in float32 to NEAR, and to REF per coordinate the middle of their box and the margin of all boxes. */
function roundRows(): void {
  const box = ROW_BOXES + ((<usize>leaf * WIDTH) << 4);
  const points = pointsOf(slot);
  for (let d = 0; d < WIDTH; d++) {
    const lo = load<f64>(box + (<usize>d << 4));
    const hi = load<f64>(box + (<usize>d << 4), 8);
    const middle = 0.5 * lo + 0.5 * hi;
    const error = (hi - lo) * SCALE * 2.384185791015625e-7 + 1e-44;
    const ref = REF + (<usize>d << 5);
    v128.store(ref, f64x2.splat(middle));
    v128.store(ref, f64x2(-error, error), 16);
    for (let q = 0; q < size; q++) {
      const p = <usize>(d * LEAF + q);
      store<f32>(NEAR + (p << 2), <f32>((load<f64>(points + (p << 3)) - middle) * SCALE));
    }
  }
}

/** Derives all bounds of row q from its k-th best column. */
export function tighten(q: i32): void {
  const list = listOf(q);
  const bound = load<f64>(list);
  let reach = bound;
  if (REFINES) {
    const root = sqrt(bound + UNDER) * FACTOR + SLACK;
    reach = root * root;
  }
  const isClosed = bound == 0 && !BY_INDEX;
  setF(BOUND, q, isClosed ? -1 : reach);
  if (BY_INDEX) setN(TIE_BOUND, q, <i32>load<f64>(list + (LIST_STRIDE << 3)));
  const scaled = reach * SCALE * SCALE;
  store<f32>(ABOVE + (<usize>q << 2), isClosed ? -1 : <f32>(scaled * GROW + TINY));
  // Points cannot tie at the reach of a projection. There only copies, whose bound is 0, need a second look.
  const ambiguous = REFINES ? (bound == 0 ? -1 : Infinity) : scaled * SHRINK - TINY;
  store<f32>(AMBIGUOUS + (<usize>q << 2), <f32>ambiguous);
}

/** Writes 16 sums to SUMS, where they can be read one by one. */
// @ts-ignore: decorator
@inline export function keepSums(s0: v128, s1: v128, s2: v128, s3: v128, s4: v128, s5: v128, s6: v128, s7: v128): void {
  v128.store(SUMS, s0);
  v128.store(SUMS, s1, 16);
  v128.store(SUMS, s2, 32);
  v128.store(SUMS, s3, 48);
  v128.store(SUMS, s4, 64);
  v128.store(SUMS, s5, 80);
  v128.store(SUMS, s6, 96);
  v128.store(SUMS, s7, 112);
}
