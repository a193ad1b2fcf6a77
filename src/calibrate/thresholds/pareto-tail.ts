// Fits a generalized Pareto distribution to excesses, and gives its quantiles. SpotThreshold extrapolates with it.

/** A generalized Pareto distribution: shape γ, which is below 0 if the tail ends, and scale σ > 0. */
export interface Tail {
  readonly shape: number;
  readonly scale: number;
}

/** The likelihood equation is evaluated at 2·POINTS points on each side of 0. */
const POINTS = 20;

/** Number of bisection steps between two points where the equation changes its sign. */
const HALVINGS = 40;

/** Excesses that differ by at most this share of the largest count as equal: their likelihood has no maximum to find. */
const LEAST_SPREAD = 1e-12;

/**
 * The tail with the greatest likelihood for these excesses, all > 0 (Grimshaw 1993, as in Siffer et al. 2017, section 4.2).
 *
 * Let x = γ/σ, u(x) = mean 1/(1 + xY) and v(x) = 1 + mean ln(1 + xY), over the excesses Y. Every stationary point of the
 * likelihood has u(x)v(x) = 1, γ = v(x) − 1 and σ = γ/x. The exponential tail is x = 0, with σ = mean Y. The candidates are
 * x = 0 and all roots in −1/max Y < x < 2(mean Y − min Y)/(min Y)²; the candidate with the greatest likelihood is the result.
 * O(number of excesses), about 150 passes.
 */
export function fitTail(excesses: ArrayLike<number>): Tail {
  // The range and the mean of the excesses.
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

  // The first candidate is the exponential tail.
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

  // The bounds of the roots. The upper bound is limited, as min Y may be near 0.
  const low = -1 / most;
  const high = Math.min((2 * (mean - least)) / (least * least), 1e6 / mean);

  // Points below 0: dense near 0 and near −1/max, where the equation changes fastest. Points above 0: in equal ratios.
  const shares = Array.from({ length: POINTS }, (_, p) => 0.5 * 10 ** ((-6 * (POINTS - 1 - p)) / (POINTS - 1)));
  const below = [...shares, ...shares.toReversed().map((share) => 1 - share)].map((share) => low * share);
  const start = 1e-6 / mean;
  const above = Array.from({ length: 2 * POINTS }, (_, p) => start * (high / start) ** (p / (2 * POINTS - 1)));

  // The other candidates are the roots between neighboring points.
  for (const points of [below, above]) {
    for (let p = 0; p + 1 < points.length; p++) {
      const root = rootBetween(excesses, points[p]!, points[p + 1]!);
      if (root !== undefined) consider(root);
    }
  }
  return best;
}

/** A root of u(x)v(x) − 1 between two points on one side of 0, by bisection; `undefined` if the sign does not change. */
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

/** Mean ln(1 + xY), which is γ at a root. */
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

/** The excess that a value of the tail exceeds with probability `share`. */
export function tailQuantile({ shape, scale }: Tail, share: number): number {
  if (Math.abs(shape) < 1e-12) return -scale * Math.log(share);
  return (scale / shape) * Math.expm1(-shape * Math.log(share));
}
