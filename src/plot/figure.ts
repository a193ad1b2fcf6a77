// The figure: panels one below the other on one time axis, and their contents.
import { drawBand } from './band.ts';
import { linePaths, missingRanges, thinOut } from './decimate.ts';
import { type Band, type Plan, type PlotOptions, planOf, type Range, type Score } from './options.ts';
import { FONT, type Paints, paintsFor, type Role } from './palette.ts';
import { type Axis, clipped, NAME_SIZE, type Panel, TICK_SIZE, text, xAt, yAt } from './panel.ts';
import { escapeXml, px, tenths, textWidth } from './svg.ts';
import { dateTicks, minus, numberTicks } from './ticks.ts';

const WIDTH = 880;
const PADDING = 16;
const TITLE = 22; // height of the line of the title
const SUBTITLE = 18;
const HEADER = 24; // above every panel: its name
const AXIS = 22; // below the panels: what the ticks of time say
const SECOND_LINE = 14;
const RANGE_NAMES = 16; // inside the panel of the series
const SERIES_HEIGHT = 140;
const SCORE_HEIGHT = 72;
const LEAST_HEIGHT = 24;
/** Radius of the rings on the series for the alarms of the first score; the rings of the next scores are wider. */
const RING = 5;
/** Free space above and below a curve, as a part of its range. */
const FREE = 0.06;
/** How far a band may extend the axis of the series in each direction, as a part of the range of the series. */
const BAND_EXTENDS = 0.25;

/**
 * A series with the scores of detectors beneath it on the same time axis, as SVG: the text of a file, or of an element for a
 * page.
 *
 * Every panel has a name and an axis of its own. A band is an area behind the series, and `expected` a thin dashed line. Labeled ranges run through all panels; a threshold is a dashed line; an
 * alarm is a dot on the score and a ring on the series. Missing values are gaps, and gray bars at the foot of the panel; the
 * bars also show gaps that are too short to be seen. Of long series only the visible points are drawn (M4): a million values
 * take a fraction of a second and some 10 KB, and no extreme is lost. The background is opaque; with the theme `'auto'` the colors follow
 * the page, light or dark. The same options give the same bytes.
 *
 * @throws TypeError for options of the wrong kind, RangeError for wrong values: both name the option
 *
 * @example
 * const series = [1, 2, 1, 2, 9, 2, 1, 2, 1];
 * const values = new KNN(2, 1).score(series);
 * const svg = plotSVG({ series, scores: [{ label: 'KNN(2, 1)', values, threshold: 5 }] });
 * svg.startsWith('<svg '); // => true
 */
export function plotSVG(options: PlotOptions): string {
  const plan = planOf(options);
  const { width = WIDTH, theme = 'auto', title, subtitle, timeName } = options;
  const paints = paintsFor(theme, plan.scores.length);
  const top = PADDING + (title === undefined ? 0 : TITLE) + (subtitle === undefined ? 0 : SUBTITLE);
  const below = AXIS + (plan.isDate || timeName !== undefined ? SECOND_LINE : 0) + PADDING / 2;
  const { heights, height } = heightsOf(options, plan, top, below);
  const panels = panelsOf(options, plan, top, heights);
  const axis = axisOf(plan, panels, width);
  const name = options.name ?? 'series';
  const summary = title ?? [name, ...plan.scores.map(({ label }) => label)].join(', ');
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" class="${paints.className}" width="${width}" height="${height}"` +
      ` viewBox="0 0 ${width} ${height}" font-family='${FONT}' font-size="${TICK_SIZE}" role="img"` +
      ` aria-label="${escapeXml(summary)}">${paints.css}`,
    `<rect ${paints.fill('ground')} x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>`,
    `<rect ${paints.stroke('frame')} fill="none" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>`,
    ...headings(title, subtitle, paints),
    ...rangesOf(plan.ranges, panels, axis, paints),
    ...panels.flatMap((panel) => drawPanel(panel, plan, axis, paints)),
    ...drawMarks(panels, plan, axis, paints),
    ...drawTimes(panels.at(-1)!.bottom, axis, paints),
  ];
  if (timeName !== undefined) {
    parts.push(text(axis.right, panels.at(-1)!.bottom + 30, timeName, `${paints.fill('faint')} text-anchor="end"`));
  }
  return `${parts.filter((part) => part !== '').join('\n')}\n</svg>\n`;
}

