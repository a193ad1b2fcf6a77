// The two ChangeFinders people know, transcribed as far as their arithmetic goes, to show where ours differs and why.
// mruby-changefinder: M. Matsumoto's mrbgem, MIT license. changefinder 0.1: S. Aihara's Python package, MIT license.

/** Inverse by Gauss and Jordan, with the largest pivot of each column. @throws Error for a singular matrix */
function invert(matrix: readonly (readonly number[])[]): number[][] {
  const n = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  for (let k = 0; k < n; k++) {
    let best = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(rows[i]![k]!) > Math.abs(rows[best]![k]!)) best = i;
    [rows[k], rows[best]] = [rows[best]!, rows[k]!];
    const pivot = rows[k]![k]!;
    if (pivot === 0) throw new Error('Not Regular Matrix');
    rows[k] = rows[k]!.map((value) => value / pivot);
    for (let i = 0; i < n; i++) {
      const factor = rows[i]![k]!;
      if (i !== k) rows[i] = rows[i]!.map((value, j) => value - factor * rows[k]![j]!);
    }
  }
  return rows.map((row) => row.slice(n));
}

/** The density of N(mean, variance) at x, taken before its logarithm: it underflows. */
function density(x: number, mean: number, variance: number): number {
  return Math.exp((-0.5 * (x - mean) ** 2) / variance) / (Math.sqrt(2 * Math.PI) * Math.sqrt(variance));
}

/** SDAR of mruby-changefinder. */
export class GemSDAR {
  readonly term: number;
  readonly r: number;
  mean = 0;
  variance = 0;
  data: number[] = [];
  /** C₀ … C_{term − 1}: matrix and right side of its equations. */
  c: number[];
  /** The solution of the last equations, and the prediction that came of it. */
  coefficients: number[] = [];
  prediction = NaN;

  constructor(term: number, r: number, random: () => number = Math.random) {
    this.term = term;
    this.r = r;
    this.c = Array.from({ length: term }, random);
  }

  next(x: number): number {
    const { r, term, data, c } = this;
    this.mean = (1 - r) * this.mean + r * x;
    for (let j = 0; j < term; j++) {
      const lagged = data.at(data.length - 1 - j); // as in Ruby, index −1 is the last
      if (lagged !== undefined) c[j] = (1 - r) * c[j]! + r * (x - this.mean) * (lagged - this.mean);
    }
    const inverse = invert(c.map((_, i) => c.map((_, j) => c[Math.abs(i - j)]!)));
    this.coefficients = inverse.map((row) => row.reduce((sum, value, j) => sum + value * c[j]!, 0));
    // The first coefficient meets the oldest value.
    this.prediction = data.reduce((sum, value, i) => sum + this.coefficients[i]! * (value - this.mean), this.mean);
    this.variance = (1 - r) * this.variance + r * (x - this.prediction) ** 2;
    data.push(x);
    if (data.length > term) data.shift();
    if (this.variance === 0) return 0;
    const p = density(x, this.prediction, this.variance);
    return p <= 0 ? 0 : -Math.log(p);
  }
}

/** ChangeFinder of mruby-changefinder. */
export class GemChangeFinder {
  readonly smoothing: number;
  readonly outlier: GemSDAR;
  readonly change: GemSDAR;
  #scores: number[] = [];

  constructor(
    outlierTerm: number,
    outlierDiscount: number,
    changeTerm: number,
    changeDiscount: number,
    smoothing: number,
    random: () => number = Math.random,
  ) {
    this.smoothing = smoothing;
    this.outlier = new GemSDAR(outlierTerm, outlierDiscount, random);
    this.change = new GemSDAR(changeTerm, changeDiscount, random);
  }

