// The definitions, transcribed as plainly as they can be said: the oracle of the tests. It imports nothing and is written
// for obviousness alone; every engine has to agree with it. Windows are indexed by start here, scores by end.

export interface NaiveOptions {
  /** A distance of two windows; without one, the root of the left-to-right sum of squares. */
  metric?: (a: readonly number[], b: readonly number[]) => number;
  normalize?: 'none' | 'mean' | 'zscore';
  aggregation?: 'mean' | 'max' | 'median';
  exclusionZone?: number;
  side?: 'both' | 'left';
  /** How many windows back a stream remembers: only i − history ≤ j < i − exclusionZone are candidates. */
  history?: number;
  /** Which values a stream learned: a window with one that it did not is no candidate. Default: all of them. */
  learned?: readonly boolean[];
  reference?: ArrayLike<unknown>;
  align?: 'end' | 'center' | 'cover';
}

/** A neighbor of a window: where it starts, what it is ordered by (s, or d for another metric), and its distance. */
export interface NaiveNeighbor {
  j: number;
  key: number;
  distance: number;
}

/** Missing: NaN, ±Infinity, null, undefined, holes, and |x| > 2^500. */
export function isMissing(x: unknown): boolean {
  return typeof x !== 'number' || !(Math.abs(x) <= 2 ** 500);
}

/** The windows of the series by start; null for one that touches a missing value. */
export function windowsOf(series: ArrayLike<unknown>, w: number): (number[] | null)[] {
  const windows: (number[] | null)[] = [];
  for (let i = 0; i + w <= series.length; i++) {
    const window: unknown[] = [];
    for (let l = 0; l < w; l++) window.push(series[i + l]);
    windows.push(window.some(isMissing) ? null : (window as number[]));
  }
  return windows;
}

/** μ = left-to-right sum / w and σ = √(left-to-right sum of (x − μ)² / w); σ = 0 if all values are equal. */
export function momentsOf(window: readonly number[]): { mean: number; deviation: number } {
  const w = window.length;
  let sum = 0;
  for (const x of window) sum += x;
  const mean = sum / w;
  let squares = 0;
  for (const x of window) squares += (x - mean) * (x - mean);
  const allEqual = window.every((x) => x === window[0]);
  return { mean, deviation: allEqual ? 0 : Math.sqrt(squares / w) };
}

/** The window's vector before the distance: x, x − μ, or (x − μ)/σ; all values equal or σ = 0 gives the zero vector. */
export function vectorOf(window: readonly number[], normalize: 'none' | 'mean' | 'zscore' = 'none'): number[] {
  if (normalize === 'none') return [...window];
  const { mean, deviation } = momentsOf(window);
  if (deviation === 0) return window.map(() => 0);
  return window.map((x) => (normalize === 'mean' ? x - mean : (x - mean) / deviation));
}

/** s = Σₗ (aₗ − bₗ)², summed left to right. */
export function squaredDistance(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let l = 0; l < a.length; l++) {
    const difference = a[l]! - b[l]!;
    sum += difference * difference;
  }
  return sum;
}

/** May window j be a neighbor of window i of the same series? */
export function isAllowed(i: number, j: number, options: NaiveOptions): boolean {
  const { exclusionZone = 0, side = 'both', history } = options;
  if (history !== undefined) return i - history <= j && j < i - exclusionZone;
  if (side === 'left' && j >= i) return false;
  return Math.abs(i - j) > exclusionZone;
}

/** The neighbors of every window, nearest first, ties by smaller start; null for a window that touches a missing value. */
export function naiveNeighbors(
  series: ArrayLike<unknown>,
  w: number,
  k: number,
  options: NaiveOptions = {},
): (NaiveNeighbor[] | null)[] {
  const { metric, normalize, reference } = options;
  const toVector = (window: number[] | null) => (window === null ? null : vectorOf(window, normalize));
  const rows = windowsOf(series, w).map(toVector);
  const columns = reference === undefined ? rows : windowsOf(reference, w).map(toVector);

  return rows.map((row, i) => {
    if (row === null) return null;
    const starts: number[] = [];
    const keys: number[] = [];
    columns.forEach((column, j) => {
      if (options.learned?.slice(j, j + w).includes(false)) return;
      if (column === null || (reference === undefined && !isAllowed(i, j, options))) return;
      starts.push(j);
      keys.push(metric ? metric(row, column) : squaredDistance(row, column));
    });
    // The k-th smallest key; whoever is above it need not be sorted.
    const kth = Float64Array.from(keys).sort()[Math.min(k, keys.length) - 1]!;
    const near: NaiveNeighbor[] = [];
    starts.forEach((j, c) => {
      const key = keys[c]!;
      if (key <= kth) near.push({ j, key, distance: metric ? key : Math.sqrt(key) });
    });
    near.sort((a, b) => (a.key === b.key ? a.j - b.j : a.key < b.key ? -1 : 1));
    return near.slice(0, k);
  });
}

