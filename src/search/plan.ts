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
  /** Whether a tree needs vectors that are still to be made. */
  readonly isLazy: boolean;
}

const FEW_ROWS = 16;
const FEW_PAIRS = 4096;

/** Vectors of more coordinates than this are projected to so many: see projection.ts. */
export const MAX_POINT_WIDTH = 8;

/** Below this number of windows all diagonals are done in the time that projecting them takes, even if they are copies. */
const fewWindows = (width: number): number => 550 + 15 * width;

/** Whether a plain loop is done before anything is built. */
export function isFew(numRows: number, numColumns: number): boolean {
  return numRows <= FEW_ROWS || numRows * numColumns <= FEW_PAIRS;
}

/** The diagonal engine keeps candidates in sorted lists; beyond this k their upkeep outweighs the pairs. */
export const MAX_DIAGONAL_K = 128;

/** What a tree has to beat: the diagonals, or every pair in tiles. */
export type Rival = 'diagonal' | 'brute';

function rivalOf({ diagonal, k }: Shape): Rival {
  return diagonal && k <= MAX_DIAGONAL_K ? 'diagonal' : 'brute';
}

/** Vectors are not made for a look at the tree if they have more coordinates than this: 128 MB, and the tree's copy. */
export const MOST_COORDINATES: number = 2 ** 24;

/**
 * The engine for a shape, or `'sample'`: look at a few distances, then ask {@link planFromSample}. Windows that are points
 * themselves are searched by a tree, even white noise of 8 values each.
 */
export function plan(shape: Shape): Rival | 'kdtree' | 'sample' {
  const { numRows, numColumns, width, isSelf, isLazy } = shape;
  if (isFew(numRows, numColumns)) return 'brute';
  if (width <= MAX_POINT_WIDTH) return 'kdtree';
  const rival = rivalOf(shape);
  if (isSelf && numRows < fewWindows(width)) return rival;
  const isLarge = isLazy && (numRows + numColumns) * width > MOST_COORDINATES;
  return rival === 'diagonal' && isLarge ? rival : 'sample';
}

/** Above this contrast boxes exclude next to nothing: white noise from about 10 values per window. */
const FAR_CONTRAST = 0.15;

/** Below this contrast windows repeat, but for jitter: a tree finds the copies at once. */
const COPY_CONTRAST = 1e-9;

/** Below this contrast windows of so many values are still near enough to points: their projections lose little. */
const NEAR_CONTRAST = 0.05;
const NEARLY_POINTS = 10;

/** Below this contrast a series is smooth: its windows lie on a surface of few dimensions, however long they are. */
const SMOOTH_CONTRAST = 0.0125;

/**
 * From these numbers of windows on, building a tree of projections costs a few percent of all diagonals (of dearer pairs,
 * from fewer on): of ordinary series, a glimpse says from fewer on whether it is worth it.
 */
const smoothWindows = (width: number): number => 300 + 75 * width;
const NEAR_WINDOWS = 2500;
const GLIMPSED_WINDOWS = 15_000;
const ORDINARY_WINDOWS = 40_000;
const FAR_WINDOWS = 300_000;

/**
 * The engine; `'glimpse'`: look at a tree of few windows and ask {@link planFromGlimpse}; or `'probe'`: build the tree,
 * count what it does for some rows, and ask {@link planFromWork}.
 *
 * @param contrast the nearest of a sample of windows compared with the middle one, in s: 0 copies … 1 all alike
 */
export function planFromSample(shape: Shape, contrast: number): Rival | 'glimpse' | 'probe' {
  const rival = rivalOf(shape);
  const isFar = contrast > FAR_CONTRAST;
  if (contrast <= COPY_CONTRAST) return 'probe';
  const isNear = contrast < NEAR_CONTRAST && shape.width <= NEARLY_POINTS;
  const ordinary = isNear ? NEAR_WINDOWS : ORDINARY_WINDOWS;
  const most = isFar ? FAR_WINDOWS : contrast < SMOOTH_CONTRAST ? smoothWindows(shape.width) : ordinary;
  const numWindows = (shape.numColumns * perPair(shape)) / DIAGONAL_PER_PAIR;
  if (numWindows >= most) return 'probe';
  return isFar || numWindows < GLIMPSED_WINDOWS ? rival : 'glimpse';
}

/** A glimpse is of one window in so many. */
export const GLIMPSE = 4;

/** How many times the work of a glimpse that of the whole tree is, per row, where the two engines are near each other. */
const GROWTH = 2;

