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
  /** What else is told of every value, in this order. */
  readonly fields?: readonly Field[];
  /** What happened at some of the values; the others have none. */
  readonly notes?: readonly (Note | undefined)[];
}

/** What is told of every value beside its score. */
export interface Field {
  readonly name: string;
  /** NaN where it is not known. */
  readonly values: Float64Array;
  /** Whether it is 1 or 0, which is true or false in JSON. */
  readonly isFlag: boolean;
  /** Of a field of times, or of indices where there are none: the text of every value, '' where there is none. */
  readonly texts?: readonly string[];
}

/** What happened at a value, as it stands in JSON. */
export interface Note {
  readonly event: string;
  readonly [name: string]: unknown;
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
 * `index,time,value,score` and the names of fields; of several series `index,time,cpu,cpu_score,…`. What is missing is an
 * empty cell.
 *
 * @param first index of the first value
 * @param names of each row the name of its series, a column `series` after the time
 */
export function formatCsv(
  series: readonly Scored[],
  times: Times | undefined,
  first = 0,
  hasHeader = true,
  names?: Times,
): Generator<string> {
  const header = hasHeader ? csvHeader(series, times, names !== undefined) : '';
  return piecesOf(header, series[0]!.scores.length, (t) => {
    let row = String(first + t);
    if (times) row += `,${csvCell(times.at(t))}`;
    if (names) row += `,${csvCell(names.at(t))}`;
    for (const { values, scores, fields = [] } of series) {
      row += `,${csvNumber(values[t]!)},${csvNumber(scores[t]!)}`;
      for (const { values: numbers, texts } of fields) {
        row += `,${texts === undefined ? csvNumber(numbers[t]!) : csvCell(texts[t]!)}`;
      }
    }
    return row;
  });
}

function csvHeader(series: readonly Scored[], times: Times | undefined, hasNames: boolean): string {
  const single = series.length === 1;
  const names = series.flatMap(({ name, fields = [] }) => {
    const others = ['score', ...fields.map((field) => field.name)];
    return single ? ['value', ...others] : [name!, ...others.map((other) => `${name}_${other}`)];
  });
  return `${['index', ...(times ? ['time'] : []), ...(hasNames ? ['series'] : []), ...names].map(csvCell).join(',')}\n`;
}

/**
 * `{"index":0,"time":…,"value":…,"score":…}` per line; of several series
 * `{"index":0,"time":…,"metrics":{"cpu":{"value":…,"score":…},…}}`. Fields and notes follow the score. What is missing is
 * null, and an infinite number is a text.
 *
 * @param first index of the first value
 */
export function formatJson(
  series: readonly Scored[],
  times: Times | undefined,
  first = 0,
  names?: Times,
): Generator<string> {
  return piecesOf('', series[0]!.scores.length, (t) => {
    const results = series.map((one) => resultAt(one, t));
    const all =
      series.length === 1
        ? results[0]
        : { metrics: Object.fromEntries(series.map(({ name }, c) => [name, results[c]])) };
    const where = { ...(times && { time: timeValue(times.at(t)) }), ...(names && { series: names.at(t) }) };
    return JSON.stringify({ index: first + t, ...where, ...all });
  });
}

function resultAt({ values, scores, fields = [], notes }: Scored, t: number): object {
  const others = fields.map((field) => {
    const { name, texts, isFlag } = field;
    if (texts !== undefined) return [name, timeValue(texts[t]!)];
    const x = field.values[t]!;
    return [name, isFlag ? x === 1 : jsonNumber(x)];
  });
  return { value: values[t]!, score: scores[t]!, ...Object.fromEntries(others), ...notes?.[t] };
}

/**
 * A value where something happened as one object of JSON, without a line feed:
 * `{"index":0,"time":…,"name":"cpu","value":…,"score":…,…,"event":…}`.
 */
export function eventJson(series: Scored, times: Times | undefined, first: number, t: number, names?: Times): string {
  const { name } = series;
  const where = {
    index: first + t,
    ...(times && { time: timeValue(times.at(t)) }),
    ...(names && { series: names.at(t) }),
    ...(name && { name }),
  };
  return JSON.stringify({ ...where, ...resultAt(series, t) });
}

/** A number as JSON can hold it: null for NaN, a text for an infinite one. */
export function jsonNumber(x: number): number | string | null {
  return Number.isFinite(x) ? x : Number.isNaN(x) ? null : String(x);
}

function csvNumber(x: number): string {
  return Number.isNaN(x) ? '' : String(x);
}

/** A time that is a number in its shortest form stays a number; other times are texts. */
function timeValue(text: string): string | number | null {
  if (text === '') return null;
  return String(Number(text)) === text && Number.isFinite(Number(text)) ? Number(text) : text;
}
