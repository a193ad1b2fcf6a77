// The rows of a table in the order of their times, with missing values where a row is absent.
import { toFloat64 } from '../../core/series.ts';
import { type Grid, gridOf, ranksOf } from '../../time/regularize.ts';
import { changedColumns } from '../change/options.ts';
import { formatCount } from '../cost.ts';
import { CliError, UsageError } from '../errors.ts';
import type { Table } from '../input/columns.ts';
import { durationOf, formatSpan } from '../input/time/duration.ts';
import { readTimes } from '../input/time-column.ts';
import type { Step, TimeOptions } from './options.ts';

/** A series of a table, one value per step. */
export interface RegularColumn {
  readonly name: string | undefined;
  readonly values: Float64Array;
}

/** A table whose rows have regular times, or are taken as if they had. */
export interface RegularTable {
  readonly columns: readonly RegularColumn[];
  /** Whether rows and columns are those of the table as they were. */
  readonly isUnchanged: boolean;
  /** Number of rows. */
  readonly numRows: number;
  /** The step in words; `undefined` without times, and where rows are taken as they lie. */
  readonly step: string | undefined;
  /** The step as a number: milliseconds between dates; NaN where {@link step} is `undefined`. */
  readonly stepSize: number;
  /** The time of so many steps in words; `undefined` where {@link step} is. */
  spanOf(numSteps: number): string | undefined;
  /** The row of the table that is row r in the order of times. */
  rowAt(r: number): number;
  /** The position of row r, in the order of times, on the grid of the columns. */
  positionOf(r: number): number;
  /** The first row, in the order of times, at this position of the grid or later: {@link numRows} if there is none. */
  rowFrom(position: number): number;
  /** The time of row r, in the order of times, as it was written; `undefined` without times. */
  timeOf(r: number): string | undefined;
  /**
   * Of each time of the grid that of its last row, and of one without a row its own; milliseconds for dates. `undefined` without
   * times, and where rows are taken as they lie.
   */
  readonly gridTimes: Float64Array | undefined;
  /** Whether {@link gridTimes} are dates. */
  readonly isDate: boolean;
  /** What was done to the rows, for the user: '' if nothing was. */
  readonly notice: string;
}

/** What is to become of rows whose times are not those of a grid. */
export type Need =
  /** They are refused. */
  | 'grid'
  /** As `'grid'`; but times that are none are only texts beside the values, unless an option about times is given. */
  | 'grid or texts'
  /** Without a common step they are taken as they come, in order. */
  | 'grid or order'
  /** Nothing: only their order matters, and absent rows do not. */
  | 'order';

/**
 * Puts the rows of a table in the order of their times, and on a grid of one step: see {@link regularize}. A table without
 * times, and one that is to be taken as it lies, stays as it is. O(n log n) per column.
 *
 * @throws CliError where times are none or have no common step, and where duplicates are refused
 */
export function regularTable(table: Table, options: TimeOptions, name: string, need: Need = 'grid'): RegularTable {
  return withChange(orderedTable(table, options, name, need), options.change, name);
}

/** The table with the changes of its values: rates are per second of dates, or in the unit of times that are none. */
function withChange(table: RegularTable, change: TimeOptions['change'], name: string): RegularTable {
  if (change === undefined) return table;
  const { columns, isDate, stepSize, gridTimes } = table;
  const unit = isDate ? 1000 : 1;
  // Without a common step each value has its own time.
  const own = gridTimes && ((t: number) => gridTimes[t]! / unit);
  const at = Number.isNaN(stepSize) ? own : (t: number) => t * (stepSize / unit);
  return { ...table, columns: changedColumns(columns, change, name, at), isUnchanged: false };
}

function orderedTable(table: Table, options: TimeOptions, name: string, need: Need): RegularTable {
  if (table.times === undefined || options.step === 'none') return asItLies(table);
  if (need === 'grid or texts' && options.step === undefined && options.duplicates === undefined) {
    const problem = problemWith(table.times);
    if (problem !== undefined) {
      return { ...asItLies(table), notice: `${name}: ${problem}: rows are taken as they lie, as with --step none` };
    }
  }
  const { numbers, isDate } = inInput(name, () => readTimes(table.times!));
  const step = options.step && inUnitOf(options.step, isDate);
  const { duplicates } = options;
  const gridOptions = { ...(step !== undefined && { step }), ...(duplicates !== undefined && { duplicates }) };
  const ranks = (): Grid => inInput(name, () => ranksOf(numbers, isDate, gridOptions));
  let irregular: string | undefined;
  let grid: Grid;
  try {
    grid = need === 'order' ? ranks() : inInput(name, () => gridOf(numbers, isDate, gridOptions), isDate);
  } catch (error) {
    const isIrregular = error instanceof CliError && error.message.includes('common step');
    if (need !== 'grid or order' || !isIrregular) throw error;
    irregular = 'the times have no common step: rows are taken as they come (--resample makes them regular)';
    grid = ranks();
  }
  const { rows, order, numDuplicates, numAbsent, step: found } = grid;
  const rowAt = (r: number): number => (order === undefined ? r : order[r]!);
  const inWords = (span: number): string | undefined =>
    Number.isNaN(span) ? undefined : isDate ? formatSpan(span) : String(span);
  const words = inWords(found);
  const parts = [
    ...(order === undefined ? [] : ['rows are not in the order of their times: they are sorted']),
    ...(numDuplicates > 0 ? [duplicatesIn(numDuplicates, duplicates ?? 'last')] : []),
    ...(irregular === undefined ? [] : [irregular]),
    ...(numAbsent > 0 ? [`the step is ${words}, and ${timesWith(numAbsent)} no row: missing values`] : []),
  ];
  return {
    columns: table.columns.map((column) => ({
      name: column.name,
      values: grid.place(toFloat64(column.values.toArray(), 'values')),
    })),
    isUnchanged: parts.length === (irregular === undefined ? 0 : 1),
    numRows: rows.length,
    step: words,
    stepSize: found,
    isDate,
    spanOf: (numSteps) => inWords(numSteps * found),
    rowAt,
    positionOf: (r) => rows[rowAt(r)]!,
    rowFrom: (position) => firstFrom(rows.length, (r) => rows[rowAt(r)]! >= position),
    timeOf: (r) => table.times!.at(rowAt(r)).trim(),
    gridTimes: withOwnTimes(grid, numbers),
    notice: parts.length === 0 ? '' : `${name}: ${parts.join('; ')}`,
  };
}

