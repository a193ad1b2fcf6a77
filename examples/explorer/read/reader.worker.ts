// The worker that reads files: the readers of the command line, with their rules and their messages.

import { CHOOSING, withoutOptions, wordsOf } from '../../../src/cli/explore/words.ts';
import type { Table } from '../../../src/cli/input/columns.ts';
import { type Label, Labels } from '../../../src/cli/input/labels.ts';
import { readTable } from '../../../src/cli/input/read.ts';
import { readTimes } from '../../../src/cli/input/time-column.ts';
import { INPUT_OPTIONS, inputOptionsOf } from '../../../src/cli/options/input-options.ts';
import { parseOptions } from '../../../src/cli/options/parse.ts';
import { formatCsv } from '../../../src/cli/output/formats.ts';
import { type InTime, inTime } from '../../../src/cli/score/in-time.ts';
import { TIME_OPTIONS, timeOptionsOf } from '../../../src/cli/time/options.ts';
import { toRanges } from '../../../src/evaluate/labels.ts';
import { type Columns, inspect } from './inspect.ts';
import type { Grid, LabelRange, Opened, ReadAnswer, ReadRequest } from './protocol.ts';
import { takeNotices } from './shims.ts';
import { addFile } from './source.ts';

type Range = Pick<LabelRange, 'begin' | 'end'>;

/** The series that was read last. */
let current: Reading | undefined;

addEventListener('message', ({ data }: MessageEvent<ReadRequest>) => {
  if (data.type === 'add') addFile(data.name, data.file);
  else void answer(data);
});

async function answer(request: Exclude<ReadRequest, { type: 'add' }>): Promise<void> {
  const { job } = request;
  let columns: Columns | undefined;
  const say = (message: ReadAnswer, transfer: Transferable[] = []): void => postMessage(message, { transfer });
  try {
    if (request.type === 'open') {
      const opened = await open(request, (found) => (columns = found));
      say({ job, opened }, [opened.values.buffer]);
    } else if (request.type === 'labels') say({ job, labels: await labelsOf(request.name) });
    else if (request.type === 'column-labels') say({ job, labels: await labelsInColumn(request.column) });
    else say({ job, csv: csvOf(request.scores) });
  } catch (error) {
    takeNotices();
    say({ job, failure: (error as Error).message, columns });
  }
}

/** A request to read values, and what was read for it. */
interface Reading {
  readonly name: string;
  readonly options: string;
  readonly columns: Columns;
  readonly column: string | undefined;
  readonly time: string | undefined;
  readonly table: Table;
  readonly grid: InTime;
}

const NAMES = [...INPUT_OPTIONS, ...TIME_OPTIONS];

/** Reads a column. What is not chosen is the first that serves; what the options say comes first. */
async function readColumn(
  name: string,
  options: string,
  columns: Columns,
  column: string | undefined,
  time: string | undefined,
): Promise<Reading> {
  const words = wordsOf(options);
  const typed = parseOptions(words, 'score', NAMES);
  const isChosen = CHOOSING.some((option) => typed.has(option));
  const chosen = isChosen ? undefined : (column ?? columns.numbers[0]);
  const timed = typed.has('time') ? undefined : (time ?? columns.times[0]);
  const flag = columns.areFields ? '--field' : '--column';
  const given = parseOptions(
    [
      ...words,
      ...(chosen === undefined ? [] : [`${flag}=${chosen}`]),
      ...(timed === undefined || timed === '' ? [] : [`--time=${timed}`]),
    ],
    'score',
    NAMES,
  );
  const table = await readTable(name, inputOptionsOf(given), () => {}, 'as read');
  const grid = inTime(table, timeOptionsOf(given), name);
  return { name, options, columns, column: chosen ?? table.columns[0]!.name, time: given.text('time'), table, grid };
}

