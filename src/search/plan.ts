// Which engine serves a join: a pure function of its shape and of the evidence so far. Counts decide, not times: the same
// input makes the same choice every time.
import * as PLAN from './plan-constants.ts';

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

/** Vectors of more coordinates than this are projected to as many: see projection.ts. */
export const MAX_POINT_WIDTH = 8;

/** Candidates that the diagonal engine has slots for: 30 bytes for each row and neighbor, 1.5 GB in all. */
export const MOST_CANDIDATES = 50_000_000;

/** Vectors of more coordinates in all than this are not made for the sake of a plan. */
export const MOST_COORDINATES: number = PLAN.mostCoordinates;

/** The share of windows that a pilot sees is 1 over this. */
export const PILOT_SHARE: number = PLAN.pilotShare;

/** Whether a plain loop is done before anything is built. */
export function isFew(numRows: number, numColumns: number): boolean {
  return numRows <= PLAN.fewRows || numRows * numColumns <= PLAN.fewPairs;
}

/** The engine that a tree must beat: the diagonals, or every pair in tiles. */
export type Alternative = 'diagonal' | 'brute';

function alternativeOf({ diagonal, numRows, k }: Shape): Alternative {
  return diagonal && numRows * k <= MOST_CANDIDATES ? 'diagonal' : 'brute';
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

/** What a tree search did for some rows. */
export interface TreeWork extends SearchWork {
  /** Rows answered. */
  rows: number;
}

/** What is known of a join beyond its shape. Each decision that is no engine asks for the next piece of evidence. */
export interface Evidence {
  /** The nearest of a sample of windows over the middle one, in s: 0 for copies, near 1 where all are equally far. */
  readonly contrast?: number;
  /** The work of a pilot: a tree of one window in PILOT_SHARE. */
  readonly pilot?: TreeWork;
  /** The work of the whole tree for some rows. */
  readonly probe?: TreeWork;
}

/** An engine, or to probe the whole tree: the decision that is made before that. */
export type Unprobed = Alternative | 'kdtree' | 'probe';

/** An engine, or the evidence to gather next. */
type Decision = Unprobed | 'sample' | 'pilot';

/**
 * The engine for a join, or the next piece of evidence to gather: `'sample'` for the contrast, then perhaps `'pilot'`, then
 * perhaps `'probe'`. The latest evidence decides.
 */
export function decide(shape: Shape): Alternative | 'kdtree' | 'sample';
export function decide(shape: Shape, evidence: Evidence & { readonly probe: TreeWork }): Alternative | 'kdtree';
export function decide(shape: Shape, evidence: Evidence & { readonly pilot: TreeWork }): Alternative | 'probe';
export function decide(
  shape: Shape,
  evidence: Evidence & { readonly contrast: number },
): Alternative | 'pilot' | 'probe';
export function decide(shape: Shape, { contrast, pilot, probe }: Evidence = {}): Decision {
  if (probe) return treeCost(shape, probe) < alternativeCost(shape, contrast) ? 'kdtree' : alternativeOf(shape);
  if (pilot) return isPromising(shape, contrast, pilot) ? 'probe' : alternativeOf(shape);
  return contrast === undefined ? decideByShape(shape) : decideByContrast(shape, contrast);
}

/** Windows that are points themselves are searched by a tree, even white noise of 8 values each. */
function decideByShape(shape: Shape): Decision {
  const { numRows, numColumns, width, isSelf, isLazy } = shape;
  if (isFew(numRows, numColumns)) return 'brute';
  if (width <= MAX_POINT_WIDTH) return 'kdtree';
  const alternative = alternativeOf(shape);
  if (isSelf && numRows < PLAN.fewWindows + PLAN.fewWindowsPerValue * width) return alternative;
  const isLarge = isLazy && (numRows + numColumns) * width > MOST_COORDINATES;
  return alternative === 'diagonal' && isLarge ? alternative : 'sample';
}

function decideByContrast(shape: Shape, contrast: number): Decision {
  if (contrast <= PLAN.copyContrast) return 'probe';
  // The number of diagonal pairs per row that take as long as the pairs of the alternative do.
  const numWindows = (shape.numColumns * perPair(shape)) / PLAN.diagonalPerPair;
  if (numWindows >= probedWindows(shape.width, contrast)) return 'probe';
  return contrast > PLAN.farContrast || numWindows < PLAN.pilotWindows ? alternativeOf(shape) : 'pilot';
}

/** The number of windows from which on the tree is built and probed at once. */
function probedWindows(width: number, contrast: number): number {
  if (contrast > PLAN.farContrast) return PLAN.farWindows;
  if (contrast < PLAN.smoothContrast) return PLAN.smoothWindows + PLAN.smoothWindowsPerValue * width;
  const isNear = contrast < PLAN.nearContrast && width <= PLAN.nearlyPoints;
  return isNear ? PLAN.nearWindows : PLAN.ordinaryWindows;
}

/** Whether the work of a pilot lets the whole tree cost about what the alternative does, or less. */
function isPromising(shape: Shape, contrast: number | undefined, pilot: TreeWork): boolean {
  const expected = PLAN.pilotGrowth * treeCost(shape, pilot) + shape.numColumns * PLAN.projectedPerColumn;
  return expected < PLAN.pilotTolerance * alternativeCost(shape, contrast);
}

/** Nanoseconds of the whole search in a tree of projections, by a sample of its work. */
export function treeCost({ numRows, width, k }: Shape, sample: TreeWork): number {
  const tests =
    sample.boxTests * PLAN.boxTest +
    sample.leafTests * PLAN.leafTest +
    sample.refinements * (PLAN.refinement + PLAN.refinementPerValue * width);
  return numRows * (PLAN.treePerRow + PLAN.treePerNeighbor * k + tests / sample.rows);
}

/** Nanoseconds of all diagonals, or of every pair in tiles. See {@link Evidence} for the contrast. */
export function alternativeCost(shape: Shape, contrast = 1): number {
  const { numRows, numColumns, isSelf, k } = shape;
  const perNeighbor = PLAN.perNeighbor * (1 + Math.min(k, PLAN.longList) / PLAN.perNeighborDoubling);
  const pairs = (numRows * numColumns) / (isSelf ? 2 : 1);
  const areCopies = contrast <= PLAN.copyContrast && alternativeOf(shape) === 'diagonal';
  const factor = areCopies ? PLAN.diagonalCopies : 1;
  return pairs * perPair(shape) * factor + numRows * (PLAN.perRow + perNeighbor * k);
}

function perPair(shape: Shape): number {
  const isDiagonal = alternativeOf(shape) === 'diagonal';
  return isDiagonal ? PLAN.diagonalPerPair : PLAN.densePerPair + PLAN.densePerCoordinate * shape.width;
}

/** Seconds that one thread needs, at most, on the machine of the README's figures. */
export function estimateSeconds(shape: Shape, engine: EngineName, isFunctionMetric: boolean): number {
  const { numRows, numColumns, width } = shape;
  if (isFunctionMetric) return numRows * numColumns * PLAN.secondsPerCall * width;
  const chosen = engine === 'auto' ? decide(shape) : engine;
  if (chosen === 'kdtree') return numRows * Math.log2(numColumns + 1) * width * PLAN.secondsPerTreeStep;
  // A tree of projections serves smooth series, which the shape does not tell: the alternative takes longer.
  return alternativeCost(chosen === 'brute' ? { ...shape, diagonal: false } : shape) * 1e-9;
}
