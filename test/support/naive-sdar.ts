// SDAR and ChangeFinder as the papers write them: the oracle of their tests. It shares nothing with src: the Yule–Walker
// equations are a dense matrix that ml-matrix solves, and no number is kept finite by force.
import { CholeskyDecomposition, Matrix, SingularValueDecomposition, solve } from 'ml-matrix';

export interface NaiveState {
  mean: number;
  variance: number;
  /** C₀ … C_order. */
  autocovariance: number[];
  /** The last values, oldest first. */
  history: number[];
}

export interface NaiveStep {
  score: number;
  prediction: number;
  /** Number of coefficients that were used. */
  order: number;
  /** Largest condition number of the matrices that were looked at: digits that the answer cannot be held to, none at 1e14. */
  condition: number;
}

/** The matrix of C|ᵢ₋ⱼ| with this many rows. */
function toeplitz(c: readonly number[], rows: number): Matrix {
  return new Matrix(
    Array.from({ length: rows }, (_, i) => Array.from({ length: rows }, (_, j) => c[Math.abs(i - j)]!)),
  );
}

export class NaiveSDAR {
  state: NaiveState;
  readonly order: number;
  readonly discount: number;

  constructor(order: number, discount: number, state: Partial<NaiveState> = {}) {
    this.order = order;
    this.discount = discount;
    this.state = {
      mean: 0,
      variance: 0,
      autocovariance: new Array(order + 1).fill(0),
      history: [],
      ...structuredClone(state),
    };
  }

  update(x: number): NaiveStep {
    const r = this.discount;
    const { state } = this;
    const lags = [...state.history].reverse();
    state.mean = (1 - r) * state.mean + r * x;
    const centered = [x, ...lags].map((value) => value - state.mean);
    state.autocovariance = state.autocovariance.map((c, j) => {
      return j < centered.length ? (1 - r) * c + r * centered[0]! * centered[j]! : c;
    });
    const { order, condition } = this.#usable(lags.length);
    let prediction = state.mean;
    if (order > 0 && condition < 1e14) {
      const right = Matrix.columnVector(state.autocovariance.slice(1, order + 1));
      const a = solve(toeplitz(state.autocovariance, order), right).to1DArray();
      a.forEach((coefficient, j) => {
        prediction += coefficient * centered[j + 1]!;
      });
    }
    state.variance = (1 - r) * state.variance + r * (x - prediction) ** 2;
    state.history = [...state.history, x].slice(-this.order);
    return { score: gaussianLoss(x, prediction, state.variance), prediction, order, condition };
  }

  /** The largest order whose covariances, those of its own lag included, form a positive definite matrix. */
  #usable(lags: number): { order: number; condition: number } {
    let condition = 1;
    for (let m = 1; m <= lags; m++) {
      const matrix = toeplitz(this.state.autocovariance, m + 1);
      condition = Math.max(condition, new SingularValueDecomposition(matrix).condition);
      if (!new CholeskyDecomposition(matrix).isPositiveDefinite()) return { order: m - 1, condition };
    }
    return { order: lags, condition };
  }
}

/** −ln N(x; mean, variance) */
export function gaussianLoss(x: number, mean: number, variance: number): number {
  return Math.log(Math.sqrt(2 * Math.PI * variance)) + (x - mean) ** 2 / (2 * variance);
}

export class NaiveChangeFinder {
  readonly outlier: NaiveSDAR;
  readonly change: NaiveSDAR;
  readonly smoothing: number;
  #scores: number[];

  constructor(orders: [number, number], discounts: [number, number], smoothing: number) {
    this.outlier = new NaiveSDAR(orders[0], discounts[0]);
    this.change = new NaiveSDAR(orders[1], discounts[1]);
    this.smoothing = smoothing;
    this.#scores = [];
  }

  update(x: number): { outlier: NaiveStep; change: NaiveStep; smoothed: number } {
    const outlier = this.outlier.update(x);
    this.#scores = [...this.#scores, outlier.score].slice(-this.smoothing);
    const smoothed = this.#scores.reduce((sum, score) => sum + score, 0) / this.#scores.length;
    return { outlier, smoothed, change: this.change.update(smoothed) };
  }
}