/** What `neighbors(series)` returns: row-major by window start, padded with −1 and Infinity. */
export function tableOf(
  rows: readonly (NaiveNeighbor[] | null)[],
  k: number,
): { numWindows: number; k: number; indices: Int32Array; distances: Float64Array } {
  const indices = new Int32Array(rows.length * k).fill(-1);
  const distances = new Float64Array(rows.length * k).fill(Infinity);
  rows.forEach((row, i) => {
    row?.forEach(({ j, distance }, r) => {
      indices[i * k + r] = j;
      distances[i * k + r] = distance;
    });
  });
  return { numWindows: rows.length, k, indices, distances };
}

/** The mean (in ascending order), the last, or the median of the distances of the neighbors; 0 if there are none. */
export function aggregate(distances: readonly number[], aggregation: 'mean' | 'max' | 'median' = 'mean'): number {
  const count = distances.length;
  if (count === 0) return 0;
  if (aggregation === 'max') return distances[count - 1]!;
  if (aggregation === 'median') {
    if (count % 2 === 1) return distances[(count - 1) / 2]!;
    return (distances[count / 2 - 1]! + distances[count / 2]!) / 2;
  }
  let sum = 0;
  for (const d of distances) sum += d;
  return sum / count;
}

/** score[i + w − 1] aggregates the neighbors of window i; the first w − 1 scores are 0; a missing value makes NaN. */
export function scoreOf(
  rows: readonly (NaiveNeighbor[] | null)[],
  n: number,
  w: number,
  aggregation: 'mean' | 'max' | 'median' = 'mean',
): number[] {
  const score = new Array<number>(n).fill(0);
  rows.forEach((row, i) => {
    const distances = row?.map(({ distance }) => distance);
    score[i + w - 1] = distances ? aggregate(distances, aggregation) : NaN;
  });
  return score;
}

/** What `score(series)` returns, as an array. */
export function naiveScore(series: ArrayLike<unknown>, w: number, k: number, options: NaiveOptions = {}): number[] {
  const rows = naiveNeighbors(series, w, k, options);
  const { aggregation, align = 'end' } = options;
  if (align === 'end') return scoreOf(rows, series.length, w, aggregation);
  const ofWindows = rows.map((row) =>
    row
      ? aggregate(
          row.map(({ distance }) => distance),
          aggregation,
        )
      : NaN,
  ); // by start
  return align === 'center' ? naiveCenter(ofWindows, series.length, w) : naiveCover(ofWindows, series, w);
}

/** The score of window i stands at i + floor(w / 2); 0 where none stands. */
export function naiveCenter(scores: readonly number[], n: number, w: number): number[] {
  const centered = new Array<number>(n).fill(0);
  scores.forEach((score, i) => {
    centered[i + Math.floor(w / 2)] = score;
  });
  return centered;
}

/**
 * The mean of the scores of the windows i with i ≤ t < i + w, added in ascending order of i, NaN left out; NaN where none
 * is left or the value is missing.
 */
export function naiveCover(scores: readonly number[], series: ArrayLike<unknown>, w: number): number[] {
  return Array.from(series, (x, t) => {
    if (isMissing(x)) return NaN;
    let sum = 0;
    let count = 0;
    for (let i = 0; i < scores.length; i++) {
      if (!(i <= t && t < i + w) || Number.isNaN(scores[i])) continue;
      sum += scores[i]!;
      count += 1;
    }
    return count === 0 ? NaN : sum / count;
  });
}

/**
 * The expected window (mean of the neighbors' vectors, put back to the window's μ and σ when normalized), each lag's share
 * of the squared distances (zeros when all are 0, null for another metric), and on which side of the expected the window
 * lies at the lag that matters most.
 */
