// The figure: panels one below the other on one time axis, and their contents.
import { minus } from './axes/ticks.ts';
import { drawBand } from './curves/band.ts';
import { linePaths, missingRanges } from './curves/decimate.ts';
import { envelopePaths, isDense } from './curves/envelope.ts';
import { axisOf, PADDING, panelsOf } from './layout.ts';
import { BAR, drawLegend, ENVELOPE, type Entry, WARMUP } from './legend.ts';
import { drawAlarms, drawShades } from './marks.ts';
import type { PlotOptions } from './options.ts';
import { FONT, type Paints, paintsFor } from './palette.ts';
import { type Axis, clipped, fittedText, NAME_SIZE, type Panel, TICK_SIZE, text, xAt, yAt } from './panel.ts';
import { type Plan, planOf } from './plan.ts';
import { drawRanges } from './ranges.ts';
import { escapeXml, px, tenths, textWidth } from './svg.ts';

const WIDTH = 880;
const TITLE_SIZE = 17;
const TITLE = 22; // height of the line of the title
const SUBTITLE = 18;
const AXIS = 22; // below the panels: what the ticks of time say
const SECOND_LINE = 14;

/**
 * A series with the scores of detectors beneath it on the same time axis, as SVG: the text of a file, or of an element for a
 * page. Several series stand one below the other, each with its scores.
 *
 * Every panel has a name and an axis of its own. A band is an area behind the series, and `expected` a thin dashed line.
 * Labeled ranges run through all panels; a threshold is a dashed line; an alarm is a dot on the score, and on the series a
 * shade over its window, or a ring where it is about one value. Missing values are gaps, and gray bars at the foot of the
 * panel; the bars also show gaps that are too short to be seen; a value between two gaps is a dot. A series of many values
 * per pixel is an area from the least to the largest value of every column of pixels, with the line of the medians, and else
 * as many points as can be seen (M4): a million values take a fraction of a second and some 10 KB, and no extreme is lost.
 * What marks mean stands above the panel. The background is opaque; with the theme `'auto'` the colors follow the page,
 * light or dark. The same options give the same bytes.
 *
 * @throws TypeError for options of the wrong kind, RangeError for wrong values: both name the option
 *
 * @example
 * const series = [1, 2, 1, 2, 9, 2, 1, 2, 1];
 * const values = new KNN(2, 1).score(series);
 * const svg = plotSVG({ series, scores: [{ label: 'KNN(2, 1)', values, threshold: 5, windowSize: 2 }] });
 * svg.startsWith('<svg '); // => true
 */
export function plotSVG(options: PlotOptions): string {
  const plan = planOf(options);
  const { width = WIDTH, theme = 'auto', title, subtitle } = options;
  const paints = paintsFor(theme, Math.max(...plan.series.map(({ scores }) => scores.length)));
  const top = PADDING + (title === undefined ? 0 : TITLE) + (subtitle === undefined ? 0 : SUBTITLE);
  const below = AXIS + (plan.isDate || plan.timeName !== undefined ? SECOND_LINE : 0) + PADDING / 2;
  const { panels, height } = panelsOf(plan, options.height, top, below);
  const axis = axisOf(plan, panels, width);
  const explained = new Set<string>();
  const frame = `x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"`;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" class="${paints.className}" width="${width}" height="${height}"` +
      ` viewBox="0 0 ${width} ${height}" font-family='${FONT}' font-size="${TICK_SIZE}" role="img"` +
      ` aria-label="${escapeXml(title ?? panels.map(({ name }) => name).join(', '))}">${paints.css}`,
    `<rect ${paints.fill('ground')} ${frame}/>`,
    `<rect ${paints.stroke('frame')} fill="none" ${frame}/>`,
    ...headings(title, subtitle, width - 2 * PADDING, paints),
    ...drawRanges(plan, panels, axis, paints),
    ...panels.flatMap((panel) => drawPanel(panel, scoresOf(panel, panels), plan, axis, paints, explained)),
    ...panels.flatMap((panel) => drawAlarms(panel, scoresOf(panel, panels), plan, axis, paints)),
    ...drawTimes(panels.at(-1)!.bottom, plan.timeName, axis, paints),
  ];
  return `${parts.filter((part) => part !== '').join('\n')}\n</svg>\n`;
}

