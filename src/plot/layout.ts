// Where everything stands in a figure: panels one below the other, their ranges of values, and the axis of time.
import { datesIn } from './axes/dates.ts';
import { numberTicks } from './axes/ticks.ts';
import { type Axis, type Panel, TICK_SIZE } from './panel.ts';
import type { Band, Drawn, Plan, Score } from './plan.ts';
import { textWidth } from './svg.ts';

export const PADDING = 16;
const HEADER = 24; // above every panel: its name
const RANGE_NAMES = 16; // inside the panel of the series
const LEAST_HEIGHT = 24;
/** Free space above and below a curve, as a part of its range. */
const FREE = 0.06;
/** How far a band may extend the axis of the series in each direction, as a part of the range of the series. */
const BAND_EXTENDS = 0.25;

/** The usual heights of a series and of a score, for figures of up to so many series. */
const HEIGHTS = [
  { most: 1, series: 140, score: 72 },
  { most: 3, series: 96, score: 52 },
  { most: 6, series: 72, score: 40 },
  { most: Infinity, series: 52, score: 32 },
] as const;

/** The panels of all series, each followed by its scores, and the height of the figure. */
export function panelsOf(
  plan: Plan,
  given: number | undefined,
  top: number,
  below: number,
): { panels: Panel[]; height: number } {
  const { series: usualSeries, score: usualScore } = HEIGHTS.find(({ most }) => plan.series.length <= most)!;
  const rows = plan.series.flatMap((series, s) => {
    const named = s === 0 ? [...plan.ranges, ...series.ranges] : series.ranges;
    const inset = named.some(({ label }) => label !== '') ? RANGE_NAMES : 0;
    const scores = series.scores.map((score, p) => ({ series, score, p, inset: 0, usual: usualScore }));
    return [{ series, score: undefined, p: 0, inset, usual: usualSeries + inset }, ...scores];
  });
  const fixed = top + below + HEADER * rows.length;
  const sum = rows.reduce((total, { usual }) => total + usual, 0);
  const height = given ?? fixed + sum;
  const heightOf = (usual: number): number => Math.floor(((height - fixed) * usual) / sum);
  const least = Math.min(...rows.map(({ usual }) => usual));
  if (heightOf(least) < LEAST_HEIGHT) {
    const needed = Math.ceil(fixed + (LEAST_HEIGHT * sum) / least) + 1;
    throw new RangeError(`height must be at least ${needed} pixels for these panels, got ${height}`);
  }
  let y = top;
  const panels = rows.map(({ series, score, p, inset, usual }): Panel => {
    const tall = heightOf(usual);
    y += HEADER + tall;
    const values = score?.values ?? series.values;
    const [lo, hi] = score?.range ?? rangeOf(values, score, score === undefined ? series.band : undefined);
    const ticks = numberTicks(lo, hi, Math.max(2, Math.floor(tall / (tall < 100 ? 17 : 26))));
    return {
      name: score?.label ?? series.name,
      role: score === undefined ? 'series' : `score${p}`,
      values,
      top: y - tall,
      bottom: y,
      lo,
      hi,
      inset,
      ticks: score === undefined ? ticks.map((tick) => ({ ...tick, text: withUnit(tick.text, series) })) : ticks,
      series,
      score,
    };
  });
  return { panels, height };
}

/** A number with the unit of its series: `5%`, `5 ms`. */
export function withUnit(number: string, { unit }: Pick<Drawn, 'unit'>): string {
  return unit === '' ? number : /^[%‰°]/.test(unit) ? number + unit : `${number} ${unit}`;
}

/** The range of a panel: all values with some space around them; for scores also 0 and the threshold. */
export function rangeOf(
  values: Float64Array,
  score: Pick<Score, 'threshold'> | undefined,
  band: Band | undefined,
): [number, number] {
  let [lo, hi] = extremes(values);
  if (score !== undefined) {
    const threshold = score.threshold ?? 0;
    [lo, hi] = [Math.min(lo, 0, threshold), Math.max(hi, 0, threshold)];
  }
  if (lo > hi) return [0, 1]; // every value is missing
  const least = 2 ** -50 * Math.max(Math.abs(lo), Math.abs(hi)); // values that are closer together count as equal
  if (!(hi - lo > least)) {
    const half = lo === 0 ? 1 : Math.abs(lo) / 2;
    return score === undefined ? [lo - half, hi + half] : [0, 1];
  }
  if (band !== undefined) [lo, hi] = extended(lo, hi, band);
  const free = FREE * (hi - lo);
  return [score !== undefined && lo === 0 ? 0 : lo - free, hi + free];
}

/** The least and the largest finite value; +Infinity and −Infinity if there is none. */
function extremes(values: Float64Array): [number, number] {
  let [lo, hi] = [Infinity, -Infinity];
  for (let t = 0; t < values.length; t++) {
    const x = values[t]!;
    if (x < lo && x > -Infinity) lo = x;
    if (x > hi && x < Infinity) hi = x;
  }
  return [lo, hi];
}

/** A range with the ends of a band, as far as they are not far off. */
function extended(lo: number, hi: number, { low, high, expected }: Band): [number, number] {
  const most = BAND_EXTENDS * (hi - lo);
  const ends = [low, high, ...(expected === undefined ? [] : [expected])].map(extremes);
  return [
    Math.max(lo - most, Math.min(lo, ...ends.map(([least]) => least))),
    Math.min(hi + most, Math.max(hi, ...ends.map(([, largest]) => largest))),
  ];
}

/** The axis of time beside the texts of all panels. */
export function axisOf({ length, timeOf, isDate, timezone }: Plan, panels: readonly Panel[], width: number): Axis {
  const widest = Math.max(...panels.flatMap(({ ticks }) => ticks.map(({ text }) => textWidth(text, TICK_SIZE))));
  const left = Math.round(PADDING + Math.max(28, Math.min(widest, width / 3)) + 6);
  const right = width - PADDING - 4;
  const [first, last] = [timeOf(0), timeOf(length - 1)];
  const [lo, hi] = first < last ? [first, last] : [first - 1, first + 1];
  const most = Math.max(2, Math.floor((right - left) / 80));
  const ticks = isDate ? datesIn(timezone).ticks(lo, hi, most) : numberTicks(lo, hi, most);
  return { left, right, lo, hi, ticks: first < last ? ticks : ticks.filter(({ at }) => at === first) };
}
