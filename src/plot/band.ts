// A band behind the curve of a series: an area between two edges, with as many points as can be seen.
import { linePaths, Pen, PIXEL } from './decimate.ts';
import type { Band } from './options.ts';
import type { Paints } from './palette.ts';
import { type Axis, clipped, NAME_SIZE, type Panel, TICK_SIZE, text, xAt, yAt } from './panel.ts';
import { px, tenths, textWidth } from './svg.ts';

/** Attributes of the area, of its edges, and of the line of what is expected. */
const AREA = 'fill-opacity="0.16"';
const EDGE = 'stroke-opacity="0.4" stroke-width="0.6" stroke-linejoin="round"';
const EXPECTED = 'stroke-width="0.8" stroke-dasharray="3 2.5"';

/** Pixels of a sample in the legend, and between its parts. */
const SAMPLE = 18;
const GAP = 5;

/** The band and the line of a panel, clipped to it below the names of the ranges, and what they are called. */
export function drawBand(
  band: Band,
  panel: Panel,
  timeOf: (t: number) => number,
  axis: Axis,
  paints: Paints,
): string[] {
  const xOf = (t: number): number => tenths(xAt(axis, timeOf(t)));
  const yOf = (value: number): number => tenths(yAt(panel, value));
  const { low, high, expected } = band;
  const area = bandPath({ low, high, xOf, yOf });
  const [fill, stroke, ink] = [paints.fill('series'), paints.stroke('series'), paints.stroke('ink')];
  const parts: string[] = [];
  if (area !== '') {
    parts.push(`<g ${fill}><path ${stroke} ${AREA} ${EDGE} d="${area}"><title>normal</title></path></g>`);
  }
  const line = expected === undefined ? '' : lineOf(expected, xOf, yOf);
  if (line !== '') parts.push(`<path ${ink} fill="none" ${EXPECTED} d="${line}"><title>expected</title></path>`);
  if (parts.length === 0) return [];
  const { top, inset, bottom } = panel;
  return [clipped(parts.join(''), { top: top + inset, bottom }, axis), ...legend(panel, line !== '', axis, paints)];
}

/** The line of what is expected. An infinite expectation is none. */
function lineOf(expected: Float64Array, xOf: (t: number) => number, yOf: (value: number) => number): string {
  const values = expected.map((x) => (Number.isFinite(x) ? x : NaN));
  return linePaths({ values, xOf, yOf }).line;
}

/** What the area and the line are, at the right above the panel; nothing where the name of the series leaves no space. */
function legend({ name, top }: Panel, hasLine: boolean, { left, right }: Axis, paints: Paints): string[] {
  const words = hasLine ? ['normal', 'expected'] : ['normal'];
  const widths = words.map((word) => SAMPLE + GAP + textWidth(word, TICK_SIZE));
  let x = right - widths.reduce((sum, width) => sum + width + 2 * GAP, -2 * GAP);
  if (x < left + textWidth(name, NAME_SIZE) + 2 * GAP) return [];
  return words.map((word, p) => {
    const [fill, stroke] = [paints.fill('series'), paints.stroke(p === 0 ? 'series' : 'ink')];
    const sample =
      p === 0
        ? `<rect ${fill} ${AREA} x="${px(x)}" y="${px(top - 16)}" width="${SAMPLE}" height="10"/>`
        : `<path ${stroke} fill="none" ${EXPECTED} d="M${px(x)} ${px(top - 11)}h${SAMPLE}"/>`;
    const label = text(x + SAMPLE + GAP, top - 7, word, paints.fill('faint'));
    x += widths[p]! + 2 * GAP;
    return sample + label;
  });
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

/** From left to right along the top, and back along the bottom. */
function outline(pen: Pen, top: Corners, bottom: Corners): void {
  for (const edge of [top, bottom]) {
    const [x, y] = [edge.at(-2)!, edge.at(-1)!];
    if (x < edge[0]! + PIXEL) edge.push(edge[0]! + PIXEL, y);
  }
  pen.moveTo(top[0]!, top[1]!);
  for (let p = 2; p < top.length; p += 2) pen.lineTo(top[p]!, top[p + 1]!);
  for (let p = bottom.length - 2; p >= 0; p -= 2) pen.lineTo(bottom[p]!, bottom[p + 1]!);
  pen.close();
}