/** The panels of the scores that are about a series; none of a score's own panel. */
function scoresOf(panel: Panel, panels: readonly Panel[]): Panel[] {
  if (panel.score !== undefined) return [];
  return panels.filter(({ series, score }) => series === panel.series && score !== undefined);
}

function headings(title: string | undefined, subtitle: string | undefined, width: number, paints: Paints): string[] {
  const lines: string[] = [];
  if (title !== undefined) {
    const style = `${paints.fill('ink')} font-size="${TITLE_SIZE}" font-weight="600"`;
    lines.push(fittedText(PADDING, PADDING + 14, title, TITLE_SIZE, width, style));
  }
  if (subtitle !== undefined) {
    const y = PADDING + 11 + (title === undefined ? 0 : TITLE);
    const style = `${paints.fill('faint')} font-size="${NAME_SIZE}"`;
    lines.push(fittedText(PADDING, y, subtitle, NAME_SIZE, width, style));
  }
  return lines;
}

/**
 * Name, legend, grid, shades, gaps, threshold and curve.
 *
 * @param explained what legends above have told already, which one of several series does not repeat
 */
function drawPanel(
  panel: Panel,
  scores: readonly Panel[],
  plan: Plan,
  axis: Axis,
  paints: Paints,
  explained: Set<string>,
): string[] {
  const { left, right } = axis;
  const { role, top, score, series } = panel;
  const ticks = panel.ticks.map((tick) => ({ y: px(yAt(panel, tick.at)), text: tick.text }));
  const grid = ticks.map(({ y }) => `M${left} ${y}H${right}`).join('');
  const numbers = ticks.map((tick) => text(left - 6, Number(tick.y) + 4, tick.text, '')).join('');
  const band = score === undefined && series.band !== undefined ? drawBand(series.band, panel, plan.timeOf, axis, paints) : undefined; // biome-ignore format: one line
  const gaps = drawGaps(panel, plan, axis, paints);
  const { curve, isEnvelope } = drawCurve(panel, plan, axis, paints);
  const isAbove = (threshold: number): boolean => threshold >= panel.lo && threshold <= panel.hi;
  const shownThreshold = score?.threshold !== undefined && isAbove(score.threshold) ? score.threshold : undefined;
  const entries: (Entry | false)[] = [
    shownThreshold !== undefined && { meaning: 'threshold', word: thresholdWord(shownThreshold), role: 'ink' },
    ...scores.map(({ name, role, score }): Entry | false => {
      return (score!.windows?.length ?? 0) > 0 && { meaning: 'window', word: alarmWord(name, scores.length), role };
    }),
    score === undefined &&
      series.anomalies.length > 0 && { meaning: 'anomaly', word: series.anomalyName, role: 'anomaly' },
    band?.hasArea === true && { meaning: 'normal', word: 'normal', role: 'series' },
    band?.hasExpected === true && { meaning: 'expected', word: 'expected', role: 'ink' },
    gaps.isMissing && { meaning: 'missing', word: 'missing', role: 'faint' },
    gaps.isWarmup && { meaning: 'warm-up', word: 'warm-up', role: 'faint' },
    isEnvelope && { meaning: 'envelope', word: 'least to largest, median', role },
  ];
  const isMany = plan.series.length > 1;
  const shownEntries = entries.filter(
    (entry): entry is Entry => entry !== false && !(isMany && explained.has(`${entry.role} ${entry.word}`)),
  );
  for (const { word, role } of shownEntries) explained.add(`${role} ${word}`);
  return [
    fittedText(left, top - 7, panel.name, NAME_SIZE, right - left, `${paints.fill(role)} font-size="${NAME_SIZE}" font-weight="600"`), // biome-ignore format: one line
    ...drawLegend(shownEntries, panel, axis, paints),
    `<path ${paints.stroke('grid')} fill="none" d="${grid}"/>`,
    `<g ${paints.fill('faint')} text-anchor="end">${numbers}</g>`,
    band?.drawn ?? '',
    ...(score === undefined ? drawShades(panel, scores, plan, axis, paints) : []),
    ...gaps.bars,
    score?.range === undefined ? curve : clipped(curve, panel, axis),
    shownThreshold === undefined
      ? ''
      : `<path ${paints.stroke('ink')} fill="none" stroke-dasharray="5 4" d="M${left} ${px(yAt(panel, shownThreshold))}H${right}"/>`,
  ];
}

