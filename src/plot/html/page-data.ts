// What a page is told of a figure: everything but its fixed texts, as plain data.
import { panelsOf, withUnit } from '../layout.ts';
import { classOf } from '../palette.ts';
import type { Panel } from '../panel.ts';
import type { Plan, Range, Span } from '../plan.ts';
import { type Encoded, encodeNumbers } from './encode.ts';

/** A panel of a page. */
export interface PagePanel {
  /** The role of its color: see `classOf`. */
  readonly role: string;
  readonly isScore: boolean;
  /** CSS pixels of its plotting area. */
  readonly height: number;
  /** `{}` stands for the number: what is written behind or before it. */
  readonly pattern: string;
  readonly values: Encoded;
  /** The values at the foot and at the top where all is shown; a range that was given is never left. */
  readonly range: readonly [number, number];
  readonly isFixed: boolean;
  readonly threshold: number | undefined;
  readonly warmup: number;
  /** Indices with dots on this panel, and with rings. */
  readonly dots: readonly number[];
  readonly rings: readonly { readonly role: string; readonly at: readonly number[] }[];
  /** Shaded parts in indices. */
  readonly shades: readonly { readonly role: string; readonly spans: readonly Span[] }[];
  readonly low: Encoded | undefined;
  readonly high: Encoded | undefined;
  readonly expected: Encoded | undefined;
  /** Ranges of time, with their names where `hasNames`. */
  readonly ranges: readonly Range[];
  readonly hasNames: boolean;
}

/** A figure as data. */
export interface PageData {
  readonly length: number;
  /** The times, or of regular ones the first and the step. */
  readonly time: Encoded | { readonly first: number; readonly step: number };
  readonly isDate: boolean;
  readonly timezone: string;
  readonly panels: readonly PagePanel[];
}

/** The panels of a page are higher than those of a picture by this factor. */
const TALLER = 1.35;

/** The figure of a plan as data, and its panels as a picture has them. */
export function pageDataOf(plan: Plan, height: number | undefined): { data: PageData; panels: readonly Panel[] } {
  const { panels } = panelsOf(plan, height, 0, 0);
  const data = {
    length: plan.length,
    time: timesOf(plan),
    isDate: plan.isDate,
    timezone: plan.timezone,
    panels: panels.map((panel) => pagePanelOf(panel, panels, plan, height === undefined ? TALLER : 1)),
  };
  return { data, panels };
}

function pagePanelOf(panel: Panel, panels: readonly Panel[], plan: Plan, taller: number): PagePanel {
  const { series, score, role, values, lo, hi } = panel;
  const own = panels.filter((other) => other.series === series && other.score !== undefined);
  const shades = [
    { role: 'anomaly', spans: series.anomalies },
    ...own.map((other) => ({ role: classOf(other.role), spans: other.score!.windows ?? [] })),
  ].filter(({ spans }) => spans.length > 0);
  const rings = own
    .filter((other) => other.score!.windows === undefined && other.score!.alarms.length > 0)
    .map((other) => ({ role: classOf(other.role), at: other.score!.alarms }));
  const band = score === undefined ? series.band : undefined;
  return {
    role: classOf(role),
    isScore: score !== undefined,
    height: Math.round(taller * (panel.bottom - panel.top)),
    pattern: score === undefined ? withUnit('{}', series) : '{}',
    values: encodeNumbers(values),
    range: [lo, hi],
    isFixed: score?.range !== undefined,
    threshold: score?.threshold,
    warmup: score?.warmup ?? 0,
    dots: score?.alarms ?? [],
    rings: score === undefined ? rings : [],
    shades: score === undefined ? shades : [],
    low: band && encodeNumbers(band.low),
    high: band && encodeNumbers(band.high),
    expected: band?.expected && encodeNumbers(band.expected),
    ranges: [...plan.ranges, ...series.ranges],
    hasNames: score === undefined,
  };
}

/** Times that are the first one plus multiples of a step, to the bit, need no list. */
function timesOf({ length, timeOf }: Plan): PageData['time'] {
  const first = timeOf(0);
  const step = length > 1 ? timeOf(1) - first : 1;
  let t = 1;
  while (t < length && first + t * step === timeOf(t)) t++;
  return t >= length ? { first, step } : encodeNumbers(Float64Array.from({ length }, (_, i) => timeOf(i)));
}
