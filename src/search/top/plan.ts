// When a top-n search is worth it, and when it gives up for the profile: the scores of all windows.
import { embed, type WindowSet } from '../../core/windows.ts';
import { contrastOf } from '../contrast.ts';
import { smallestStepOf } from '../diagonal/engine.ts';
import { MAX_POINT_WIDTH } from '../plan.ts';
import { smoothContrast } from '../plan-constants.ts';
import type { Survey, TopSource } from './fill.ts';

/** What a search may cost. */
export interface Costs {
  /** Windows, and nanoseconds that the profile takes, about. */
  readonly numRows: number;
  readonly profile: number;
}

/** A search after a pass over the blocks. */
export interface PassState {
  /** Windows that were left before the pass, and after it. */
  readonly before: number;
  readonly left: number;
  /** Nanoseconds so far. */
  readonly cost: number;
  /** Lags that the pass has added, and those of the next one. */
  readonly lags: number;
  readonly nextLags: number;
}

// Nanoseconds, measured on the machine of the README's figures.
/** Of the profile along diagonals, per row and column: with float32, and for z-scores. */
const PER_PAIR = 0.145;
const PER_SCALED_PAIR = 0.35;
/** Of the profile by a tree, per row: of smooth or repeating series, and of short windows. */
const PER_TREE_ROW = 7000;
const PER_SHORT_TREE_ROW = 4000;
/** Windows of up to so many values are short. */
const SHORT = 16;
/** Of a search, per window and lag. */
const PER_LAG = 1.5;

/** Fewer windows are scored in no time. */
const FEWEST_WINDOWS = 65_536;

/** The places and the windows that they rule out may take this share of all windows; else most windows matter. */
const MOST_RULED_OUT = 1 / 20;
/** Settling a place takes a comparison with all columns, several times. */
const MOST_PLACES = 1 / 2000;
/** Lists of bounds are sorted by insertion. */
const MOST_NEIGHBORS = 64;

/** The share of the profile that may be lost. */
const MOST_LOST = 0.04;

/** Logarithms by which the number of windows that are left must fall until rows are cheap. */
const LOGS = 3;

/** The pilot knows a low T only: more windows are left than will be. It must say that the profile costs this share of the search. */
const MOST_IN_VAIN = 1 / 3;

/** Windows by which the contrast is estimated. */
const SAMPLED = 4096;

/** The contrast of a sample of the windows. */
function sampledContrast({ series, reference, windowSize, normalize }: TopSource, { isWhole }: Survey): number {
  const windowsOf = (values: Float64Array): WindowSet => {
    const numWindows = Math.max(0, values.length - windowSize + 1);
    const starts: number[] = [];
    const step = Math.max(1, numWindows / SAMPLED);
    for (let p = 0; Math.floor(p) < numWindows; p += step) {
      const i = Math.floor(p);
      if (isWhole || !values.subarray(i, i + windowSize).includes(NaN)) starts.push(i);
    }
    return embed(values, windowSize, normalize, Int32Array.from(starts));
  };
  const rows = windowsOf(series);
  return contrastOf({ rows, columns: reference ? windowsOf(reference) : rows, isSelf: !reference });
}

/** Neighbors that a window is likely to have in its leaf. */
const MOST_LEAF_NEIGHBORS = 8;

/** Whether the places and what they rule out are few enough. */
function areFew(numRows: number, numColumns: number, { n, separation }: { n: number; separation: number }): boolean {
  return n * (2 * separation - 1) <= MOST_RULED_OUT * numRows && n <= MOST_PLACES * numColumns;
}

/** Whether a tree should be searched leaf by leaf: for short windows of a series among its own. See leaves.ts. */
export function servesLeaves(
  { reference, windowSize, normalize }: TopSource,
  numRows: number,
  k: number,
  query: { n: number; separation: number },
): boolean {
  const isShort = windowSize <= MAX_POINT_WIDTH && !reference && normalize === 'none';
  return isShort && numRows >= FEWEST_WINDOWS && k <= MOST_LEAF_NEIGHBORS && areFew(numRows, numRows, query);
}

/** Whether bounds can put windows out at all: squares must stay in range, and the quotients of normalized windows, as of diagonals. */
export function servesTop(
  { series, reference, windowSize, normalize }: TopSource,
  { lowest, highest }: Survey,
): boolean {
  if (windowSize * Math.max(highest, -lowest) ** 2 >= 2 ** 1015) return false;
  const parts = reference ? [series, reference] : [series];
  return normalize === 'none' || parts.every((values) => smallestStepOf(values) >= 2 ** -449);
}

/** What the search may cost, or undefined where it is not worth beginning it. */
export function planTop(
  source: TopSource,
  survey: Survey,
  k: number,
  query: { n: number; separation: number },
): Costs | undefined {
  const { numRows, numColumns } = survey;
  const isShort = numRows < FEWEST_WINDOWS || numColumns < FEWEST_WINDOWS;
  if (isShort || source.windowSize <= MAX_POINT_WIDTH || k > MOST_NEIGHBORS) return undefined;
  if (!areFew(numRows, numColumns, query)) return undefined;
  if (!servesTop(source, survey)) return undefined;
  const perPair = source.normalize === 'zscore' ? PER_SCALED_PAIR : PER_PAIR;
  const byPairs = perPair * numColumns * (source.reference ? 2 : 1);
  const isSmooth = sampledContrast(source, survey) < smoothContrast;
  const byTree = isSmooth ? PER_TREE_ROW : source.windowSize <= SHORT ? PER_SHORT_TREE_ROW : Infinity;
  return { numRows, profile: numRows * Math.min(byPairs, byTree) };
}

/** Nanoseconds until few of the windows that are left remain, if so many lags have made them fewer by a factor. */
function expected(left: number, factor: number, lags: number): number {
  return (left * PER_LAG * LOGS * lags) / Math.log(factor);
}

/** T is raised again if that has put out this share of the rows … */
const WORTH_LIFTING = 0.07;
/** … or of the windows that are left, if that saves more than it takes. A window takes so many nanoseconds, but of short series less. */
const PER_WINDOW = 25_000;
const PER_COLUMN = 0.025;

/**
 * Whether T should be raised again, by the share that the last time has put out: `numSettled` rows take a nanosecond per column
 * each time.
 */
export function isWorthLifting(share: number, numLeft: number, numSettled: number, numColumns: number): boolean {
  const perWindow = Math.min(PER_WINDOW, PER_COLUMN * numColumns);
  return share > WORTH_LIFTING || share * numLeft * perWindow > numSettled * numColumns;
}

/** Whether a search should give up because a pilot of so many lags leaves this share of its windows. */
export function isInVain(share: number, lags: number, { numRows, profile }: Costs): boolean {
  return profile < MOST_IN_VAIN * expected(share * numRows, 1 / share, lags);
}

/** Whether a search should give up after a pass. */
export function isHopeless({ before, left, cost, lags, nextLags }: PassState, { numRows, profile }: Costs): boolean {
  // The next pass costs too little to matter, or what lags put out tells how many are needed.
  const next = left * nextLags * PER_LAG;
  if (cost + next < MOST_LOST * profile) return false;
  const more = expected(left, before / Math.max(left, 1), lags);
  return left > 0.05 * numRows && cost + more > profile / 3;
}
