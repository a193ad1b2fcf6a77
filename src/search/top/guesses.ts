// An index of sampled windows that guesses which columns are near a row. It proposes columns; nothing depends on what it
// misses. A sampled window becomes a point, its first COORDINATES principal components by a sample; a k-d tree holds the points.
import type { ArrayType } from '../../wasm/arrays.ts';
import { COORDINATES, NO_COLUMN, RAW, type TopKernel, type TopState, ZSCORE } from './kernel/state.ts';
import { random } from './random.ts';

/** Points of a leaf, at most. */
const LEAF = 24;

/** One column in this many is a point, … */
const SHARE = 16;

/** … but at least and at most so many. */
const FEWEST = 4096;
const MOST = 2 ** 22;

/** Windows that the principal components are computed from, and rounds of power iteration. */
const SAMPLE = 256;
const ROUNDS = 4;

/** The index as plain data, which threads share. */
export interface Guesses {
  /** Columns between two points, about. */
  readonly gap: number;
  /** Coordinate d of value l at l·COORDINATES + d. */
  readonly basis: Float64Array;
  /** Coordinates and column of every point, in the order of the leaves. */
  readonly points: Float32Array;
  readonly columns: Int32Array;
  /** Per node: its points [from, to); the node on the other side of the cut, 0 for leaves; the node before the cut follows. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly other: Int32Array;
  /** Per node: the coordinate and the value that it is cut at. */
  readonly axis: Uint8Array;
  readonly cut: Float32Array;
}

/** Makes an array that threads can share if `isShared`. */
function makeArray<A>(Type: ArrayType<A>, length: number, isShared: boolean): A {
  if (!isShared) return new Type(length);
  return new Type(new SharedArrayBuffer(length * Type.BYTES_PER_ELEMENT) as unknown as ArrayBuffer, 0, length);
}

/** Builds the index. O(n·w / SHARE). */
export function buildGuesses(state: TopState, kernel: TopKernel, isShared: boolean): Guesses {
  const { firstColumn, endColumn, windowSize: w, flags } = state;
  const numColumns = endColumn - firstColumn;
  const count = Math.min(numColumns, Math.max(FEWEST, Math.min(MOST, Math.floor(numColumns / SHARE))));
  const basis = makeArray(Float64Array, w * COORDINATES, isShared);
  const next = random(1);
  fitBasis(state, basis, next);

  // The points: one column of each gap.
  const points = makeArray(Float32Array, count * COORDINATES, isShared);
  const columns = makeArray(Int32Array, count, isShared);
  state.basis.set(basis);
  let size = 0;
  for (let p = 0; p < count; p++) {
    const j = firstColumn + Math.floor(((p + next()) * numColumns) / count);
    if (flags.length > 0 && (flags[j]! & NO_COLUMN) !== 0) continue;
    columns[size] = j;
    kernel.project(j);
    points.set(state.point, COORDINATES * size++);
  }

  // The tree.
  const numNodes = 8 * Math.ceil(size / LEAF) + 1;
  const guesses: Guesses = {
    gap: Math.max(1, numColumns / Math.max(1, count)),
    basis,
    points,
    columns,
    from: makeArray(Int32Array, numNodes, isShared),
    to: makeArray(Int32Array, numNodes, isShared),
    other: makeArray(Int32Array, numNodes, isShared),
    axis: makeArray(Uint8Array, numNodes, isShared),
    cut: makeArray(Float32Array, numNodes, isShared),
  };
  build(guesses, size, numNodes);
  return guesses;
}

/** The vectors' first principal components, by power iteration on a sample. */
function fitBasis(state: TopState, basis: Float64Array, next: () => number): void {
  const { windowSize: w, firstColumn, endColumn, flags } = state;
  const read = vectorReader(state);
  const sample: Float64Array[] = [];
  for (let tries = 0; sample.length < SAMPLE && tries < 20 * SAMPLE; tries++) {
    const j = firstColumn + Math.floor(next() * (endColumn - firstColumn));
    if (flags.length > 0 && (flags[j]! & NO_COLUMN) !== 0) continue;
    sample.push(read(j).slice());
  }
  const mean = new Float64Array(w);
  for (const y of sample) addTo(mean, y, 1 / sample.length);
  for (const y of sample) addTo(y, mean, -1);
  const axes = Array.from({ length: COORDINATES }, () => Float64Array.from(mean, () => next() - 0.5));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [d, axis] of axes.entries()) {
      if (round > 0) multiply(sample, axis);
      for (const earlier of axes.slice(0, d)) addTo(axis, earlier, -dot(axis, earlier));
      const norm = Math.sqrt(dot(axis, axis));
      for (let l = 0; l < w; l++) axis[l] = norm > 1e-150 && norm < Infinity ? axis[l]! / norm : 0;
    }
  }
  for (const [d, axis] of axes.entries()) for (let l = 0; l < w; l++) basis[l * COORDINATES + d] = axis[l]!;
}

/** axis := Σ (y·axis) y */
function multiply(sample: readonly Float64Array[], axis: Float64Array): void {
  const sum = new Float64Array(axis.length);
  for (const y of sample) addTo(sum, y, dot(y, axis));
  axis.set(sum);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let l = 0; l < a.length; l++) sum += a[l]! * b[l]!;
  return sum;
}

function addTo(a: Float64Array, b: Float64Array, factor: number): void {
  for (let l = 0; l < a.length; l++) a[l] = a[l]! + factor * b[l]!;
}

