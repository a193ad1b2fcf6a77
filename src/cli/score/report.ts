// From scores to the summaries of all columns: finds the strangest places, explains them, counts the labels they meet.
import { KNN, topAnomalies } from '../../index.ts';
import type { Table } from '../input/columns.ts';
import type { Label, Labels } from '../input/labels.ts';
import { nameOf } from '../input/source.ts';
import { DEFAULT_COVARIANCE } from '../options/metric-option.ts';
import type { Scored } from '../output/formats.ts';
import { painter, plain } from '../output/text.ts';
import type { AnomalyRow } from './anomaly-table.ts';
import type { ScoreOptions } from './options.ts';
import { summarize } from './summary.ts';

/** Width of a terminal that does not tell its width, and of a file. */
const WIDTH = 80;

/** The inputs of {@link report}. */
export interface ReportParts {
  readonly options: ScoreOptions;
  readonly scored: readonly Scored[];
  readonly table: Table;
  readonly reference: Table | undefined;
  readonly labels: Labels | undefined;
}

/** One summary per column. */
export function report(parts: ReportParts): string[] {
  const { options, scored, labels } = parts;
  const isTerminal = process.stdout.isTTY === true && options.output === undefined;
  const width = (isTerminal && process.stdout.columns) || WIDTH;
  const paint = painter(isTerminal);
  const found = new Set<Label>();
  const blocks = scored.map((series, c) => {
    const anomalies = anomaliesOf(parts, series, c, found);
    const title = [nameOf(options.input), ...(series.name === undefined ? [] : [series.name])].join(' · ');
    const closing = labels === undefined ? [] : [countFound(labels.for(series.name), found, anomalies.length)];
    const unit = parts.table.times === undefined ? 'ends at' : 'ends at time';
    return summarize({ title, series, settings: settingsOf(options), anomalies, unit, closing }, width, paint);
  });
  if (labels !== undefined && scored.length > 1) {
    blocks.push(`all columns: found ${found.size} of ${labels.all.length} labeled faults`);
  }
  return [`${blocks.join('\n\n')}\n`];
}

function anomaliesOf(parts: ReportParts, series: Scored, c: number, found: Set<Label>): AnomalyRow[] {
  const { options, table, reference, labels } = parts;
  const { windowSize, k, knn, top, separation } = options;
  const candidates = labels?.for(series.name);
  const ends = topAnomalies(series.scores, top, { separation }).map(({ index }) => index);
  const memory = reference?.columns[c]?.values.toArray();
  const explanations = new KNN(windowSize, k, knn).explain(series.values, ends, memory && { reference: memory });
  return explanations.map((explanation, p) => {
    const { index, start } = explanation;
    const met = candidates?.filter((label) => labels!.touches(label, start, index));
    for (const label of met ?? []) found.add(label);
    return {
      rank: p + 1,
      explanation,
      at: table.times === undefined ? String(index) : table.times.at(index),
      labels: met?.map(({ name }) => name || 'labeled'),
    };
  });
}

function countFound(labels: readonly Label[], found: ReadonlySet<Label>, numAnomalies: number): string {
  if (labels.length === 0) return 'no labeled fault is about this column';
  const number = labels.filter((label) => found.has(label)).length;
  const among = numAnomalies === 1 ? 'at the strangest place' : `among the ${numAnomalies} strangest places`;
  return `found ${number} of ${labels.length} labeled faults ${among}`;
}

/** The settings in words. Defaults are left out, except window, neighbors and metric. */
function settingsOf(options: ScoreOptions): string[] {
  const { windowSize, k, metric, covariance, normalize, engine, separation, reference, knn } = options;
  const settings = [
    `window ${windowSize}`,
    `${k} ${k === 1 ? 'neighbor' : 'neighbors'}`,
    metric === 'mahalanobis' ? `mahalanobis (${covariance ?? DEFAULT_COVARIANCE})` : metric,
  ];
  if (normalize !== 'none') settings.push(`${normalize}-normalized`);
  if (knn.aggregation !== 'mean') settings.push(`${knn.aggregation} of the distances`);
  if (knn.exclusionZone) settings.push(`exclusion zone ${knn.exclusionZone}`);
  if (knn.side === 'left') settings.push('earlier windows only');
  if (engine !== 'auto') settings.push(`${engine} engine`);
  if (separation !== windowSize) settings.push(`separation ${separation}`);
  if (reference !== undefined) settings.push(`against ${plain(nameOf(reference))}`);
  return settings;
}
