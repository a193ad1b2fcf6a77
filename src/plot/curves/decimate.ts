// From a series to the paths of a line, with as many points as can be seen: M4, with gaps where values are missing.

/** The paths of a line: joined values, and single values between two gaps. A single value is a line of length 0 with round caps. */
export interface Paths {
  readonly line: string;
  readonly dots: string;
}

/** The inputs of a line. All positions are integers, tenths of a pixel. */
export interface Line {
  /** NaN is missing. */
  readonly values: Float64Array;
  /** Position of value t, not falling. */
  xOf(t: number): number;
  yOf(value: number): number;
}

/** Tenths in a pixel. */
export const PIXEL = 10;

/**
 * The SVG paths of a line. For each column of pixels it keeps the first, the least, the largest and the last value
 * (Jugel, Jerzak, Hackenbroich, Markl: M4, PVLDB 7(10), 2014, section 4): the picture of all of them, for at most four points
 * per column, and no extreme is lost. The line breaks where values are missing, unless both ends of the gap are in one
 * column; a value between two gaps is a dot. One pass, O(n).
 */
export function linePaths({ values, xOf, yOf }: Line): Paths {
  const path = new Pen();
  const n = values.length;
  let isBroken = true;
  let t = 0;
  while (t < n) {
    if (Number.isNaN(values[t])) {
      isBroken = true;
      t++;
      continue;
    }
    const column = Math.floor(xOf(t) / PIXEL);
    const [first, startsBroken] = [t, isBroken];
    let [least, largest, last] = [t, t, t];
    isBroken = false;
    for (t++; t < n && Math.floor(xOf(t) / PIXEL) === column; t++) {
      const x = values[t]!;
      isBroken = Number.isNaN(x);
      if (isBroken) continue;
      if (x < values[least]!) least = t;
      if (x > values[largest]!) largest = t;
      last = t;
    }
    if (startsBroken) path.moveTo(xOf(first), yOf(values[first]!));
    else path.lineTo(xOf(first), yOf(values[first]!));
    for (const p of [Math.min(least, largest), Math.max(least, largest), last]) path.lineTo(xOf(p), yOf(values[p]!));
  }
  return path.end();
}

/** Writes relative steps, which are short. They are differences of integers, so that no rounding error adds up. */
export class Pen {
  #line: string;
  #dots: string;
  #x: number;
  #y: number;
  /** The beginning of a line that has no end yet. */
  #begun: string;

  constructor() {
    this.#line = '';
    this.#dots = '';
    this.#x = 0;
    this.#y = 0;
    this.#begun = '';
  }

  moveTo(x: number, y: number): void {
    this.end();
    this.#begun = `M${x / PIXEL} ${y / PIXEL}`;
    this.#x = x;
    this.#y = y;
  }

  lineTo(x: number, y: number): void {
    const [dx, dy] = [x - this.#x, y - this.#y];
    if (dx === 0 && dy === 0) return;
    this.#line += this.#begun;
    this.#begun = '';
    if (dx === 0) this.#line += `v${short(dy)}`;
    else if (dy === 0) this.#line += `h${short(dx)}`;
    else this.#line += `l${short(dx)}${dy < 0 ? '' : ' '}${short(dy)}`;
    this.#x = x;
    this.#y = y;
  }

  /** Joins the end of the line to its beginning. */
  close(): void {
    if (this.#begun === '') this.#line += 'z';
  }

  end(): Paths {
    if (this.#begun !== '') this.#dots += `${this.#begun}h0`;
    this.#begun = '';
    return { line: this.#line, dots: this.#dots };
  }
}

/** Closes an area: from left to right along its top, and back along its bottom, x and y in turn. It is a pixel wide at least. */
export function outline(pen: Pen, top: number[], bottom: number[]): void {
  for (const edge of [top, bottom]) {
    const [x, y] = [edge.at(-2)!, edge.at(-1)!];
    if (x < edge[0]! + PIXEL) edge.push(edge[0]! + PIXEL, y);
  }
  pen.moveTo(top[0]!, top[1]!);
  for (let p = 2; p < top.length; p += 2) pen.lineTo(top[p]!, top[p + 1]!);
  for (let p = bottom.length - 2; p >= 0; p -= 2) pen.lineTo(bottom[p]!, bottom[p + 1]!);
  pen.close();
}

function short(step: number): string {
  return String(step / PIXEL).replace(/^(-?)0\./, '$1.');
}

/**
 * The ranges of pixels [from, to) where values are missing, as positions in tenths; neighboring columns are one range.
 *
 * @param start the first value that is looked at
 */
export function missingRanges(
  values: Float64Array,
  xOf: (t: number) => number,
  start = 0,
): [from: number, to: number][] {
  const ranges: [number, number][] = [];
  for (let t = start; t < values.length; t++) {
    if (!Number.isNaN(values[t])) continue;
    const from = xOf(t);
    while (t + 1 < values.length && Number.isNaN(values[t + 1])) t++;
    const to = Math.max(from + PIXEL, xOf(t));
    const before = ranges.at(-1);
    if (before !== undefined && from <= before[1] + PIXEL) before[1] = to;
    else ranges.push([from, to]);
  }
  return ranges;
}

/** For every column of pixels the index with the largest value. The indices are given in rising order. */
export function thinOut(indices: readonly number[], values: Float64Array, xOf: (t: number) => number): number[] {
  const kept: number[] = [];
  let column = -1;
  for (const t of indices) {
    const c = Math.floor(xOf(t) / PIXEL);
    if (c !== column) kept.push(t);
    else if (values[t]! > values[kept.at(-1)!]!) kept[kept.length - 1] = t;
    column = c;
  }
  return kept;
}