/** What the shade of a score is called; which score it is is clear where there is one only. */
export function alarmWord(name: string, numScores: number): string {
  return numScores === 1 ? 'window of an alarm' : `alarm of ${name}`;
}

export function thresholdWord(threshold: number): string {
  return `threshold ${minus(String(Number(threshold.toPrecision(3))))}`;
}

/** Bars at the foot of a panel where it has no values, dotted for the warm-up of a score. */
function drawGaps(
  { values, bottom, score }: Panel,
  plan: Plan,
  axis: Axis,
  paints: Paints,
): { bars: string[]; isMissing: boolean; isWarmup: boolean } {
  const xOf = (t: number): number => tenths(xAt(axis, plan.timeOf(t)));
  const start = Math.min(score?.warmup ?? 0, values.length);
  const rects = missingRanges(values, xOf, start).map(
    ([from, to]) => `<rect x="${from / 10}" y="${bottom - BAR}" width="${(to - from) / 10}" height="${BAR}"/>`,
  );
  const bars: string[] = [];
  if (rects.length > 0) bars.push(`<g ${paints.fill('faint')}>${rects.join('')}</g>`);
  if (start > 0) {
    const line = `d="M${axis.left} ${bottom - BAR / 2}H${px(xAt(axis, plan.timeOf(start - 1)))}"`;
    bars.push(`<path ${paints.stroke('faint')} fill="none" ${WARMUP} ${line}><title>warm-up</title></path>`);
  }
  return { bars, isMissing: rects.length > 0, isWarmup: start > 0 };
}

/** The curve of a panel: a line with dots for values between gaps, or an envelope. */
function drawCurve(panel: Panel, plan: Plan, axis: Axis, paints: Paints): { curve: string; isEnvelope: boolean } {
  const { values, role } = panel;
  const line = {
    values,
    xOf: (t: number): number => tenths(xAt(axis, plan.timeOf(t))),
    yOf: (x: number): number => tenths(yAt(panel, x)),
  };
  const drawn = (path: string, size: number): string =>
    path === '' ? '' : `<path stroke-width="${size}" d="${path}"/>`;
  const stroked = (content: string): string =>
    `<g ${paints.stroke(role)} fill="none" stroke-linejoin="round" stroke-linecap="round">${content}</g>`;
  if (!isDense(values, axis.right - axis.left)) {
    const paths = linePaths(line);
    return { curve: stroked(drawn(paths.line, 1.3) + drawn(paths.dots, 3)), isEnvelope: false };
  }
  const { area, median, dots } = envelopePaths(line);
  const envelope = `<g ${paints.fill(role)}><path ${paints.stroke(role)} ${ENVELOPE} d="${area}"/></g>`;
  return { curve: envelope + stroked(drawn(median, 1.3) + drawn(dots, 2)), isEnvelope: true };
}

/** The ticks of time and their texts; the name of the axis stands in their second line, as far to the right as it is free. */
function drawTimes(bottom: number, name: string | undefined, axis: Axis, paints: Paints): string[] {
  const { left, right, ticks } = axis;
  const xs = ticks.map(({ at }) => xAt(axis, at));
  const lines = ticks.map((tick, i) => {
    const below = tick.below === undefined ? '' : text(xs[i]!, bottom + 30, tick.below, '');
    return text(xs[i]!, bottom + 16, tick.text, '') + below;
  });
  const marks = xs.map((x) => `M${px(x)} ${bottom}v4`).join('');
  const parts = [
    `<path ${paints.stroke('faint')} fill="none" d="M${left} ${bottom}H${right}${marks}"/>`,
    `<g ${paints.fill('faint')} text-anchor="middle">${lines.join('')}</g>`,
  ];
  if (name !== undefined) {
    let end = right;
    for (const [i, { below }] of [...ticks.entries()].reverse()) {
      const half = below === undefined ? -Infinity : textWidth(below, TICK_SIZE) / 2;
      if (xs[i]! + half + TICK_SIZE > end - textWidth(name, TICK_SIZE)) end = xs[i]! - half - TICK_SIZE;
    }
    if (end > textWidth(name, TICK_SIZE)) {
      parts.push(text(end, bottom + 30, name, `${paints.fill('faint')} text-anchor="end"`));
    }
  }
  return parts;
}
