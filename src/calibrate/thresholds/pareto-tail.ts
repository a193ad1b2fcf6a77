// The tail of a generalized Pareto distribution, fitted to excesses: what SpotThreshold extrapolates with.

/** Shape γ (below 0: the tail ends) and scale σ > 0. */
export interface Tail {
  readonly shape: number;
  readonly scale: number;
}

/** Half of the points at which the likelihood equation is looked at on each side of 0, and halvings that follow a change of sign. */
const POINTS = 20;
const HALVINGS = 40;

/** Excesses below this share of the largest are as good as equal: their likelihood has no maximum to find. */
const LEAST_SPREAD = 1e-12;

/**
 * The tail of greatest likelihood for these excesses, all > 0 (Grimshaw 1993, as used by Siffer et al. 2017, section 4.2).
 *
 * With x = γ/σ, u(x) = mean 1/(1 + xY), v(x) = 1 + mean ln(1 + xY), every stationary point has u(x)v(x) = 1, γ = v(x) − 1
 * and σ = γ/x; x = 0 is the exponential tail, σ = mean Y. All roots in −1/max Y < x < 2(mean Y − min Y)/(min Y)² are
 * candidates, and the one of greatest likelihood is taken. O(number of excesses), about 150 passes.
 */
export function fitTail(excesses: ArrayLike<number>): Tail {
  const n = excesses.length;
  let least = Infinity;
  let most = 0;
  let sum = 0;
  for (let p = 0; p < n; p++) {
    const y = excesses[p]!;
    least = Math.min(least, y);
    most = Math.max(most, y);
    sum += y;
  }
  const mean = sum / n;
  let best: Tail = { shape: 0, scale: mean };
  if (!(most - least > LEAST_SPREAD * most)) return best;
  let greatest = logLikelihood(excesses, best);
  const consider = (x: number): void => {
    const shape = meanLog(excesses, x);
    const tail = { shape, scale: shape / x };
    if (!(tail.scale > 0)) return;
    const likelihood = logLikelihood(excesses, tail);
    if (!(likelihood > greatest)) return;
    greatest = likelihood;
    best = tail;
  };
  const low = -1 / most;
  const high = Math.min((2 * (mean - least)) / (least * least), 1e6 / mean);
  // In steps that grow from 0 outward and shrink towards the end at −1/max, where the equation changes fastest.
  const shares = Array.from({ length: POINTS }, (_, p) => 0.5 * 10 ** ((-6 * (POINTS - 1 - p)) / (POINTS - 1)));
  const below = [...shares, ...shares.toReversed().map((share) => 1 - share)].map((share) => low * share);
  const start = 1e-6 / mean;
  const above = Array.from({ length: 2 * POINTS }, (_, p) => start * (high / start) ** (p / (2 * POINTS - 1)));
  for (const points of [below, above]) {
    for (let p = 0; p + 1 < points.length; p++) {
      const root = rootBetween(excesses, points[p]!, points[p + 1]!);
      if (root !== undefined) consider(root);
    }
  }
  return best;
}

/** Where u(x)v(x) − 1 changes its sign between two points of one side of 0; `undefined` where it does not. */
function rootBetween(excesses: ArrayLike<number>, from: number, to: number): number | undefined {
  let [a, b] = [from, to];
  const sign = Math.sign(equation(excesses, a));
  if (sign === 0) return a;
  if (!(Math.sign(equation(excesses, b)) === -sign)) return undefined;
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = (a + b) / 2;
    if (Math.sign(equation(excesses, middle)) === sign) a = middle;
    else b = middle;
  }
  return (a + b) / 2;
}

/** u(x)v(x) − 1. */
function equation(excesses: ArrayLike<number>, x: number): number {
  let inverses = 0;
  for (let p = 0; p < excesses.length; p++) inverses += 1 / (1 + x * excesses[p]!);
  return (inverses / excesses.length) * (1 + meanLog(excesses, x)) - 1;
}

/** Mean ln(1 + xY): γ at a root. */
function meanLog(excesses: ArrayLike<number>, x: number): number {
  let sum = 0;
  for (let p = 0; p < excesses.length; p++) sum += Math.log1p(x * excesses[p]!);
  return sum / excesses.length;
}

function logLikelihood(excesses: ArrayLike<number>, { shape, scale }: Tail): number {
  const n = excesses.length;
  let sum = 0;
  for (let p = 0; p < n; p++) {
    sum += shape === 0 ? excesses[p]! / scale : (1 + 1 / shape) * Math.log1p((shape * excesses[p]!) / scale);
  }
  return -n * Math.log(scale) - sum;
}

/** How far above the start of the tail a value is exceeded with probability `share` of those that are in it. */
export function tailQuantile({ shape, scale }: Tail, share: number): number {
  if (Math.abs(shape) < 1e-12) return -scale * Math.log(share);
  return (scale / shape) * Math.expm1(-shape * Math.log(share));
}
