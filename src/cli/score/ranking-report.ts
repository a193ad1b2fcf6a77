// The summary of many series: what was scored, and the strangest places of all, one line each.
import { KNN } from '../../index.ts';
import { oddValueOf } from '../../knn/explain.ts';
import { formatCount } from '../cost.ts';
import type { Labels } from '../input/labels.ts';
import { nameOf } from '../input/source.ts';
import type { Scored } from '../output/formats.ts';
import { columnWidths, lineWidth, NOTHING, painter, plain, shortNumber, wrap } from '../output/text.ts';
import { rankPlaces } from '../series/ranking.ts';
import { nameOfSeries } from '../series/split.ts';
import { verdict } from './anomaly-table.ts';
import type { ScoreOptions } from './options.ts';
import { endAt, settingsOf, WHERE } from './report.ts';

const MARGIN = 10;
const LONGEST_TIME = 25;
const LONGEST_NAME = 40;
const SHORTEST_NAME = 8;

const SURPRISE = [
  'surprise: -ln of how often a score as high comes in its own series:',
  '4.6 is once in 100 values, 6.9 once in 1000',
];

/** One of the series. */
export interface RankedSeries extends Scored {
  /** The name of the series in the rows, if there are several. */
  readonly series: string | undefined;
  /** The time of a value as text; `undefined` without times. */
  readonly timeOf: ((index: number) => string) | undefined;
  /** The values of the reference, if there is one. */
  readonly reference: Float64Array | undefined;
  readonly labels: Labels | undefined;
}

/** The summary, as one text. */
export function rankingReport(all: readonly RankedSeries[], options: ScoreOptions): string {
  const isTerminal = process.stdout.isTTY === true && options.output === undefined;
  const width = lineWidth(isTerminal);
  const paint = painter(isTerminal);
  const { windowSize, k, knn, top, separation } = options;
  const places = rankPlaces(all, top, separation, windowSize - 1);
  let numMet = 0;
  const hasColumns = all[0]!.series === undefined || all.some(({ name }) => name !== all[0]!.name);
  const rows = places.map(({ item, index, surprise }, p) => {
    const { series, name, values, timeOf, reference, labels } = all[item]!;
    const end = endAt(index, options, values);
    const [explained] = new KNN(windowSize, k, knn).explain(values, [end], reference && { reference });
    const met = labels?.for(name).filter((label) => labels.touches(label, explained!.start, end));
    if (met !== undefined && met.length > 0) numMet++;
    const at = timeOf === undefined ? String(index) : plain(timeOf(index), LONGEST_TIME);
    return [
      String(p + 1),
      nameOfSeries(series, hasColumns ? name : undefined) ?? '',
      at,
      shortNumber(surprise, 3),
      `${shortNumber(explained!.window[oddValueOf(explained!)]!)} ${verdict(explained!)}`,
    ];
  });
  const what = all[0]!.series === undefined ? 'columns' : 'series';
  const header = ['#', what === 'columns' ? 'column' : 'series', WHERE[options.align], 'surprise', 'value, expected'];
  const lengths = all.map(({ values }) => values.length);
  const [fewest, most] = [Math.min(...lengths), Math.max(...lengths)];
  const values = `${fewest === most ? '' : `${formatCount(fewest)} to `}${formatCount(most)} in each`;
  const field = (name: string, lines: readonly string[]): string[] =>
    lines.map((line, i) => `${paint('dim', (i === 0 ? name : '').padEnd(MARGIN))}${line}`);
  const lines = [
    paint('bold', plain(`${nameOf(options.input)} · ${formatCount(all.length)} ${what}`, width)),
    ...field('values', [values]),
    ...field('settings', wrap(settingsOf(options), width - MARGIN)),
    '',
    ...(rows.length === 0
      ? [NOTHING]
      : tableLines(header, rows, width).map((line, i) => (i === 0 ? paint('dim', line) : line))),
    ...(rows.length === 0 ? [] : ['', ...SURPRISE]),
    ...(all[0]!.labels === undefined ? [] : ['', `${numMet} of ${rows.length} places meet a labeled fault`]),
  ];
  return `${lines.join('\n')}\n`;
}

/** Lines of at most `width` characters: names are cut where they are too long. */
function tableLines(header: readonly string[], rows: readonly (readonly string[])[], width: number): string[] {
  const widths = columnWidths([header, ...rows]);
  const others = widths.reduce((sum, other, c) => sum + (c === 1 ? 0 : other), 2 * (widths.length - 1));
  const most = Math.max(SHORTEST_NAME, Math.min(LONGEST_NAME, width - others));
  const cut = [header, ...rows].map((cells) => cells.map((cell, c) => (c === 1 ? plain(cell, most) : cell)));
  const columns = columnWidths(cut);
  return cut.map((cells) =>
    cells
      .map((cell, c) => (c === 0 || c === 3 ? cell.padStart(columns[c]!) : cell.padEnd(columns[c]!)))
      .join('  ')
      .trimEnd(),
  );
}