/** The times of a grid, where those of the rows take the place of theirs: times stay as they were measured. */
function withOwnTimes({ times, rows, order }: Grid, numbers: Float64Array): Float64Array {
  const own = Float64Array.from(times);
  for (let t = 0; t < rows.length; t++) {
    const row = order === undefined ? t : order[t]!;
    own[rows[row]!] = numbers[row]!;
  }
  return own;
}

/** Why these are no times; `undefined` if they are. */
function problemWith(times: NonNullable<Table['times']>): string | undefined {
  try {
    readTimes(times);
    return undefined;
  } catch (error) {
    if (error instanceof CliError) return error.message;
    throw error;
  }
}

function asItLies({ columns, times }: Table): RegularTable {
  const numRows = columns[0]!.values.length;
  return {
    columns: columns.map(({ name, values }) => ({ name, values: values.toArray() })),
    isUnchanged: true,
    numRows,
    step: undefined,
    stepSize: NaN,
    isDate: false,
    spanOf: () => undefined,
    rowAt: (r) => r,
    positionOf: (r) => r,
    rowFrom: (position) => Math.min(position, numRows),
    timeOf: (r) => times?.at(r).trim(),
    gridTimes: undefined,
    notice: '',
  };
}

/** A given step in the unit of the time column: a bare number is seconds between dates. */
function inUnitOf({ text, number, unit }: Step, isDate: boolean): number {
  if (isDate) return number * (unit ?? 1000);
  if (unit === undefined) return number;
  throw new UsageError(`--step ${text} is for dates, the time column holds numbers: give a number in their unit`);
}

function duplicatesIn(count: number, rule: string): string {
  const what =
    count === 1 ? '1 row has the time of another one' : `${formatCount(count)} rows have the time of another one`;
  return `${what}, of which the ${rule} counts (--duplicates)`;
}

function timesWith(count: number): string {
  return count === 1 ? '1 time has' : `${formatCount(count)} times have`;
}

/** The first of n rows that is far enough, where all after it are; n if none is. */
function firstFrom(n: number, isFar: (r: number) => boolean): number {
  let from = 0;
  let to = n;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (isFar(middle)) to = middle;
    else from = middle + 1;
  }
  return from;
}

/** What the library calls its arguments, and the command line its options. */
const WORDS: readonly (readonly [string, string])[] = [
  ['with duplicates', 'with --duplicates'],
  ["duplicates is 'error'", '--duplicates is error'],
  ['; step puts', '; --step S puts'],
  [': give step', ': give --step'],
  ['raise step or maxLength', 'raise --step'],
  ['at most maxLength', 'at most'],
  ['separate them,', 'take one series,'],
];

/** Turns what the library refuses into an error about the input, with the names of options. */
function inInput<T>(name: string, compute: () => T, isDate = false): T {
  try {
    return compute();
  } catch (error) {
    if (!(error instanceof CliError || error instanceof RangeError)) throw error;
    const message = inSpans(
      WORDS.reduce((text, [from, to]) => text.replace(from, to), error.message),
      isDate,
    );
    const inRows = message.replaceAll(/times\[(\d+)\]/g, (_, t) => `row ${Number(t) + 1}`);
    throw new CliError(`${name}: ${inRows} (--step none takes rows as they lie)`);
  }
}

/** Between dates the median difference in words, and as the step that is proposed. */
function inSpans(message: string, isDate: boolean): string {
  const [, milliseconds] = /median difference is (\d+(?:\.\d+)?),/.exec(message) ?? [];
  if (!isDate || milliseconds === undefined) return message;
  const span = formatSpan(Number(milliseconds));
  const { number, unit = 1 } = durationOf(span)!;
  const isExact = number * unit === Number(milliseconds);
  return message
    .replace(`median difference is ${milliseconds},`, `median difference is ${span},`)
    .replace('--step S puts each', isExact ? `--step ${span.replace(' ', '')} puts each` : '--step S puts each');
}
