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
import { surpriseOfPlace } from '../series/ranking.ts';
import { nameOfSeries, tellOf } from '../series/split.ts';
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
      options: [...INPUT_OPTIONS, 'series', ...TIME_OPTIONS, ...CHANGE_OPTIONS],
      note: `With --time rows are sorted, and those that are absent count as missing
values. No window with a missing value is compared. With --column '*',
--series and more than 8 columns the 10 strangest places of all are ranked by
surprise: how seldom a score of KNN(5, 5) as high comes elsewhere in a series.`,
    },
    { title: 'Output', options: ['top', 'format', 'output', 'force', 'max-memory', 'no-progress', 'help'] },
  ],
  exitStatus: EXIT_STATUS,
  examples: `knn-anomaly locate cpu.txt
knn-anomaly locate server.csv --column cpu --time time --top 3
knn-anomaly locate log.jsonl --field ms --format json`,
  run: async (given) => await run(wholeOptionsOf(given), given.has('top') ? given.integer('top') : undefined),
};

async function run(options: WholeOptions, given: number | undefined): Promise<void> {
  const output = await openOutput(options.output, options.force);
  const all = await readWhole(options, BYTES_PER_VALUE);
  const items = all.flatMap(({ series, table }) => table.columns.map((column): Item => ({ series, column, table })));
  const { columns, fields } = options.inputOptions;
  const isRanked = all[0]!.series !== undefined || [...columns, ...fields][0] === '*' || items.length > MOST_BLOCKS;
  const name = nameOf(options.input);
  const { comparable, notices } = comparableOf(items, name, isRanked);
  tellOf(notices);
  announceSearch(options, items);
  const top = given ?? (isRanked ? RANKED : 1);
  const found = comparable.map((item) => ({
    item,
    places: interruptible(() => locate(item.column.values, { n: top })).map((place, p) =>
      placeOf(place, p + 1, item, isRanked),
    ),
  }));
  const ranked = isRanked
    ? rankedOf(found, top)
    : found.flatMap(({ item, places }) => places.map((place) => ({ item, place })));
  if (options.format !== 'table') {
    const rows = ranked.map(({ item, place }) => rowOf(place, item, isRanked));
    await output.write([formatRows(rows, options.format, Object.keys(rowOf(NOWHERE, items[0]!, isRanked)))]);
    return;
  }
  const paint = painter(process.stdout.isTTY === true && options.output === undefined);
  if (isRanked) {
    const title = paint(
      'bold',
      `${plain(name)}: ${formatCount(items.length)} ${all.length > 1 ? 'series' : 'columns'}`,
    );
    const isOne = all[0]!.table.columns.length === 1;
    const names = ranked.map(({ item: { series, column } }) => {
      return nameOfSeries(series, isOne && series !== undefined ? undefined : column.name) ?? '';
    });
    const places = ranked.map(({ place }) => place);
    await output.write([
      places.length === 0 ? `${title}\nNo place stands out.\n` : `${title}\n${tableOf(places, names)}`,
    ]);
    return;
  }
  const blocks = found.map(({ item: { column, table }, places }) => {
    const title = wrapped(titleOf(name, column, table), lineWidth())
      .map((line) => paint('bold', line))
      .join('\n');
    return places.length === 0 ? `${title}\nNo place stands out.\n` : `${title}\n${tableOf(places)}`;
  });
  await output.write([blocks.join('\n')]);
}

/** Columns that have a table each; more are ranked. */
const MOST_BLOCKS = 8;

/** How many places of all series are shown by default. */
const RANKED = 10;

/** A series: one column of one of the series in the rows. */
interface Item {
  readonly series: string | undefined;
  readonly column: RegularColumn;
  readonly table: RegularTable;
}

/** The places of all series, the most surprising first: their scores are comparable within one series only. */
function rankedOf(
  found: readonly { readonly item: Item; readonly places: readonly Place[] }[],
  top: number,
): { readonly item: Item; readonly place: Place }[] {
  const all = found.flatMap(({ item, places }) => places.map((place) => ({ item, place })));
  all.sort((a, b) => b.place.surprise! - a.place.surprise! || b.place.score - a.place.score);
  return all.slice(0, top).map(({ item, place }, p) => ({ item, place: { ...place, rank: p + 1 } }));
}

/** A place in rows, in the order of their times. */
interface Place extends Omit<LocatedAnomaly, 'index'> {
  readonly rank: number;
  readonly index: number;
  /** Among the other values of its series, where series are ranked. */
  readonly surprise: number | undefined;
  readonly times: readonly (string | undefined)[];
}

const NOWHERE: Place = { rank: 0, begin: 0, end: 0, index: 0, score: 0, surprise: undefined, times: [] };

