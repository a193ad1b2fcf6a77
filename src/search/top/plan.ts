// When a top-n search is worth it, and when it gives up for the profile of all windows.

/** What a search may cost. */
export interface Costs {
  /** Windows, and nanoseconds that the profile takes, about. */
  readonly numRows: number;
  readonly profile: number;
}

/** A search after a pass over the blocks. */
export interface PassState {
  readonly pass: number;
  /** Windows that were left before the pass, and after it. */
  readonly before: number;
  readonly left: number;
  /** Nanoseconds so far. */
  readonly cost: number;
  /** Lags that the pass has added, and those of the next one. */
  readonly lags: number;
  readonly nextLags: number;
}

/** Nanoseconds per window and lag. */
const PER_LAG = 1;

/** The share of the profile that may be lost. */
const MOST_LOST = 0.08;

/** Logarithms by which the number of windows that are left must fall until rows are cheap. */
const LOGS = 3;

/** Whether a search should give up after a pass. */
export function isHopeless({ pass, before, left, cost, lags, nextLags }: PassState, { numRows, profile }: Costs): boolean {
  if (pass === 0) return false;
  // The next pass costs too little to matter, or what lags put out tells how many are needed.
  const next = left * nextLags * PER_LAG;
  if (cost + next < MOST_LOST * profile) return false;
  const rate = Math.log(Math.max(before, 1) / Math.max(left, 1)) / lags;
  const expected = left * PER_LAG * (LOGS / Math.max(rate, 1e-12));
  return left > 0.05 * numRows && cost + expected > profile / 3;
}
