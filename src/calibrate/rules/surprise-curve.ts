// What a rule says of all values that could come next: the interface by which its inversion finds the quiet ones.
import { LARGEST_VALUE } from '../../core/series.ts';

/** The surprises of values in a neighborhood. */
export interface Neighborhood {
  /** The surprise of the value in the middle. */
  readonly surprise: number;
  /** No value within `radius` of the middle has a larger surprise, but for an isolated one. */
  atMost(radius: number): number;
  /** No value within `radius` of the middle has a smaller surprise. */
  atLeast(radius: number): number;
}

/** The surprise of the next value as a function of that value. It is valid until the rule learns something. */
export interface SurpriseCurve {
  /** The value to expect; NaN where the rule expects none in particular. */
  readonly expected: number;
  /** A value that is by itself more surprising than its neighbors, as it would go on a run; NaN if there is none. */
  readonly isolated: number;
  at(x: number): Neighborhood;
}

/** More than rounding moves a distance. */
const ROUNDING = 1e-12;

/** The largest and the smallest distance that a value within `radius` can have, where one has `distance`. */
export function farthest(distance: number, radius: number): number {
  return Math.min(LARGEST_VALUE, (distance + radius) * (1 + ROUNDING));
}

export function nearest(distance: number, radius: number): number {
  return Math.max(0, distance * (1 - ROUNDING) - radius * (1 + ROUNDING));
}