  score(x: number): number {
    this.#scores.push(this.outlier.next(x));
    if (this.#scores.length > this.smoothing) this.#scores.shift();
    return this.change.next(this.#scores.reduce((sum, score) => sum + score, 0) / this.#scores.length);
  }
}

/** Levinson and Durbin without a guard, as the Python package has it: a₁ … of 1 + a₁z⁻¹ + … */
function levinsonDurbin(c: readonly number[], order: number): number[] {
  let a = [1, -c[1]! / c[0]!];
  let error = c[0]! + c[1]! * a[1]!;
  for (let k = 1; k < order; k++) {
    let lambda = 0;
    for (let j = 0; j <= k; j++) lambda -= a[j]! * c[k + 1 - j]!;
    lambda /= error;
    const [u, v] = [
      [...a, 0],
      [0, ...[...a].reverse()],
    ];
    a = u.map((value, i) => value + lambda * v[i]!);
    error *= 1 - lambda * lambda;
  }
  return a.slice(1);
}

/** _SDAR_1Dim of changefinder 0.1. */
export class PackageSDAR {
  readonly r: number;
  readonly order: number;
  mean: number;
  variance: number;
  c: number[];
  prediction = NaN;

  constructor(r: number, order: number, random: () => number = Math.random) {
    this.r = r;
    this.order = order;
    this.mean = random();
    this.variance = random();
    this.c = new Array(order + 1).fill(0);
  }

  update(x: number, past: readonly number[]): number {
    const { r, order, c } = this;
    this.mean = (1 - r) * this.mean + r * x;
    // C_order is left out: it stays 0.
    for (let j = 1; j < order; j++) c[j] = (1 - r) * c[j]! + r * (x - this.mean) * (past.at(-j)! - this.mean);
    c[0] = (1 - r) * c[0]! + r * (x - this.mean) * (x - this.mean);
    const a = levinsonDurbin(c, order);
    this.prediction = a.reduce((sum, value, j) => sum - value * (past.at(-1 - j)! - this.mean), this.mean);
    this.variance = (1 - r) * this.variance + r * (x - this.prediction) ** 2;
    const p = density(x, this.prediction, this.variance);
    if (p === 0) throw new RangeError('math domain error'); // what Python's math.log does with 0
    return -Math.log(p);
  }
}

/** To the nearest integer, a half to the even one: Python's round. */
function roundHalfEven(x: number): number {
  const nearest = Math.round(x);
  return Math.abs(x % 1) === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest;
}

/** ChangeFinder of changefinder 0.1. */
export class PackageChangeFinder {
  readonly order: number;
  readonly smooth: number;
  readonly first: PackageSDAR;
  readonly second: PackageSDAR;
  /** What the second model was given last. */
  target: number | undefined;
  #past: number[] = [];
  #firstScores: number[] = [];
  #targets: number[] = [];
  #secondScores: number[] = [];

  constructor(r = 0.5, order = 1, smooth = 7, random: () => number = Math.random) {
    this.order = order;
    this.smooth = smooth;
    this.first = new PackageSDAR(r, order, random);
    this.second = new PackageSDAR(r, order, random);
  }

  update(x: number): number {
    const { order, smooth } = this;
    const keep = (list: number[], value: number, size: number) => {
      list.push(value);
      if (list.length === size + 1) list.shift();
    };
    const sum = (list: number[]) => list.reduce((total, value) => total + value, 0);
    const smooth2 = roundHalfEven(smooth / 2);
    if (this.#past.length === order) keep(this.#firstScores, this.first.update(x, this.#past), smooth);
    keep(this.#past, x, order);
    this.target = this.#firstScores.length === smooth ? sum(this.#firstScores) : undefined;
    if (this.target !== undefined && this.target !== 0) {
      // a NaN is true in Python, 0 is not
      if (this.#targets.length === order) {
        keep(this.#secondScores, this.second.update(this.target, this.#targets), smooth2);
      }
      keep(this.#targets, this.target, order);
    }
    return this.#secondScores.length === smooth2 ? sum(this.#secondScores) : 0;
  }
}
