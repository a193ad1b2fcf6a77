// The command `locate`: the strangest places of a whole series, without a parameter to choose.
import { type LocatedAnomaly, locate } from '../../index.ts';
import { CHANGE_OPTIONS } from '../change/options.ts';
import { type Command, EXIT_STATUS } from '../command.ts';
import { announce, estimateBytes, estimateSeconds, formatCount, type Work } from '../cost.ts';
import { CliError } from '../errors.ts';
import { nameOf } from '../input/source.ts';
import { INPUT_OPTIONS } from '../options/input-options.ts';
import { openOutput } from '../output/output.ts';
import { type Cell, formatRows } from '../output/rows.ts';
import { lineWidth, painter, plain, shortNumber, tableOrBlocks, wrapped } from '../output/text.ts';
import { interruptible } from '../signals.ts';
import { TIME_OPTIONS } from '../time/options.ts';
import type { RegularColumn, RegularTable } from '../time/time-order.ts';
import { readWhole, type WholeOptions, wholeOptionsOf } from './options.ts';

/** The largest of the windows of fixed size that {@link locate} compares, and a raw window's share of a short series. */
const LARGEST_WINDOW = 100;
const RAW_WINDOW = 50;
const MOST_SHARE = 1 / 10;

/** What one of the three searches costs. */
export const WORK: Work = {
  windowSize: LARGEST_WINDOW,
  k: 1,
  metric: 'euclidean',
  normalize: 'zscore',
  engine: 'auto',
  reference: undefined,
};
const NUM_SEARCHES = 3;

/** Bytes per value: of the search, and of the profiles. */
const BYTES_PER_VALUE = estimateBytes(1e6, WORK) / 1e6 + 40;

/** The command `knn-anomaly locate`. */
export const locateCommand: Command = {
  usage: '[FILE] [options]',
  about: `Finds the strangest places of a whole series, without a parameter to choose. It
compares windows of 50 values, of 100 and of the period of the series. FILE is a
path, or - or nothing for standard input. Gzip is recognized.`,
  groups: [
    {
      title: 'Input',
      options: [...INPUT_OPTIONS, ...TIME_OPTIONS, ...CHANGE_OPTIONS],
      note: `With --time rows are sorted, and those that are absent count as missing
values. No window with a missing value is compared.`,
    },
    { title: 'Output', options: ['top', 'format', 'output', 'force', 'max-memory', 'no-progress', 'help'] },
  ],
  exitStatus: EXIT_STATUS,
  examples: `knn-anomaly locate cpu.txt
knn-anomaly locate server.csv --column cpu --time time --top 3
knn-anomaly locate log.jsonl --field ms --format json`,
  run: async (given) => await run(wholeOptionsOf(given), given.integer('top')),
};

async function run(options: WholeOptions, top: number): Promise<void> {
  const output = await openOutput(options.output, options.force);
  const table = await readWhole(options, BYTES_PER_VALUE);
  const name = nameOf(options.input);
  for (const column of table.columns) checkComparable(column, name);
  announceSearch(options, table);
  const found = table.columns.map((column) => ({
    column,
    places: interruptible(() => locate(column.values, { n: top })).map((place, p) => placeOf(place, p + 1, table)),
  }));
  if (options.format === 'table') {
    const paint = painter(process.stdout.isTTY === true && options.output === undefined);
    const blocks = found.map(({ column, places }) => {
      const title = wrapped(titleOf(name, column, table), lineWidth())
        .map((line) => paint('bold', line))
        .join('\n');
      return places.length === 0 ? `${title}\nNo place stands out.\n` : `${title}\n${tableOf(places)}`;
    });
    await output.write([blocks.join('\n')]);
    return;
  }
  const rows = found.flatMap(({ column, places }) => places.map((place) => rowOf(place, column, table)));
  await output.write([formatRows(rows, options.format, Object.keys(rowOf(NOWHERE, table.columns[0]!, table)))]);
}

/** A place in rows, in the order of their times. */
interface Place extends Omit<LocatedAnomaly, 'index'> {
  readonly rank: number;
  readonly index: number;
  readonly times: readonly (string | undefined)[];
}

const NOWHERE: Place = { rank: 0, begin: 0, end: 0, index: 0, score: 0, times: [] };

/** The rows of a place: those from its first time to its last one. A place in the middle of a hole takes the row after it. */
function placeOf(place: LocatedAnomaly, rank: number, table: RegularTable): Place {
  const last = table.numRows - 1;
  const begin = Math.min(last, table.rowFrom(place.begin));
  const end = Math.max(begin, table.rowFrom(place.end + 1) - 1);
  const index = Math.min(end, Math.max(begin, table.rowFrom(place.index)));
  return { rank, begin, end, index, score: place.score, times: [begin, end, index].map((r) => table.timeOf(r)) };
}

function rowOf(place: Place, column: RegularColumn, table: RegularTable): Record<string, Cell> {
  const { rank, begin, end, index, score, times } = place;
  return {
    ...(table.columns.length > 1 && { column: column.name! }),
    rank,
    begin,
    end,
    index,
    score,
    ...(table.timeOf(0) !== undefined && { begin_time: times[0]!, end_time: times[1]!, time: times[2]! }),
  };
}

function titleOf(name: string, column: RegularColumn, table: RegularTable): string {
  const title = [name, ...(column.name === undefined ? [] : [column.name])].map((text) => plain(text)).join(' · ');
  const step = table.step === undefined ? '' : `, one in ${table.step}`;
  return `${title}: ${formatCount(table.numRows)} values${step}`;
}

/** One line per place: its rank, its first and last row or time, its strangest one, its score. */
function tableOf(places: readonly Place[]): string {
  const cells = places.map(({ rank, begin, end, index, score, times }) => [
    String(rank),
    ...[begin, end, index].map((r, c) => plain(times[c] ?? String(r), 32)),
    shortNumber(score),
  ]);
  const headings = ['#', 'from', 'to', 'strangest', 'score'];
  const lines = tableOrBlocks(headings, cells, lineWidth(), (cell, width) => cell.padEnd(width));
  return lines.map((line) => `${line}\n`).join('');
}

/** Throws if there is no window without a missing value, so that nothing could be compared. */
function checkComparable({ name, values }: RegularColumn, input: string): void {
  const window = Math.max(1, Math.min(RAW_WINDOW, Math.floor(values.length * MOST_SHARE)));
  let run = 0;
  let longest = 0;
  for (const x of values) longest = Math.max(longest, (run = Number.isFinite(x) ? run + 1 : 0));
  if (longest >= window) return;
  const which = name === undefined ? '' : ` of ${JSON.stringify(name)}`;
  throw new CliError(
    `${input}: nothing can be compared: ${window} values${which} in a row are needed, and no more than ${longest} come without a missing one; a larger --step, or --step none, may help`,
  );
}

/** Announces long work on stderr, with its estimated time. */
function announceSearch({ progress }: WholeOptions, { columns }: RegularTable): void {
  const numWindows = Math.max(0, columns[0]!.values.length - LARGEST_WINDOW + 1);
  const seconds = columns.length * NUM_SEARCHES * estimateSeconds(numWindows, numWindows, WORK);
  if (progress) announce(`comparing ${formatCount(numWindows)} windows`, seconds);
}
