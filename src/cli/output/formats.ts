// The outputs for programs: lines, CSV and JSON lines, as pieces of text of bounded size.
import type { StringColumn } from '../input/columns.ts';
import { csvCell } from './rows.ts';

/** A scored series. */
export interface Scored {
  /** Name of its column or field; `undefined` if the input is one unnamed series. */
  readonly name: string | undefined;
  /** Missing values are NaN. */
  readonly values: Float64Array;
  readonly scores: Float64Array;
}

/** A time per value. */
export type Times = Pick<StringColumn, 'at'>;

const PIECE = 1 << 16;

function* piecesOf(header: string, length: number, row: (t: number) => string): Generator<string> {
  let piece = header;
  for (let t = 0; t < length; t++) {
    piece += `${row(t)}\n`;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

/** One score per line; `NaN` for a missing one. */
export function formatLines({ scores }: Scored): Generator<string> {
  return piecesOf('', scores.length, (t) => String(scores[t]));
}

/**
 * `index,time,value,score`; of several series `index,time,cpu,cpu_score,…`. What is missing is an empty cell.
 *
 * @param first index of the first value
 */
export function formatCsv(
  series: readonly Scored[],
  times: Times | undefined,
  first = 0,
  hasHeader = true,
): Generator<string> {
  return piecesOf(hasHeader ? csvHeader(series, times) : '', series[0]!.scores.length, (t) => {
    let row = String(first + t);
    if (times) row += `,${csvCell(times.at(t))}`;
    for (const { values, scores } of series) row += `,${csvNumber(values[t]!)},${csvNumber(scores[t]!)}`;
    return row;
  });
}

function csvHeader(series: readonly Scored[], times: Times | undefined): string {
  const single = series.length === 1;
  const names = series.flatMap(({ name }) => (single ? ['value', 'score'] : [name!, `${name}_score`]));
  return `${['index', ...(times ? ['time'] : []), ...names].map(csvCell).join(',')}\n`;
}

/**
 * `{"index":0,"time":…,"value":…,"score":…}` per line; of several series
 * `{"index":0,"time":…,"metrics":{"cpu":{"value":…,"score":…},…}}`. What is missing is null.
 *
 * @param first index of the first value
 */
export function formatJson(series: readonly Scored[], times: Times | undefined, first = 0): Generator<string> {
  return piecesOf('', series[0]!.scores.length, (t) => {
    const pairs = series.map(({ values, scores }) => ({ value: values[t]!, score: scores[t]! }));
    const results =
      series.length === 1 ? pairs[0] : { metrics: Object.fromEntries(series.map(({ name }, c) => [name, pairs[c]])) };
    return JSON.stringify({ index: first + t, ...(times && { time: timeValue(times.at(t)) }), ...results });
  });
}

function csvNumber(x: number): string {
  return Number.isNaN(x) ? '' : String(x);
}

/** A time that is a number in its shortest form stays a number; other times are texts. */
function timeValue(text: string): string | number | null {
  if (text === '') return null;
  return String(Number(text)) === text && Number.isFinite(Number(text)) ? Number(text) : text;
}