/** The rows of a place: those from its first time to its last one. A place in the middle of a hole takes the row after it. */
function placeOf(place: LocatedAnomaly, rank: number, { table, column }: Item, isRanked: boolean): Place {
  const last = table.numRows - 1;
  const begin = Math.min(last, table.rowFrom(place.begin));
  const end = Math.max(begin, table.rowFrom(place.end + 1) - 1);
  const index = Math.min(end, Math.max(begin, table.rowFrom(place.index)));
  const times = [begin, end, index].map((r) => table.timeOf(r));
  const surprise = isRanked ? surpriseOfPlace(column.values, place.begin, place.end) : undefined;
  return { rank, begin, end, index, score: place.score, surprise, times };
}

function rowOf(place: Place, { series, column, table }: Item, isRanked: boolean): Record<string, Cell> {
  const { rank, begin, end, index, score, surprise, times } = place;
  return {
    ...(series !== undefined && { series }),
    ...(table.columns.length > 1 && { column: column.name! }),
    rank,
    begin,
    end,
    index,
    score,
    ...(isRanked && { surprise: surprise! }),
    ...(table.timeOf(0) !== undefined && { begin_time: times[0]!, end_time: times[1]!, time: times[2]! }),
  };
}

function titleOf(name: string, column: RegularColumn, table: RegularTable): string {
  const title = [name, ...(column.name === undefined ? [] : [column.name])].map((text) => plain(text)).join(' · ');
  const step = table.step === undefined ? '' : `, one in ${table.step}`;
  return `${title}: ${formatCount(table.numRows)} values${step}`;
}

const LONGEST_TIME = 32;
const LONGEST_NAME = 24;

/** One line per place: its rank, its first and last row or time, its strangest one, its score. */
function tableOf(places: readonly Place[], names?: readonly string[]): string {
  const cells = places.map(({ rank, begin, end, index, score, surprise = score, times }, p) => [
    String(rank),
    ...(names === undefined ? [] : [plain(names[p]!, LONGEST_NAME)]),
    ...(names === undefined ? [begin, end, index] : [begin, end]).map((r, c) =>
      plain(times[c] ?? String(r), LONGEST_TIME),
    ),
    shortNumber(surprise),
  ]);
  const headings = [
    '#',
    ...(names === undefined ? [] : ['series']),
    'from',
    'to',
    ...(names === undefined ? ['strangest', 'score'] : ['surprise']),
  ];
  const lines = tableOrBlocks(headings, cells, lineWidth(), (cell, width) => cell.padEnd(width));
  return lines.map((line) => `${line}\n`).join('');
}

/** Those in which something can be compared; of many the others are left out, and said. */
function comparableOf(
  items: readonly Item[],
  input: string,
  isRanked: boolean,
): { readonly comparable: Item[]; readonly notices: string[] } {
  const notices: string[] = [];
  const comparable = items.filter(({ series, column }) => {
    try {
      checkComparable({ ...column, name: nameOfSeries(series, column.name) }, input);
      return true;
    } catch (error) {
      if (!isRanked || !(error instanceof CliError)) throw error;
      notices.push(error.message);
      return false;
    }
  });
  if (comparable.length === 0) throw new CliError(notices[0]!);
  return { comparable, notices };
}

/** Throws if there are no two windows without a missing value, so that nothing could be compared. */
function checkComparable({ name, values }: RegularColumn, input: string): void {
  const window = Math.max(1, Math.min(RAW_WINDOW, Math.floor(values.length * MOST_SHARE)));
  let run = 0;
  let longest = 0;
  let numWindows = 0;
  for (const x of values) {
    longest = Math.max(longest, (run = Number.isFinite(x) ? run + 1 : 0));
    if (run >= window) numWindows++;
  }
  if (numWindows > 1) return;
  const which = name === undefined ? '' : ` of ${JSON.stringify(name)}`;
  if (numWindows === 1) {
    const size = window === 1 ? 'value' : `window of ${window} values`;
    throw new CliError(`${input}: nothing can be compared: there is no more than one ${size}${which}`);
  }
  throw new CliError(
    `${input}: nothing can be compared: ${window} values${which} in a row are needed, and no more than ${longest} come without a missing one; a larger --step, or --step none, may help`,
  );
}

/** Announces long work on stderr, with its estimated time. */
function announceSearch({ progress }: WholeOptions, items: readonly Item[]): void {
  const counts = items.map(({ column }) => Math.max(0, column.values.length - LARGEST_WINDOW + 1));
  const seconds = counts.reduce((sum, n) => sum + NUM_SEARCHES * estimateSeconds(n, n, WORK), 0);
  if (progress) announce(`comparing ${formatCount(counts.reduce((sum, n) => sum + n, 0))} windows`, seconds);
}
