// What is found in a series: windows of alarms and anomalies as shades, alarms of single values as rings, dots on scores.
import { thinOut } from './curves/decimate.ts';
import { BAR, SHADE } from './legend.ts';
import type { Paints } from './palette.ts';
import { type Axis, type Panel, xAt, yAt } from './panel.ts';
import type { Plan, Score, Span } from './plan.ts';
import { px, tenths } from './svg.ts';

/** Radius of the rings on the series for the alarms of the first score; the rings of the next scores are wider. */
const RING = 5;
/** The least width of a shade, and of the bar at its top. */
const LEAST_WIDTH = 3;

/** Shaded parts of a series, behind its curve: those of its anomalies, then those of its scores. Bars tell them apart at the top. */
export function drawShades(panel: Panel, scores: readonly Panel[], plan: Plan, axis: Axis, paints: Paints): string[] {
  const layers = [
    { role: 'anomaly' as const, spans: panel.series.anomalies },
    ...scores.map(({ role, score }) => ({ role, spans: score!.windows ?? [] })),
  ].filter(({ spans }) => spans.length > 0);
  return layers.map(({ role, spans }, l) => {
    const shown = merged(spans, plan, axis);
    const rect = (top: number, bottom: number): string =>
      shown
        .map(
          ([from, to]) =>
            `<rect x="${px(from)}" y="${px(top)}" width="${px(to - from)}" height="${px(bottom - top)}"/>`,
        )
        .join('');
    const top = panel.top + l * (BAR + 1);
    return `<g ${paints.fill(role)}><g ${SHADE}>${rect(top, panel.bottom)}</g>${rect(top, top + BAR)}</g>`;
  });
}

/** Spans as ranges of pixels, of a width that can be seen; those that touch are one. */
function merged(spans: readonly Span[], { timeOf }: Plan, axis: Axis): [from: number, to: number][] {
  const ranges: [number, number][] = [];
  for (const [begin, end] of [...spans].sort(([a], [b]) => a - b)) {
    const [left, right] = [xAt(axis, timeOf(begin)), xAt(axis, timeOf(end))];
    const free = Math.max(0, LEAST_WIDTH - (right - left)) / 2;
    const from = Math.max(axis.left - 1, left - free);
    const before = ranges.at(-1);
    if (before !== undefined && from <= before[1]) before[1] = Math.max(before[1], right + free);
    else ranges.push([from, right + free]);
  }
  return ranges;
}

/** Alarms: dots on the scores, rings on the series where they are about one value. Of those in one column of pixels the highest. */
export function drawAlarms(panel: Panel, scores: readonly Panel[], plan: Plan, axis: Axis, paints: Paints): string[] {
  const xOf = (t: number): number => tenths(xAt(axis, plan.timeOf(t)));
  const alarming = scores.filter(({ score }) => score!.alarms.length > 0);
  return alarming.flatMap((own, p) => {
    const { alarms, values, windows } = own.score as Score;
    const circles = (on: Panel, r: number): string =>
      thinOut(alarms, values, xOf)
        .map((t) => `<circle cx="${xOf(t) / 10}" cy="${px(heightOf(on, on.values[t]!))}" r="${r}"/>`)
        .join('');
    const rings = `<g ${paints.stroke(own.role)} fill="none" stroke-width="1.6">${circles(panel, RING + 2.5 * p)}</g>`;
    return [...(windows === undefined ? [rings] : []), `<g ${paints.fill(own.role)}>${circles(own, 3.6)}</g>`];
  });
}

/** Position of a mark: on the curve; at the edge of the panel if the curve is outside; at the foot if the value is missing. */
function heightOf(panel: Panel, value: number): number {
  const y = Number.isNaN(value) ? panel.bottom : yAt(panel, value);
  return Math.max(panel.top + 2, Math.min(panel.bottom, y));
}
