// The summary for people: what was scored and how, the series and its scores as curves, the strangest places.
import { LARGEST_VALUE } from '../../core/series.ts';
import type { Anomaly } from '../../index.ts';
import { formatCount } from '../cost.ts';
import type { Scored } from '../output/formats.ts';
import { cellOf, sparkline } from '../output/sparkline.ts';
import { NOTHING, type Paint, plain, shortNumber, wrap, wrapped } from '../output/text.ts';
import { type AnomalyRow, anomalyTable } from './anomaly-table.ts';

const MARGIN = 10; // width of the names on the left

/** A series with its strangest places, and with all of its scores unless only the places were looked for. */
export interface PlacedSeries extends Omit<Scored, 'scores'> {
  readonly scores: Scored['scores'] | undefined;
  readonly places: readonly Anomaly[];
}

/** The parts of the summary of one series. */
export interface SummaryParts {
  /** File and column. */
  readonly title: string;
  readonly series: PlacedSeries;
  /** The settings in words. */
  readonly settings: readonly string[];
  readonly anomalies: readonly AnomalyRow[];
  /** Heading of the column that says where the anomalies are. */
  readonly unit: string;
  /** Last lines, such as how many labels were found. */
  readonly closing: readonly string[];
}

/** The summary, without a line feed at its end. */
export function summarize(parts: SummaryParts, width: number, paint: Paint): string {
  const { title, series, settings, anomalies, unit, closing } = parts;
  const cells = Math.max(10, width - MARGIN);
  const field = (name: string, lines: readonly string[]): string[] =>
    lines.map((line, i) => `${paint('dim', (i === 0 ? name : '').padEnd(MARGIN))}${line}`);
  const { counts, range } = statistics(series.values);
  const lines = [
    paint('bold', plain(title, width)),
    ...field('values', wrapped(counts, cells)),
    ...field('range', wrapped(range, cells)),
    ...field('settings', wrap(settings, cells)),
    '',
    ...field('series', [paint('cyan', sparkline(series.values, cells, 'mean'))]),
    ...(series.scores ? field('scores', [paint('magenta', sparkline(series.scores, cells, 'max'))]) : []),
    ...ranks(anomalies, series.values.length, cells).map((line) => paint('bold', ' '.repeat(MARGIN) + line)),
    '',
    ...(anomalies.length > 0 ? anomalyTable(anomalies, unit, width, paint) : wrapped(NOTHING, width)),
    ...(closing.length > 0 ? ['', ...closing.flatMap((text) => wrapped(text, width))] : []),
  ];
  return lines.join('\n');
}

function statistics(values: Float64Array): { counts: string; range: string } {
  const known = knownOf(values).sort();
  const missing = values.length - known.length;
  const counts = `${formatCount(values.length)}${missing > 0 ? `, ${formatCount(missing)} of them missing` : ''}`;
  if (known.length === 0) return { counts, range: 'no value is known' };
  const middle = known.length >> 1;
  const median = known.length % 2 === 1 ? known[middle]! : known[middle - 1]! / 2 + known[middle]! / 2;
  const range = `${shortNumber(known[0]!)} to ${shortNumber(known.at(-1)!)}, median ${shortNumber(median)}`;
  return { counts, range };
}

/** The values that are not missing. `filter` would take eight times their memory. */
function knownOf(values: Float64Array): Float64Array {
  const known = new Float64Array(values.length);
  let count = 0;
  for (const x of values) if (Math.abs(x) <= LARGEST_VALUE) known[count++] = x;
  return known.subarray(0, count);
}

/** The line below the curves that says where the nine strangest places are. */
function ranks(anomalies: readonly AnomalyRow[], length: number, width: number): string[] {
  if (anomalies.length === 0) return [];
  const numCells = Math.min(width, length);
  const line = new Array<string>(numCells).fill(' ');
  for (const { index, rank } of anomalies.slice(0, 9)) {
    const c = cellOf(index, length, numCells);
    if (line[c] === ' ') line[c] = String(rank);
  }
  return [line.join('').trimEnd()];
}
