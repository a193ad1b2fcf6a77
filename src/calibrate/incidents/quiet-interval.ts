// The values that would raise no alarm: a rule inverted at its threshold.
import { LARGEST_VALUE } from '../../core/series.ts';
import type { SurpriseCurve } from '../rules/surprise-curve.ts';

/** An interval of values. Either end may be infinite. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Beyond this there are no values to be found: distances to them would leave their range. */
const EDGE = LARGEST_VALUE / 8;

/** Halvings of a radius before it is taken as it is: it is then within 1/16 of the largest proven one. */
const HALVINGS = 4;

/** A step this small is made without a proof: relative to the largest of the values and to the way so far. */
const FINEST = 2 ** -36;

/** After so many steps, steps without a proof may be twice as large; a walk takes some 30 steps. */
const MANY_STEPS = 256;

const NOTHING: Interval = { low: NaN, high: NaN };

/**
 * The interval of quiet values that holds `center`, or is nearest to it: every value in it has a surprise below `threshold`,
 * and the next float beyond either end does not. Further quiet intervals may lie beyond. NaN where no value is quiet.
 *
 * It walks from the center in steps that are proven to skip nothing: {@link SurpriseCurve} bounds the surprise of all values
 * within a radius. Near an end, where rounding leaves no proof, it bisects. What it cannot see are surprising values in a
 * stretch narrower than 10⁻¹⁰ of the values. About 60 surprises.
 */
export function quietInterval(curve: SurpriseCurve, threshold: number, center: number): Interval {
  if (Number.isNaN(center)) return NOTHING;
  if (curve.at(center).surprise < threshold) {
    return {
      low: endOfQuiet(curve, threshold, center, -1),
      high: endOfQuiet(curve, threshold, center, 1),
    };
  }
  const below = nextQuiet(curve, threshold, center, -1);
  const above = nextQuiet(curve, threshold, center, 1);
  if (!Number.isFinite(below) && !Number.isFinite(above)) return NOTHING;
  if (above - center < center - below) return { low: above, high: endOfQuiet(curve, threshold, above, 1) };
  return { low: endOfQuiet(curve, threshold, below, -1), high: below };
}

/** The last value of a quiet interval in a direction from `from`, which is quiet; infinite if all values there are. */
export function endOfQuiet(curve: SurpriseCurve, threshold: number, from: number, sign: 1 | -1): number {
  const walk = new Walk(from, sign, (x) => {
    const { surprise, atMost } = curve.at(x);
    return surprise < threshold ? (radius) => atMost(radius) < threshold : undefined;
  });
  return walk.to(curve.isolated).last;
}

/** The first quiet value in a direction from `from`, which is none; infinite if there is none. */
function nextQuiet(curve: SurpriseCurve, threshold: number, from: number, sign: 1 | -1): number {
  const walk = new Walk(from, sign, (x) => {
    const { surprise, atLeast } = curve.at(x);
    return surprise >= threshold ? (radius) => atLeast(radius) >= threshold : undefined;
  });
  return walk.to(NaN).next;
}

/** Whether something that is true of a value is proven to be true of all values within a radius. */
type Proof = (radius: number) => boolean;

/** Where a walk ends: the last value of which it is true, and the float next to it. Both are infinite if it is true of all. */
interface End {
  readonly last: number;
  readonly next: number;
}

/** A walk from a value in one direction, through values of which something is true, as far as it is. */
class Walk {
  readonly #from: number;
  readonly #sign: 1 | -1;
  /** The proof for a value; `undefined` if it is not true of it. */
  readonly #proofOf: (x: number) => Proof | undefined;

  constructor(from: number, sign: 1 | -1, proofOf: (x: number) => Proof | undefined) {
    this.#from = from;
    this.#sign = sign;
    this.#proofOf = proofOf;
  }

  /** @param isolated a value that no proof speaks of; NaN if there is none */
  to(isolated: number): End {
    const sign = this.#sign;
    const isBefore = (isolated - this.#from) * sign > 0;
    const end = this.#walk();
    if (!isBefore || (end.last - isolated) * sign < 0 || this.#proofOf(isolated) !== undefined) return end;
    return { last: nextFloat(isolated, sign === 1 ? -1 : 1), next: isolated };
  }

  #walk(): End {
    const sign = this.#sign;
    const all = { last: sign * Infinity, next: sign * Infinity };
    let last = this.#from;
    let proof = this.#proofOf(last)!;
    if (proof(2 * EDGE)) return all;
    // The first radius to be tried; then the one that was proven last.
    let radius = Math.max(Math.abs(last), Number.MIN_VALUE) / 64;
    let unproven = 0;
    for (let step = 0; ; step++) {
      const finest = FINEST * 2 ** Math.floor(step / MANY_STEPS) * Math.max(Math.abs(last), Math.abs(this.#from));
      const proven = largestRadius(proof, radius, finest);
      unproven = proven > finest ? 0 : Math.max(finest, 2 * unproven);
      radius = Math.max(proven, unproven);
      const moved = last + sign * radius;
      const next = moved === last ? nextFloat(last, sign) : moved;
      if (Math.abs(next) > EDGE) return all;
      const beyond = this.#proofOf(next);
      if (beyond === undefined) return this.#between(last, next);
      last = next;
      proof = beyond;
    }
  }

  /** The boundary between two values, by bisection down to neighboring floats. */
  #between(yes: number, no: number): End {
    let [last, next] = [yes, no];
    for (let after = nextFloat(last, this.#sign); after !== next; after = nextFloat(last, this.#sign)) {
      const middle = last + (next - last) / 2;
      const at = middle === last || middle === next ? after : middle;
      if (this.#proofOf(at) === undefined) next = at;
      else last = at;
    }
    return { last, next };
  }
}

/** A radius that is proven, near the largest one, found from a guess; 0 where none above `finest` is found. */
function largestRadius(proof: Proof, guess: number, finest: number): number {
  let good = 0;
  let bad = Infinity;
  let radius = Math.max(guess, finest);
  while (good === 0 || bad === Infinity) {
    if (proof(radius)) good = radius;
    else bad = radius;
    if (good > EDGE) return good;
    if (good === 0 && radius <= finest) return 0;
    if (good === 0 || bad === Infinity) radius = good > 0 ? radius * 8 : Math.max(radius / 8, finest);
  }
  for (let p = 0; p < HALVINGS; p++) {
    const middle = Math.sqrt(good) * Math.sqrt(bad);
    if (proof(middle)) good = middle;
    else bad = middle;
  }
  return good;
}

const bits = new DataView(new ArrayBuffer(8));

/** The float next to `x` in a direction. */
export function nextFloat(x: number, sign: 1 | -1): number {
  if (x === 0) return sign * Number.MIN_VALUE;
  bits.setFloat64(0, x);
  const isAway = x > 0 === sign > 0;
  bits.setBigInt64(0, bits.getBigInt64(0) + (isAway ? 1n : -1n));
  return bits.getFloat64(0);
}
