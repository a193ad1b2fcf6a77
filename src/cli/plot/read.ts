// What a figure is made of: the series on the grid of their times, as `score --time` has them.
import { fail } from '../errors.ts';
import type { Table } from '../input/columns.ts';
import type { InputOptions } from '../input/read.ts';
import { nameOf } from '../input/source.ts';
import { clockOf, readTimes } from '../input/time-column.ts';
import { readWithin, type WorkOptions } from '../read-within.ts';
import type { TimeOptions } from '../time/options.ts';
import { type RegularTable, regularTable } from '../time/time-order.ts';
import type { FigureTimes } from './figure.ts';

/** One series of a figure. */
export interface SeriesToDraw {
  readonly name: string | undefined;
  readonly values: Float64Array;
  readonly unit: string | undefined;
}

/** An input as a figure takes it. */
export interface InputToDraw {
  readonly series: readonly SeriesToDraw[];
  readonly times: FigureTimes | undefined;
  /** The table as it was read, for labels and for the zone of its times. */
  readonly table: Table;
  /** Scores of the rows, in the order of their times, where the series have the values. */
  onGrid(scores: Float64Array): Float64Array;
  /** Number of rows: that of the scores. */
  readonly numRows: number;
}

/** Reads an input. Absent rows are missing values, and what was done to the rows is said on standard error. */
export async function readToDraw(
  path: string,
  inputOptions: InputOptions,
  times: TimeOptions,
  work: WorkOptions,
  bytesOf: (numRows: number, table: Table) => number,
): Promise<InputToDraw> {
  const isAsItLies = times.step === 'none';
  const table = await readWithin(path, inputOptions, work, bytesOf, isAsItLies ? 'sorted' : 'as read');
  const regular = regularTable(table, times, nameOf(path));
  if (regular.notice !== '') process.stderr.write(`knn-anomaly: ${regular.notice}\n`);
  const { numRows, positionOf } = regular;
  const length = regular.columns[0]!.values.length;
  return {
    series: regular.columns.map((column, c) => ({ ...column, unit: table.columns[c]!.values.unit })),
    times: table.times && (isAsItLies ? readTimes(table.times) : gridTimes(table.times, regular, length)),
    table,
    numRows,
    onGrid(scores) {
      const placed = new Float64Array(length).fill(NaN);
      for (let r = 0; r < numRows; r++) placed[positionOf(r)] = scores[r]!;
      return placed;
    },
  };
}

/** The times of a grid, of which the rows have some. */
function gridTimes(times: NonNullable<Table['times']>, regular: RegularTable, length: number): FigureTimes {
  const clock = clockOf(times);
  const first = clock?.read(regular.timeOf(0)!) ?? NaN;
  if (clock === undefined || Number.isNaN(first)) fail('there are no times'); // the grid could not have been made
  return {
    numbers: Float64Array.from({ length }, (_, i) => (i === 0 ? first : first + i * regular.stepSize)),
    isDate: clock.isDate,
  };
}
