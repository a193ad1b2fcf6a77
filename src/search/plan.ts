// Which engine serves a join: a pure function of its shape and of what a probe of the tree counted.

/** The engines that `engine` can name. */
export const ENGINES = ['auto', 'brute', 'kdtree', 'diagonal'] as const;

/** See `KNNOptions.engine`. */
export type EngineName = (typeof ENGINES)[number];

/** What the choice depends on. */
export interface Shape {
  readonly numRows: number;
  readonly numColumns: number;
  /** Coordinates of a vector. */
  readonly width: number;
  readonly k: number;
  /** Whether rows and columns are the same windows. */
  readonly isSelf: boolean;
  /** Whether the diagonal engine can answer the join at all. */
  readonly diagonal: boolean;
}

/** For so few rows or pairs a plain loop is done before anything is built. */
const FEW_ROWS = 16;
const FEW_PAIRS = 4096;

/** Beyond this width the boxes of a tree over all coordinates exclude too little. */
const MAX_TREE_WIDTH = 64;

/** Beyond this width the tree never beat the diagonal engine by more than a probe costs. */
const MAX_PROBE_WIDTH = 32;

/** Below this number of windows all diagonals are done in the time of a probe. */
const FEW_WINDOWS = 2000;

/** The diagonal engine keeps candidates in sorted lists; beyond this k their upkeep outweighs the pairs. */
export const MAX_DIAGONAL_K = 128;

/**
 * The engine for a shape, or what to look at before the choice: `'sample'` a few distances, then ask
 * {@link planFromSample}.
 */
export function plan(shape: Shape): Exclude<EngineName, 'auto'> | 'sample' {
  const { numRows, numColumns, width, k, isSelf, diagonal } = shape;
  if (numRows <= FEW_ROWS || numRows * numColumns <= FEW_PAIRS) return 'brute';
  if (!diagonal || k > MAX_DIAGONAL_K) return width > MAX_TREE_WIDTH ? 'brute' : 'kdtree';
  if (isSelf && numRows < FEW_WINDOWS) return 'diagonal';
  return width > MAX_PROBE_WIDTH ? 'diagonal' : 'sample';
}

/** Above this contrast boxes exclude next to nothing: white noise from about 10 values per window. */
const FAR_CONTRAST = 0.15;

/** Below this contrast windows repeat, but for jitter: a tree finds the copies at once. */
const COPY_CONTRAST = 1e-9;

/** A tree of ordinary windows pays from this number of windows on, for each value above FREE_WIDTH. */
const WINDOWS_PER_VALUE = 4000;
const FREE_WIDTH = 8;

/**
 * The engine, or `'probe'`: build the tree, count what it does for some rows, and compare {@link treeCost} with
 * {@link diagonalCost}.
 *
 * @param contrast the nearest of a sample of windows compared with the middle one, in s: 0 copies … 1 all alike
 */
export function planFromSample({ numColumns, width }: Shape, contrast: number): 'diagonal' | 'probe' {
  if (contrast > FAR_CONTRAST) return 'diagonal';
  const isOrdinary = contrast > COPY_CONTRAST;
  return isOrdinary && numColumns < WINDOWS_PER_VALUE * (width - FREE_WIDTH) ? 'diagonal' : 'probe';
}

/** What a tree search did. Counts, not times: the same input makes the same choice on every machine. */
export interface TreeWork {
  /** Rows answered. */
  rows: number;
  /** Tests of a row against a box. */
  boxTests: number;
  /** Comparisons of a row with the windows of a leaf. */
  leafTests: number;
}

// Nanoseconds, fitted to n = 3000 … 100 000, w = 5 … 32 on the machine of the README's figures.
const TREE_PER_ROW = 500;
const TREE_PER_NEIGHBOR = 150;
const BOX_TEST = 3;
const BOX_TEST_PER_COORDINATE = 1;
const LEAF_TEST = 8;
const LEAF_TEST_PER_COORDINATE = 10;
const DIAGONAL_PER_PAIR = 0.5;
const DIAGONAL_PER_ROW = 500;
const DIAGONAL_PER_NEIGHBOR = 250;

/** Nanoseconds of the whole tree search, by a sample of its work. */
export function treeCost({ numRows, width, k }: Shape, sample: TreeWork): number {
  const tests =
    sample.boxTests * (BOX_TEST + BOX_TEST_PER_COORDINATE * width) +
    sample.leafTests * (LEAF_TEST + LEAF_TEST_PER_COORDINATE * width);
  return numRows * (TREE_PER_ROW + TREE_PER_NEIGHBOR * k + tests / sample.rows);
}

/** Nanoseconds of all diagonals. */
export function diagonalCost({ numRows, numColumns, isSelf, k }: Shape): number {
  const perNeighbor = DIAGONAL_PER_NEIGHBOR * (1 + k / 32); // the longer the list, the dearer a place in it
  return (numRows * numColumns * DIAGONAL_PER_PAIR) / (isSelf ? 2 : 1) + numRows * (DIAGONAL_PER_ROW + perNeighbor * k);
}