/** Reads vectors, centered and scaled, to an array that is reused. */
function vectorReader({ x, mean, sigma, mode, windowSize: w, center, factor }: TopState): (i: number) => Float64Array {
  const vector = new Float64Array(w);
  return (i) => {
    const middle = mode === RAW ? center : mean[i]!;
    const scale = mode === ZSCORE ? 1 / sigma[i]! : factor;
    const isZero = mode !== RAW && sigma[i] === 0;
    for (let l = 0; l < w; l++) vector[l] = isZero ? 0 : (x[i + l]! - middle) * scale;
    return vector;
  };
}

/** Cuts the points at the middle of the longest side of a sample of them, until leaves are small. */
function build({ points, columns, from, to, other, axis, cut }: Guesses, size: number, numNodes: number): void {
  let nodes = 0;
  const low = new Float32Array(COORDINATES);
  const high = new Float32Array(COORDINATES);
  const swap = (p: number, q: number): void => {
    const j = columns[p]!;
    columns[p] = columns[q]!;
    columns[q] = j;
    for (let a = p * COORDINATES, b = q * COORDINATES, d = 0; d < COORDINATES; d++, a++, b++) {
      const v = points[a]!;
      points[a] = points[b]!;
      points[b] = v;
    }
  };
  const cutNode = (first: number, last: number): void => {
    const node = nodes++;
    from[node] = first;
    to[node] = last;
    if (last - first <= LEAF || nodes + 2 > numNodes) return;
    // The longest side of 63 points, and their median there.
    low.fill(Infinity);
    high.fill(-Infinity);
    const step = Math.max(1, (last - first) / 63);
    for (let p = first; p < last; p += step) {
      for (let d = 0, a = Math.floor(p) * COORDINATES; d < COORDINATES; d++, a++) {
        low[d] = Math.min(low[d]!, points[a]!);
        high[d] = Math.max(high[d]!, points[a]!);
      }
    }
    let side = 0;
    for (let d = 1; d < COORDINATES; d++) if (high[d]! - low[d]! > high[side]! - low[side]!) side = d;
    const values: number[] = [];
    for (let p = first; p < last; p += step) values.push(points[Math.floor(p) * COORDINATES + side]!);
    const at = Float32Array.from(values).sort()[values.length >> 1]!;
    // Hoare's partition: equal values go to both sides.
    let p = first;
    let q = last - 1;
    while (p <= q) {
      while (points[p * COORDINATES + side]! < at) p++;
      while (points[q * COORDINATES + side]! > at) q--;
      if (p <= q) swap(p++, q--);
    }
    if (p <= first || p >= last) return;
    axis[node] = side;
    cut[node] = at;
    cutNode(first, p);
    other[node] = nodes;
    cutNode(p, last);
  };
  if (size > 0) cutNode(0, size);
}

/** Subtrees that wait, and neighbors that are asked for, at most. */
const WAITING = 64;

/** Answers queries; it holds the scratch for one at a time. */
export class Guesser {
  readonly #guesses: Guesses;
  readonly #kernel: TopKernel;
  readonly #point: Float32Array;
  readonly #waiting = new Int32Array(WAITING);
  readonly #distances = new Float64Array(WAITING);
  readonly #best = new Float64Array(WAITING);
  /** The columns of the last answer, nearest first. */
  readonly columns: Int32Array = new Int32Array(WAITING);

  constructor(state: TopState, kernel: TopKernel, guesses: Guesses) {
    this.#guesses = guesses;
    this.#kernel = kernel;
    this.#point = state.point;
    state.basis.set(guesses.basis);
  }

  get gap(): number {
    return this.#guesses.gap;
  }

  /** Finds up to `most` columns near row i, in the `leaves` nearest leaves; returns their number. */
  ask(i: number, most: number, leaves: number, isAllowed: (j: number) => boolean): number {
    const { points, columns, from, to, other, axis, cut } = this.#guesses;
    if (to[0] === 0) return 0;
    const point = this.#point;
    const waiting = this.#waiting;
    const distances = this.#distances;
    const best = this.#best;
    const found = this.columns;
    this.#kernel.project(i);
    let count = 0;
    let numWaiting = 1;
    waiting[0] = 0;
    distances[0] = 0;
    for (let left = leaves; left > 0 && numWaiting > 0; left--) {
      // The nearest subtree that waits.
      let nearest = 0;
      for (let q = 1; q < numWaiting; q++) if (distances[q]! < distances[nearest]!) nearest = q;
      const distance = distances[nearest]!;
      let node = waiting[nearest]!;
      waiting[nearest] = waiting[--numWaiting]!;
      distances[nearest] = distances[numWaiting]!;
      if (count === most && distance >= best[count - 1]!) break;
      // Down to the leaf on the near side of all cuts.
      while (other[node] !== 0) {
        const z = point[axis[node]!]! - cut[node]!;
        const far = z < 0 ? other[node]! : node + 1;
        if (numWaiting < WAITING) {
          waiting[numWaiting] = far;
          distances[numWaiting++] = Math.max(distance, z * z);
        }
        node = z < 0 ? node + 1 : other[node]!;
      }
      // Its points.
      for (let p = from[node]!; p < to[node]!; p++) {
        let d = 0;
        for (let c = 0, a = p * COORDINATES; c < COORDINATES; c++, a++) {
          const z = points[a]! - point[c]!;
          d += z * z;
        }
        if (count === most && !(d < best[count - 1]!)) continue;
        if (!isAllowed(columns[p]!)) continue;
        let r = count < most ? count++ : count - 1;
        for (; r > 0 && best[r - 1]! > d; r--) {
          best[r] = best[r - 1]!;
          found[r] = found[r - 1]!;
        }
        best[r] = d;
        found[r] = columns[p]!;
      }
    }
    return count;
  }
}