async function open(
  { name, options, column, time }: Extract<ReadRequest, { type: 'open' }>,
  inspected: (columns: Columns) => void,
): Promise<Opened> {
  takeNotices();
  // Options that are about times are so before it is known which column holds them.
  const words = wordsOf(options);
  const asTimed = parseOptions(words, 'score', NAMES).has('time') ? words : [...words, '--time=time'];
  const columns = await inspect(name, inputOptionsOf(parseOptions(asTimed, 'score', NAMES)).dialect!);
  inspected(columns);
  current = await readColumn(name, options, columns, column, time);
  const { table, grid } = current;
  return {
    name,
    column: current.column,
    time: current.time,
    columns,
    values: Float64Array.from(grid.table.columns[0]!.values.toArray()),
    grid: gridOf(grid, table),
    numRows: table.columns[0]!.values.length,
    isPlain: grid.table === table,
    notices: [...takeNotices(), ...(grid.notice === '' ? [] : [grid.notice])],
  };
}

/** The runs of ones in a column of zeros and ones beside the series. A value that is absent is no anomaly. */
async function labelsInColumn(column: string): Promise<LabelRange[]> {
  if (current === undefined) throw new Error('labels are about a series: open one first');
  const { name, options, columns, time } = current;
  const { grid } = await readColumn(name, withoutOptions(options, CHOOSING), columns, column, time ?? '');
  takeNotices();
  const points = Float64Array.from(grid.table.columns[0]!.values.toArray(), (x) => (Number.isNaN(x) ? 0 : x));
  return toRanges(points, points.length, column).map(({ begin, end }) => ({ begin, end, name: '' }));
}

/** Where the first value stands; `undefined` without times, and where rows are taken as they lie. */
function gridOf({ step, table }: InTime, { times }: Table): Grid | undefined {
  const { stepSize } = step;
  if (times === undefined || !(stepSize > 0)) return undefined;
  const { numbers, isDate } = readTimes(times);
  const first = table.times!.at(0).trim();
  // The first value of a grid is that of a row, so that its time is the least.
  const start = first === '' ? Number.NaN : numbers.reduce((least, x) => Math.min(least, x), Infinity);
  return Number.isNaN(start) ? undefined : { start, step: stepSize, isDate };
}

async function labelsOf(name: string): Promise<LabelRange[]> {
  if (current === undefined) throw new Error('labels are about a series: open one first');
  const { table } = current.grid;
  const { name: column, values } = table.columns[0]!;
  const labels = await Labels.read(name, table.times);
  const grid = gridOf(current.grid, current.table);
  return labels.for(column).map((label) => {
    const range = grid === undefined && table.times !== undefined ? byRows(label, table) : byGrid(label, grid);
    const [begin, end] = [Math.max(0, range.begin), Math.min(values.length - 1, range.end)];
    if (begin <= end) return { begin, end, name: label.name };
    throw new Error(
      `${name}: no value lies within the label ${label.name === '' ? '' : `${label.name} `}from ${label.begin} to ${label.end}`,
    );
  });
}

/** The indices of a label where values have a step; without times labels are indices. */
function byGrid({ begin, end }: Label, { start, step }: Pick<Grid, 'start' | 'step'> = { start: 0, step: 1 }): Range {
  return { begin: Math.ceil((begin - start) / step - 1e-9), end: Math.floor((end - start) / step + 1e-9) };
}

function byRows({ begin, end }: Label, { times }: Table): Range {
  const { numbers } = readTimes(times!);
  const isWithin = (time: number): boolean => begin <= time && time <= end;
  return { begin: numbers.findIndex(isWithin), end: numbers.findLastIndex(isWithin) };
}

/** The scores of the rows that were read, as the command line writes them. */
function csvOf(scores: Float64Array): Blob {
  const { grid } = current!;
  const { name, values } = grid.table.columns[0]!;
  const rows = grid.ofRows([{ name, values: values.toArray(), scores }]);
  return new Blob([...formatCsv(rows.scored, rows.times)], { type: 'text/csv' });
}
