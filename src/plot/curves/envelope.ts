// A dense series: an area from the least to the largest value of every column of pixels, and the line of its medians.
import { columnsOf } from './columns.ts';
import { type Line, outline, Pen, PIXEL } from './decimate.ts';

/** Values per column of pixels from which on a curve would be one solid block. */
const DENSE = 4;

/** Whether a series is better drawn as an envelope, on so many pixels. */
export function isDense(values: Float64Array, pixels: number): boolean {
  let count = 0;
  for (let t = 0; t < values.length; t++) if (!Number.isNaN(values[t])) count++;
  return count > DENSE * pixels;
}

/** The SVG paths of an envelope. */
export interface EnvelopePaths {
  /** Closed; no extreme is lost. */
  readonly area: string;
  readonly median: string;
  /** Medians of single columns between two gaps. */
  readonly dots: string;
}

/** The envelope of a series; it breaks where missing values part two columns. A single column is a pixel wide. O(n). */
export function envelopePaths({ values, xOf, yOf }: Line): EnvelopePaths {
  const n = values.length;
  const columnOf = (t: number): number => Math.floor(xOf(t) / PIXEL);
  const first = columnOf(0);
  const numColumns = columnOf(n - 1) - first + 1;
  const columns = columnsOf(values, 0, n, columnOf, numColumns, true);
  const area = new Pen();
  const line = new Pen();
  let top: number[] = [];
  let bottom: number[] = [];
  const finish = (): void => {
    if (top.length > 0) outline(area, top, bottom);
    top = [];
    bottom = [];
  };
  for (let c = 0; c < columns.count; c++) {
    const x = columns.column[c]! * PIXEL + PIXEL / 2;
    const isNew = c === 0 || columns.isBroken[c] === 1;
    if (isNew) finish();
    top.push(x, yOf(columns.largest[c]!));
    bottom.push(x, yOf(columns.least[c]!));
    if (isNew) line.moveTo(x, yOf(columns.median[c]!));
    else line.lineTo(x, yOf(columns.median[c]!));
  }
  finish();
  const { line: median, dots } = line.end();
  return { area: area.end().line, median, dots };
}
