// From scores to the summaries of all columns: finds the strangest places, explains them, counts the labels they meet.
import { toFloat64 } from '../../core/series.ts';
import { endOf, validStarts } from '../../core/windows.ts';
import { type Alignment, KNN } from '../../index.ts';
import type { Table } from '../input/columns.ts';
import type { Label, Labels } from '../input/labels.ts';
import { nameOf } from '../input/source.ts';
import { DEFAULT_COVARIANCE } from '../options/metric-option.ts';
import { lineWidth, painter, plain } from '../output/text.ts';
import type { AnomalyRow } from './anomaly-table.ts';
import { type ScoreOptions, separationOf } from './options.ts';
import { type PlacedSeries, summarize } from './summary.ts';

/** Headings of the column that says where the strangest places are. */
export const WHERE: Record<Alignment, string> = { end: 'ends at', center: 'middle at', cover: 'at' };

/** The inputs of {@link report}. */
export interface ReportParts {
  readonly options: ScoreOptions;
  readonly placed: readonly PlacedSeries[];
  readonly table: Table;
  readonly reference: Table | undefined;
  readonly labels: Labels | undefined;
}

/** One summary per column. */
export function report(parts: ReportParts): string[] {
  const { options, placed, labels } = parts;
  const isTerminal = process.stdout.isTTY === true && options.output === undefined;
  const width = lineWidth(isTerminal);
  const paint = painter(isTerminal);
  const found = new Set<Label>();
  const blocks = placed.map((series, c) => {
    const anomalies = anomaliesOf(parts, series, c, found);
    const title = [nameOf(options.input), ...(series.name === undefined ? [] : [series.name])].join(' · ');
    const closing = labels === undefined ? [] : [countFound(labels.for(series.name), found, anomalies.length)];
    const where = WHERE[options.align];
    const unit = parts.table.times === undefined ? where : `${where} time`;
    return summarize({ title, series, settings: settingsOf(options), anomalies, unit, closing }, width, paint);
  });
  if (labels !== undefined && placed.length > 1) {
    blocks.push(`all columns: found ${found.size} of ${labels.all.length} labeled faults`);
  }
  return [`${blocks.join('\n\n')}\n`];
}

function anomaliesOf(parts: ReportParts, series: PlacedSeries, c: number, found: Set<Label>): AnomalyRow[] {
  const { options, table, reference, labels } = parts;
  const { windowSize, k, knn } = options;
  const { places } = series;
  const candidates = labels?.for(series.name);
  const ends = places.map(({ index }) => endAt(index, options, series.values));
  const memory = reference?.columns[c]?.values.toArray();
  const explanations = new KNN(windowSize, k, knn).explain(series.values, ends, memory && { reference: memory });
  return explanations.map((explanation, p) => {
    const { index: end, start } = explanation;
    const { index, score } = places[p]!;
    const met = candidates?.filter((label) => labels!.touches(label, start, end));
    for (const label of met ?? []) found.add(label);
    return {
      rank: p + 1,
      index,
      score,
      explanation,
      at: table.times === undefined ? String(index) : table.times.at(index),
      labels: met?.map(({ name }) => name || 'labeled'),
    };
  });
}

/**
 * The end of the window that a score at `index` is about. A covered value is in many: the one that has it in its middle
 * stands for all, or where that touches a missing value the nearest one that does not.
 */
export function endAt(index: number, { align, windowSize: w }: ScoreOptions, values: Float64Array): number {
  if (align === 'end') return index;
  const end = index + ((w - 1) >> 1);
  if (align === 'center') return end;
  const from = Math.max(0, index - w + 1);
  const near = toFloat64(values.subarray(from, index + w), 'values');
  const ends = Array.from(validStarts(near, w), (i) => from + endOf(i, w));
  return ends.reduce((best, other) => (Math.abs(other - end) < Math.abs(best - end) ? other : best));
}

function countFound(labels: readonly Label[], found: ReadonlySet<Label>, numAnomalies: number): string {
  if (labels.length === 0) return 'no labeled fault is about this column';
  const number = labels.filter((label) => found.has(label)).length;
  const among = numAnomalies === 1 ? 'at the strangest place' : `among the ${numAnomalies} strangest places`;
  return `found ${number} of ${labels.length} labeled faults ${among}`;
}

/** The settings in words. Defaults are left out, except window, neighbors and metric. */
export function settingsOf(options: ScoreOptions): string[] {
  const { windowSize, k, metric, covariance, normalize, engine, separation, reference, knn } = options;
  const settings = [
    `window ${windowSize}`,
    `${k} ${k === 1 ? 'neighbor' : 'neighbors'}`,
    metric === 'mahalanobis' ? `mahalanobis (${covariance ?? DEFAULT_COVARIANCE})` : metric,
  ];
  if (normalize !== 'none') settings.push(`${normalize}-normalized`);
  if (knn.aggregation !== 'mean') settings.push(`${knn.aggregation} of the distances`);
  if (options.align === 'center') settings.push('scores in the middle of windows');
  if (options.align === 'cover') settings.push('scores averaged over windows');
  if (knn.exclusionZone) settings.push(`exclusion zone ${knn.exclusionZone}`);
  if (knn.side === 'left') settings.push('earlier windows only');
  if (engine !== 'auto') settings.push(`${engine} engine`);
  if (separation !== separationOf(options.align, windowSize)) settings.push(`separation ${separation}`);
  if (reference !== undefined) settings.push(`against ${plain(nameOf(reference))}`);
  return settings;
}