export function naiveExplain(
  series: ArrayLike<unknown>,
  t: number,
  w: number,
  k: number,
  options: NaiveOptions = {},
): { window: number[]; expected: number[]; shares: number[] | null; direction: 'above' | 'below' | 'none' } {
  const { normalize = 'none', reference = series, metric } = options;
  const i = t - w + 1;
  const window = windowsOf(series, w)[i]!;
  const near = naiveNeighbors(series, w, k, options)[i]!;
  const vector = vectorOf(window, normalize);
  const others = near.map(({ j }) => vectorOf(windowsOf(reference, w)[j]!, normalize));
  const { mean, deviation } = momentsOf(window);

  const expected = vector.map((_, l) => {
    let sum = 0;
    for (const other of others) sum += other[l]!;
    const average = sum / others.length;
    if (normalize === 'none') return average;
    return normalize === 'mean' ? average + mean : average * deviation + mean;
  });

  const parts = vector.map((x, l) => others.reduce((sum, other) => sum + (x - other[l]!) * (x - other[l]!), 0));
  const whole = parts.reduce((sum, part) => sum + part, 0);
  const shares = parts.map((part) => (whole === 0 ? 0 : part / whole));

  const weights = metric ? window.map((x, l) => Math.abs(x - expected[l]!)) : shares;
  const lag = weights.indexOf(Math.max(...weights));
  const excess = window[lag]! - expected[lag]!;
  const direction = excess > 0 ? 'above' : excess < 0 ? 'below' : 'none';
  return { window, expected, shares: metric ? null : shares, direction };
}

/** Highest first, ties by smaller index, no two closer than `separation`; zero and NaN never. */
export function naiveTop(scores: ArrayLike<number>, n: number, separation = 1): { index: number; score: number }[] {
  const all = Array.from(scores, (score, index) => ({ index, score })).filter(
    ({ score }) => score !== 0 && !Number.isNaN(score),
  );
  all.sort((a, b) => (a.score === b.score ? a.index - b.index : a.score > b.score ? -1 : 1));
  const taken: { index: number; score: number }[] = [];
  for (const item of all) {
    const isFree = taken.every((other) => Math.abs(other.index - item.index) >= separation);
    if (isFree && taken.length < n) taken.push(item);
  }
  return taken;
}

// Matrices: rows of numbers, everything by the book.

export type Matrix = number[][];

/** Mean and covariance Σ (v − m)(v − m)ᵀ / N of vectors. */
export function naiveCovariance(vectors: readonly (readonly number[])[]): { mean: number[]; covariance: Matrix } {
  const N = vectors.length;
  const lags = vectors[0]!.map((_, l) => l);
  const mean = lags.map((l) => vectors.reduce((sum, v) => sum + v[l]!, 0) / N);
  const covariance = lags.map((a) =>
    lags.map((b) => vectors.reduce((sum, v) => sum + (v[a]! - mean[a]!) * (v[b]! - mean[b]!), 0) / N),
  );
  return { mean, covariance };
}

/**
 * Ledoit and Wolf 2004 as scikit-learn has it: (1 − δ)Σ + δμI, μ = trace Σ / w, δ = min(β, Δ)/Δ (0 for one feature), with
 * Δ = ‖Σ − μI‖² / w and β = (Σᵥ ‖v‖⁴ / N − ‖Σ‖²) / (N w), the vectors v centered, ‖·‖ the Frobenius norm.
 */
export function naiveLedoitWolf(vectors: readonly (readonly number[])[]): { covariance: Matrix; shrinkage: number } {
  const { mean, covariance } = naiveCovariance(vectors);
  const N = vectors.length;
  const w = mean.length;
  let trace = 0;
  for (let a = 0; a < w; a++) trace += covariance[a]![a]!;
  const mu = trace / w;

  let fourth = 0;
  for (const v of vectors) {
    let square = 0;
    for (let l = 0; l < w; l++) square += (v[l]! - mean[l]!) ** 2;
    fourth += square ** 2;
  }
  let norm = 0;
  let distance = 0;
  for (let a = 0; a < w; a++) {
    for (let b = 0; b < w; b++) {
      norm += covariance[a]![b]! ** 2;
      distance += (covariance[a]![b]! - (a === b ? mu : 0)) ** 2;
    }
  }
  const delta = distance / w;
  const beta = Math.min((fourth / N - norm) / (N * w), delta);
  const shrinkage = w === 1 || beta === 0 ? 0 : beta / delta;
  return {
    covariance: covariance.map((row, a) => row.map((c, b) => (1 - shrinkage) * c + (a === b ? shrinkage * mu : 0))),
    shrinkage,
  };
}

