// A band behind the curve of a series: an area between two edges, with as many points as can be seen.

import type { Paints } from '../palette.ts';
import { type Axis, clipped, type Panel, xAt, yAt } from '../panel.ts';
import type { Band } from '../plan.ts';
import { tenths } from '../svg.ts';
import { linePaths, outline, Pen, PIXEL } from './decimate.ts';

/** Attributes of the area, of its edges, and of the line of what is expected. */
export const AREA = 'fill-opacity="0.16"';
const EDGE = 'stroke-opacity="0.4" stroke-width="0.6" stroke-linejoin="round"';
export const EXPECTED = 'stroke-width="0.8" stroke-dasharray="3 2.5"';

/** The band and the line of a panel, clipped to it below the names of the ranges, and what of both there is. */
export function drawBand(
  band: Band,
  panel: Panel,
  timeOf: (t: number) => number,
  axis: Axis,
  paints: Paints,
): { drawn: string; hasArea: boolean; hasExpected: boolean } {
  const xOf = (t: number): number => tenths(xAt(axis, timeOf(t)));
  const yOf = (value: number): number => tenths(yAt(panel, value));
  const { low, high, expected } = band;
  const area = bandPath({ low, high, xOf, yOf });
  const [fill, stroke, ink] = [paints.fill('series'), paints.stroke('series'), paints.stroke('ink')];
  const line = expected === undefined ? '' : lineOf(expected, xOf, yOf);
  const parts = [
    area === '' ? '' : `<g ${fill}><path ${stroke} ${AREA} ${EDGE} d="${area}"><title>normal</title></path></g>`,
    line === '' ? '' : `<path ${ink} fill="none" ${EXPECTED} d="${line}"><title>expected</title></path>`,
  ].join('');
  const { top, inset, bottom } = panel;
  const drawn = parts === '' ? '' : clipped(parts, { top: top + inset, bottom }, axis);
  return { drawn, hasArea: area !== '', hasExpected: line !== '' };
}

/** The line of what is expected. An infinite expectation is none. */
function lineOf(expected: Float64Array, xOf: (t: number) => number, yOf: (value: number) => number): string {
  const values = expected.map((x) => (Number.isFinite(x) ? x : NaN));
  return linePaths({ values, xOf, yOf }).line;
}

/** The inputs of a band. All positions are integers, tenths of a pixel. */
export interface Edges {
  /** NaN in both of them where the band is not known; an open end is infinite. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** Position of value t, not falling. */
  xOf(t: number): number;
  /** Position of a value, of an infinite one, too. */
  yOf(value: number): number;
}

/** The corners of an edge, x and y in turn. */
type Corners = number[];

/**
 * The SVG path of a band, closed. Each edge keeps the first, the least, the largest and the last value of a column of pixels,
 * as a curve does, so a place that is narrow for one value only is narrow in the picture. The band breaks where it is not
 * known, unless both ends of the gap are in one column; what is known between two gaps is at least a pixel wide. One pass, O(n).
 */
export function bandPath({ low, high, xOf, yOf }: Edges): string {
  const pen = new Pen();
  let top: Corners = [];
  let bottom: Corners = [];
  const finish = (): void => {
    if (top.length > 0) outline(pen, top, bottom);
    top = [];
    bottom = [];
  };
  const n = low.length;
  for (let t = 0; t < n; t++) {
    if (Number.isNaN(low[t])) {
      finish();
      continue;
    }
    const first = t;
    const column = columnOf(xOf(t));
    let last = t;
    for (; t + 1 < n && columnOf(xOf(t + 1)) === column; t++) if (!Number.isNaN(low[t + 1])) last = t + 1;
    addColumn(top, first, last, high, xOf, yOf);
    addColumn(bottom, first, last, low, xOf, yOf);
    if (last < t) finish();
  }
  finish();
  return pen.end().line;
}

function columnOf(x: number): number {
  return Math.floor(x / PIXEL);
}

/** Adds first, least, largest and last of the values from index `first` to index `last`, in the order of their indices. */
function addColumn(
  corners: Corners,
  first: number,
  last: number,
  values: Float64Array,
  xOf: Edges['xOf'],
  yOf: Edges['yOf'],
): void {
  let [least, largest] = [first, first];
  for (let t = first + 1; t <= last; t++) {
    if (values[t]! < values[least]!) least = t;
    if (values[t]! > values[largest]!) largest = t;
  }
  for (const t of [first, Math.min(least, largest), Math.max(least, largest), last]) {
    corners.push(xOf(t), yOf(values[t]!));
  }
}
