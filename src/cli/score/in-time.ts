// Scores in time: a table is scored on the grid of its times, and its rows get the scores of theirs.
import { fail } from '../errors.ts';
import { Numbers, StringColumn, type Table } from '../input/columns.ts';
import { timeWriter } from '../input/time/write-times.ts';
import { clockOf } from '../input/time-column.ts';
import type { Scored, Times } from '../output/formats.ts';
import type { TimeOptions } from '../time/options.ts';
import { type RegularTable, regularTable } from '../time/time-order.ts';

/** A table on the grid of its times. */
export interface InTime {
  /** One row per time of the grid; an absent one has missing values and an empty time. */
  readonly table: Table;
  /** Scores of the rows that were read, in the order of their times; with `isFilled` of the times without a row, too. */
  ofRows(scored: readonly Scored[]): { scored: readonly Scored[]; times: Times | undefined };
  /** The row of {@link ofRows} at a position of the grid: the first of those that share a time. */
  rowFrom(position: number): number;
  /** Whether the rows are the grid. */
  readonly isUnchanged: boolean;
  /** What was done to the rows, for the user: '' if nothing was. */
  readonly notice: string;
  /** The times of the rows of {@link ofRows} as numbers; `undefined` where they are not known. */
  readonly moments: Float64Array | undefined;
  /** The step of the grid, as a number and in words. */
  readonly step: Pick<RegularTable, 'step' | 'stepSize'>;
}

/** Puts a table on the grid of its times, if it has times. @throws CliError where they have no common step */
export function inTime(table: Table, options: TimeOptions, name: string, isFilled = false): InTime {
  const regular = regularTable(table, options, name, 'grid or texts');
  const { notice, isUnchanged, gridTimes: moments, rowFrom } = regular;
  // Rows that lie as the grid has them need no other table.
  const grid = isUnchanged ? table : gridOf(regular, table);
  const found = { table: grid, isUnchanged, notice, step: regular };
  if (isUnchanged) return { ...found, moments, rowFrom, ofRows: (scored) => ({ scored, times: table.times }) };
  if (isFilled && moments !== undefined) {
    const texts = grid.times!;
    const write = timeWriter(table.times!, clockOf(table.times!)!);
    const times = { at: (p: number) => texts.at(p) || write(moments[p]!) };
    return { ...found, moments, rowFrom: (position) => position, ofRows: (scored) => ({ scored, times }) };
  }
  return {
    ...found,
    moments: moments && pick(moments, regular.numRows, regular.positionOf),
    rowFrom,
    ofRows: (scored) => ({
      scored: scored.map((series, c) => ({
        ...series,
        values: pick(table.columns[c]!.values.toArray(), regular.numRows, regular.rowAt),
        scores: pick(series.scores, regular.numRows, regular.positionOf),
      })),
      times: table.times && { at: (r) => regular.timeOf(r)! },
    }),
  };
}

/** Steps of two files may differ by this share: jitter makes them inexact. */
const SAME_STEP = 0.01;

/** Throws if the windows of two grids would last for different times. */
export function checkSameStep(series: InTime, reference: InTime): void {
  const [a, b] = [series.step.stepSize, reference.step.stepSize];
  if (!(Math.abs(a - b) > SAME_STEP * a)) return;
  fail(`the step of the series is ${series.step.step}, that of --reference ${reference.step.step}: give one --step`);
}

function pick(from: Float64Array, n: number, indexOf: (r: number) => number): Float64Array {
  const picked = new Float64Array(n);
  for (let r = 0; r < n; r++) picked[r] = from[indexOf(r)]!;
  return picked;
}

function gridOf(regular: RegularTable, table: Table): Table {
  const times = table.times && new StringColumn({ timeFormat: table.times.format, zone: table.times.zone });
  const { length } = regular.columns[0]!.values;
  for (let r = 0, position = 0; times !== undefined && position < length; position++) {
    const isRow = regular.positionOf(r) === position;
    times.push(isRow ? regular.timeOf(r)! : '');
    while (r < regular.numRows && regular.positionOf(r) === position) r++;
  }
  const columns = regular.columns.map(({ name, values }) => {
    const numbers = new Numbers();
    for (const x of values) numbers.push(x);
    return { name, values: numbers };
  });
  return { columns, times };
}
