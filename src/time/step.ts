// The step of times that come regularly, but for jitter, holes and a drifting clock; and whether there is one.

/**
 * A time may be off the grid by at most this share of the step. A part of the series with a shorter step shows: of the
 * multiples of 1/2, 1/3, 1/4 … of a step there is always one that is 1/3 of the step off the grid, or more.
 */
export const MOST_JITTER: number = 1 / 4;

/** How times lie on the grid of a step that begins at the first of them. */
export interface Fit {
  readonly step: number;
  /** Number of times that are off the grid by more than {@link MOST_JITTER} of the step. */
  readonly numOff: number;
  /** Index of the first of them, or −1, and by what share of the step it is off. */
  readonly firstOff: number;
  readonly offset: number;
}

/**
 * The step of different times in ascending order, at least two: their median difference, the lower of the two middle ones,
 * if they fit its grid. Else the mean step: the span by the number of median differences in it, each difference rounded to
 * a whole number of them. Jitter of the median makes times drift off its grid, and months have no step but their mean.
 *
 * The fit that comes back is the first one without a time off the grid, or that of the median. O(n log n).
 */
export function findStep(times: Float64Array): Fit {
  const median = medianDifference(times);
  const exact = fitOf(times, median);
  if (exact.numOff === 0) return exact;
  let numSteps = 0;
  for (let t = 1; t < times.length; t++) numSteps += Math.max(1, Math.round((times[t]! - times[t - 1]!) / median));
  const mean = fitOf(times, (times.at(-1)! - times[0]!) / numSteps);
  return mean.numOff === 0 ? mean : exact;
}

function medianDifference(times: Float64Array): number {
  const differences = new Float64Array(times.length - 1);
  for (let t = 0; t < differences.length; t++) differences[t] = times[t + 1]! - times[t]!;
  return differences.sort()[(differences.length - 1) >> 1]!;
}

function fitOf(times: Float64Array, step: number): Fit {
  let numOff = 0;
  let firstOff = -1;
  let offset = 0;
  for (let t = 1; t < times.length; t++) {
    const position = (times[t]! - times[0]!) / step;
    const off = Math.abs(position - Math.round(position));
    if (off <= MOST_JITTER) continue;
    if (firstOff < 0) [firstOff, offset] = [t, off];
    numOff++;
  }
  return { step, numOff, firstOff, offset };
}