/** The inverse by Gauss–Jordan elimination with row pivoting. */
export function naiveInverse(matrix: Matrix): Matrix {
  const w = matrix.length;
  const rows = matrix.map((row, a) => [...row, ...row.map((_, b) => (a === b ? 1 : 0))]);
  for (let c = 0; c < w; c++) {
    let pivot = c;
    for (let r = c + 1; r < w; r++) if (Math.abs(rows[r]![c]!) > Math.abs(rows[pivot]![c]!)) pivot = r;
    [rows[c], rows[pivot]] = [rows[pivot]!, rows[c]!];
    const divisor = rows[c]![c]!;
    rows[c] = rows[c]!.map((x) => x / divisor);
    for (let r = 0; r < w; r++) {
      const factor = rows[r]![c]!;
      if (r !== c) rows[r] = rows[r]!.map((x, b) => x - factor * rows[c]![b]!);
    }
  }
  return rows.map((row) => row.slice(w));
}

/** Eigenvalues, and eigenvectors as columns, of a symmetric matrix by Jacobi rotations. */
export function naiveEigen(matrix: Matrix): { values: number[]; vectors: Matrix } {
  const w = matrix.length;
  const A = matrix.map((row) => [...row]);
  const V = matrix.map((row, a) => row.map((_, b) => (a === b ? 1 : 0)));
  for (let sweep = 0; sweep < 60; sweep++) {
    for (let p = 0; p < w; p++) {
      for (let q = p + 1; q < w; q++) {
        if (A[p]![q] === 0) continue;
        const theta = (A[q]![q]! - A[p]![p]!) / (2 * A[p]![q]!);
        const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const cosine = 1 / Math.hypot(tangent, 1);
        const sine = tangent * cosine;
        for (const M of [A, V]) {
          for (let r = 0; r < w; r++) {
            const [x, y] = [M[r]![p]!, M[r]![q]!];
            M[r]![p] = cosine * x - sine * y;
            M[r]![q] = sine * x + cosine * y;
          }
        }
        for (let r = 0; r < w; r++) {
          const [x, y] = [A[p]![r]!, A[q]![r]!];
          A[p]![r] = cosine * x - sine * y;
          A[q]![r] = sine * x + cosine * y;
        }
        A[p]![q] = A[q]![p] = 0;
      }
    }
  }
  return { values: A.map((row, a) => row[a]!), vectors: V };
}

/** κ = λmax / λmin of a symmetric matrix; Infinity if it is not positive definite. */
export function conditionOf(matrix: Matrix): number {
  const { values } = naiveEigen(matrix);
  const least = Math.min(...values);
  return least > 0 ? Math.max(...values) / least : Infinity;
}

/** The pseudo-inverse of a symmetric matrix whose eigenvalues up to `cutoff` · λmax count as zero. */
export function naivePseudoInverse(matrix: Matrix, cutoff = 1e-10): Matrix {
  const { values, vectors } = naiveEigen(matrix);
  const largest = Math.max(...values);
  return matrix.map((row, a) =>
    row.map((_, b) =>
      values.reduce((sum, x, e) => (x > cutoff * largest ? sum + (vectors[a]![e]! * vectors[b]![e]!) / x : sum), 0),
    ),
  );
}

/** d(x, y) = √((x − y)ᵀ P (x − y)), P the inverse of a covariance. */
export function naiveMahalanobis(inverse: Matrix): (a: readonly number[], b: readonly number[]) => number {
  return (x, y) => {
    let sum = 0;
    for (let a = 0; a < x.length; a++) {
      for (let b = 0; b < x.length; b++) sum += (x[a]! - y[a]!) * inverse[a]![b]! * (x[b]! - y[b]!);
    }
    return Math.sqrt(Math.max(sum, 0));
  };
}