/** What a glimpse promises may be so many times too dear: it is not exact. */
const PROMISING = 1.15;

/** The engine, or `'probe'`, by what a tree of few windows did. */
export function planFromGlimpse(shape: Shape, contrast: number, work: TreeWork): Rival | 'probe' {
  const promised = GROWTH * treeCost(shape, work) + shape.numColumns * PROJECTED_PER_COLUMN;
  return promised < PROMISING * rivalCost(shape, contrast) ? 'probe' : rivalOf(shape);
}

/** What a search did since its start. */
export interface SearchWork {
  /** Boxes that the rows of a leaf were compared with. */
  boxTests: number;
  /** Comparisons of a row with the columns of a leaf. */
  leafTests: number;
  /** Pairs for which s was computed because their points were near. */
  refinements: number;
}

/** What a tree search did for some rows. Counts, not times: the same input makes the same choice every time. */
export interface TreeWork extends SearchWork {
  /** Rows answered. */
  rows: number;
}

// Nanoseconds, fitted to n = 5000 to 100 000, w = 10 … 100, k = 1 … 20 on the machine of the README's figures.
const TREE_PER_ROW = 100;
const TREE_PER_NEIGHBOR = 34;
const BOX_TEST = 35;
const LEAF_TEST = 68;
const REFINEMENT = 14;
const REFINEMENT_PER_VALUE = 0.32;
const PROJECTED_PER_COLUMN = 1000;
const PER_ROW = 500;
const PER_NEIGHBOR = 250;
const DIAGONAL_PER_PAIR = 0.5;
const DENSE_PER_PAIR = 0.7;
const DENSE_PER_COORDINATE = 0.14;

/** Nanoseconds of the whole search in a tree of projections, by a sample of its work. */
export function treeCost({ numRows, width, k }: Shape, sample: TreeWork): number {
  const tests =
    sample.boxTests * BOX_TEST +
    sample.leafTests * LEAF_TEST +
    sample.refinements * (REFINEMENT + REFINEMENT_PER_VALUE * width);
  return numRows * (TREE_PER_ROW + TREE_PER_NEIGHBOR * k + tests / sample.rows);
}

/** Along diagonals, pairs of a series that repeats but for jitter: so many of them are near that bounds tell few apart. */
const COPIES = 3;

/** Nanoseconds of all diagonals, or of every pair in tiles; see {@link planFromSample} for the contrast. */
export function rivalCost(shape: Shape, contrast = 1): number {
  const { numRows, numColumns, isSelf, k } = shape;
  const perNeighbor = PER_NEIGHBOR * (1 + k / 32); // the longer the list, the dearer a place in it
  const pairs = (numRows * numColumns) / (isSelf ? 2 : 1);
  const factor = contrast <= COPY_CONTRAST && rivalOf(shape) === 'diagonal' ? COPIES : 1;
  return pairs * perPair(shape) * factor + numRows * (PER_ROW + perNeighbor * k);
}

function perPair(shape: Shape): number {
  return rivalOf(shape) === 'diagonal' ? DIAGONAL_PER_PAIR : DENSE_PER_PAIR + DENSE_PER_COORDINATE * shape.width;
}

/** The engine, by what a probe of the tree counted. */
export function planFromWork(shape: Shape, contrast: number, work: TreeWork): Rival | 'kdtree' {
  return treeCost(shape, work) < rivalCost(shape, contrast) ? 'kdtree' : rivalOf(shape);
}

/** Seconds per pair and coordinate of a function metric. */
const SECONDS_PER_PAIR = 1.5e-9;
/** Seconds per window and coordinate of the tree, to be multiplied by log₂ of the number of windows. */
const SECONDS_PER_TREE_STEP = 3e-8;

/** Seconds that one thread needs, at most, on the machine of the README's figures. */
export function estimateSeconds(shape: Shape, engine: EngineName, isFunctionMetric: boolean): number {
  const { numRows, numColumns, width } = shape;
  if (isFunctionMetric) return numRows * numColumns * SECONDS_PER_PAIR * width;
  const chosen = engine === 'auto' ? plan(shape) : engine;
  if (chosen === 'kdtree') return numRows * Math.log2(numColumns + 1) * width * SECONDS_PER_TREE_STEP;
  // A tree of projections serves smooth series, which the shape does not tell: at most what its rival takes.
  return rivalCost(chosen === 'brute' ? { ...shape, diagonal: false } : shape) * 1e-9;
}