function headings(title: string | undefined, subtitle: string | undefined, paints: Paints): string[] {
  const lines: string[] = [];
  if (title !== undefined) {
    lines.push(text(PADDING, PADDING + 14, title, `${paints.fill('ink')} font-size="17" font-weight="600"`));
  }
  if (subtitle !== undefined) {
    const y = PADDING + 11 + (title === undefined ? 0 : TITLE);
    lines.push(text(PADDING, y, subtitle, `${paints.fill('faint')} font-size="${NAME_SIZE}"`));
  }
  return lines;
}

/** The heights of all panels, and that of the figure. */
function heightsOf(
  options: PlotOptions,
  plan: Plan,
  top: number,
  below: number,
): { heights: number[]; height: number } {
  const hasNames = plan.ranges.some(({ label }) => label !== '');
  const usual = [SERIES_HEIGHT + (hasNames ? RANGE_NAMES : 0), ...plan.scores.map(() => SCORE_HEIGHT)];
  const fixed = top + below + HEADER * usual.length;
  const sum = usual.reduce((total, part) => total + part, 0);
  const height = options.height ?? fixed + sum;
  const heights = usual.map((part) => Math.floor(((height - fixed) * part) / sum));
  if (Math.min(...heights) >= LEAST_HEIGHT) return { heights, height };
  const least = Math.ceil(fixed + (LEAST_HEIGHT * sum) / Math.min(...usual)) + 1;
  throw new RangeError(`height must be at least ${least} pixels for these panels, got ${height}`);
}

function panelsOf(options: PlotOptions, plan: Plan, top: number, heights: readonly number[]): Panel[] {
  const hasNames = plan.ranges.some(({ label }) => label !== '');
  let y = top;
  return heights.map((height, p) => {
    y += HEADER + height;
    const score = plan.scores[p - 1];
    const values = score?.values ?? plan.values;
    const [lo, hi] = score?.range ?? rangeOf(values, score, p === 0 ? plan.band : undefined);
    return {
      name: score?.label ?? options.name ?? 'series',
      role: score === undefined ? 'series' : `score${p - 1}`,
      values,
      top: y - height,
      bottom: y,
      lo,
      hi,
      inset: p === 0 && hasNames ? RANGE_NAMES : 0,
      ticks: numberTicks(lo, hi, Math.max(3, Math.floor(height / 28))),
      score,
    };
  });
}

/** The range of a panel: all values with some space around them; for scores also 0 and the threshold. */
function rangeOf(values: Float64Array, score: Score | undefined, band: Band | undefined): [number, number] {
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

function axisOf({ values, timeOf, isDate }: Plan, panels: readonly Panel[], width: number): Axis {
  const widest = Math.max(...panels.flatMap(({ ticks }) => ticks.map(({ text }) => textWidth(text, TICK_SIZE))));
  const left = Math.round(PADDING + Math.max(28, Math.min(widest, width / 3)) + 6);
  const right = width - PADDING - 4;
  const [first, last] = [timeOf(0), timeOf(values.length - 1)];
  const [lo, hi] = first < last ? [first, last] : [first - 1, first + 1];
  const most = Math.max(2, Math.floor((right - left) / 80));
  const ticks = isDate ? dateTicks(lo, hi, most) : numberTicks(lo, hi, most);
  return { left, right, lo, hi, ticks: first < last ? ticks : ticks.filter(({ at }) => at === first) };
}

function rangesOf(ranges: readonly Range[], panels: readonly Panel[], axis: Axis, paints: Paints): string[] {
  const [{ top }, { bottom }] = [panels[0]!, panels.at(-1)!];
  const shown = ranges
    .filter(({ begin, end }) => end >= axis.lo && begin <= axis.hi)
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  const rects: string[] = [];
  const names: string[] = [];
  let free = axis.left;
  for (const { begin, end, label } of shown) {
    const from = Math.max(axis.left, xAt(axis, begin));
    const to = Math.min(axis.right, xAt(axis, end));
    const size = Math.max(2, to - from);
    const title = label === '' ? '' : `<title>${escapeXml(label)}</title>`;
    rects.push(`<rect x="${px(from)}" y="${top}" width="${px(size)}" height="${bottom - top}">${title}</rect>`);
    if (label === '') continue;
    const length = textWidth(label, TICK_SIZE);
    const start = Math.min(from + 3, axis.right - length);
    if (start < free) continue; // the title in the band tells the label
    names.push(text(start, top + 12, label, ''));
    free = start + length + 6;
  }
  const group = (role: Role, content: string[]): string =>
    content.length === 0 ? '' : `<g ${paints.fill(role)}>${content.join('')}</g>`;
  return [group('band', rects), group('faint', names)];
}

/** Name, grid, gaps, threshold and curve. */
function drawPanel(panel: Panel, plan: Plan, axis: Axis, paints: Paints): string[] {
  const { left, right } = axis;
  const { name, role, values, top, bottom, score } = panel;
  const xOf = (t: number): number => tenths(xAt(axis, plan.timeOf(t)));
  const ticks = panel.ticks.map((tick) => ({ y: px(yAt(panel, tick.at)), text: tick.text }));
  const grid = ticks.map(({ y }) => `M${left} ${y}H${right}`).join('');
  const numbers = ticks.map((tick) => text(left - 6, Number(tick.y) + 4, tick.text, '')).join('');
  const gaps = missingRanges(values, xOf).map(
    ([from, to]) => `<rect x="${from / 10}" y="${bottom - 3}" width="${(to - from) / 10}" height="3"/>`,
  );
  const { line, dots } = linePaths({ values, xOf, yOf: (x) => tenths(yAt(panel, x)) });
  const drawn = (path: string, size: number): string =>
    path === '' ? '' : `<path stroke-width="${size}" d="${path}"/>`;
  const curve = `<g ${paints.stroke(role)} fill="none" stroke-linejoin="round" stroke-linecap="round">${drawn(line, 1.3)}${drawn(dots, 3)}</g>`;
  return [
    text(left, top - 7, name, `${paints.fill(role)} font-size="${NAME_SIZE}" font-weight="600"`),
    `<path ${paints.stroke('grid')} fill="none" d="${grid}"/>`,
    `<g ${paints.fill('faint')} text-anchor="end">${numbers}</g>`,
    ...(score === undefined && plan.band !== undefined ? drawBand(plan.band, panel, plan.timeOf, axis, paints) : []),
    gaps.length === 0 ? '' : `<g ${paints.fill('faint')}>${gaps.join('')}</g>`,
    score?.range === undefined ? curve : clipped(curve, panel, axis),
    score?.threshold === undefined ? '' : thresholdLine(score.threshold, panel, axis, paints),
  ];
}

function thresholdLine(threshold: number, panel: Panel, { left, right }: Axis, paints: Paints): string {
  if (threshold < panel.lo || threshold > panel.hi) return '';
  const y = yAt(panel, threshold);
  const words = `threshold ${minus(String(Number(threshold.toPrecision(3))))}`;
  return (
    `<path ${paints.stroke('ink')} fill="none" stroke-dasharray="5 4" d="M${left} ${px(y)}H${right}"/>` +
    text(right, panel.top - 7, words, `${paints.fill('faint')} text-anchor="end"`)
  );
}

/** Alarms: dots on the scores, rings on the series. Of those in one column of pixels the highest is drawn. */
function drawMarks([series, ...others]: readonly Panel[], plan: Plan, axis: Axis, paints: Paints): string[] {
  const xOf = (t: number): number => tenths(xAt(axis, plan.timeOf(t)));
  const parts: string[] = [];
  const alarming = others.filter(({ score }) => score!.alarms.length > 0);
  for (const [p, panel] of alarming.entries()) {
    const { alarms, values } = panel.score!;
    const circles = (on: Panel, r: number): string =>
      thinOut(alarms, values, xOf)
        .map((t) => `<circle cx="${xOf(t) / 10}" cy="${px(heightOf(on, on.values[t]!))}" r="${r}"/>`)
        .join('');
    parts.push(
      `<g ${paints.stroke(panel.role)} fill="none" stroke-width="1.6">${circles(series!, RING + 2.5 * p)}</g>`,
    );
    parts.push(`<g ${paints.fill(panel.role)}>${circles(panel, 3.6)}</g>`);
  }
  return parts;
}

/** Position of a mark: on the curve; at the edge of the panel if the curve is outside; at the foot if the value is missing. */
function heightOf(panel: Panel, value: number): number {
  const y = Number.isNaN(value) ? panel.bottom : yAt(panel, value);
  return Math.max(panel.top + 2, Math.min(panel.bottom, y));
}

function drawTimes(bottom: number, axis: Axis, paints: Paints): string[] {
  const { left, right, ticks } = axis;
  const xs = ticks.map(({ at }) => px(xAt(axis, at)));
  const lines = ticks.map((tick, i) => {
    const below = tick.below === undefined ? '' : text(Number(xs[i]), bottom + 30, tick.below, '');
    return text(Number(xs[i]), bottom + 16, tick.text, '') + below;
  });
  const marks = xs.map((x) => `M${x} ${bottom}v4`).join('');
  return [
    `<path ${paints.stroke('faint')} fill="none" d="M${left} ${bottom}H${right}${marks}"/>`,
    `<g ${paints.fill('faint')} text-anchor="middle">${lines.join('')}</g>`,
  ];
}
