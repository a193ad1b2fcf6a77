// Whether several series lie in the rows of one table, told apart by the texts of a column.
import { fail, show } from '../../errors.ts';
import type { Dialect } from '../dialect.ts';
import type { BlankLines } from '../rows.ts';
import { epochOf, parseDate } from '../times.ts';
import type { Layout } from './layout.ts';

/** Columns that say what a row's value is of, where each row has one value. */
const LABEL_NAME =
  /(?:^|[._ ])(?:metric|series|measurement|variable|parameter|sensor|entity|counter|tag|item|channel|signal)(?:[._ ]?(?:name|id|key))?$/i;
/** The column of that value. */
const VALUE_NAME = /(?:^|[._ ])(?:value|val|state|reading|wert|valeur|値|_value)$/i;

/** Columns of texts, with their names. */
export interface TextColumn {
  readonly name: string;
  readonly texts: readonly string[];
}

/**
 * The first column whose texts tell series apart; −1 if none does. It does where times repeat and no text comes twice at a time, or
 * where a column called metric or sensor has several texts beside one of values that is called just value. O(rows · columns).
 *
 * @param times of the rows; `undefined`: they are not known
 * @param values name of the column that is read
 */
export function seriesColumn(
  times: readonly string[] | undefined,
  columns: readonly TextColumn[],
  values: string | undefined,
): number {
  const numTimes = new Set(times).size;
  return columns.findIndex(({ name, texts }) => {
    const distinct = new Set(texts);
    if (distinct.size < 2) return false;
    const isOften = distinct.size <= texts.length / 2;
    if (isLabelOf(name, values) && isOften) return true;
    if (times === undefined || numTimes === times.length) return false;
    if (!isOften && distinct.size > 2 && numTimes > 1) return false; // such as messages, which are all different
    return new Set(texts.map((text, i) => `${times[i]}\n${text}`)).size === texts.length;
  });
}

/**
 * The first column of numbers that tells series apart; −1 if none does: at every time it has the same few numbers, each once,
 * as the numbers of processors or items are. O(rows · columns).
 */
export function numberedSeries(times: readonly string[], columns: readonly TextColumn[]): number {
  if (new Set(times).size === times.length) return -1;
  const groups: number[] = []; // first rows of the times
  for (const [i, time] of times.entries()) if (i === 0 || time !== times[i - 1]) groups.push(i);
  const [first, second] = [groups[1] ?? 0, groups[2] ?? times.length];
  if (first < 2 || second - first !== first) return -1;
  return columns.findIndex(({ texts }) => {
    const ids = new Set(texts.slice(0, first));
    const isWhole = ids.size === first && [...ids].every((id) => /^-?\d+$/.test(id));
    return (
      isWhole &&
      groups.every((from, g) => {
        const own = texts.slice(from, groups[g + 1]);
        return new Set(own).size === own.length && own.every((id) => ids.has(id));
      })
    );
  });
}

/** Whether a column of texts says what the values of a column are of: `metric` beside `value`. */
export function isLabelOf(name: string, values: string | undefined): boolean {
  return values !== undefined && VALUE_NAME.test(values) && LABEL_NAME.test(name);
}

/** Refuses rows of several series, and times that go back although nobody asked for them to be sorted. */
export function refuseSeries(layout: Layout, { timeFormat }: Dialect, blanks: BlankLines): void {
  const { rows, guard, textColumns, otherNumbers, header, names, timeIndices, whereIndex, seriesIndices } = layout;
  if (whereIndex !== undefined || seriesIndices.length > 0) return;
  const named = (c: number): string => header?.[c] ?? String(c + 1);
  const column = (c: number): TextColumn => ({
    name: named(c),
    texts: rows.map(({ cells }) => cells[c]?.trim() ?? ''),
  });
  const refuse = ({ name, texts }: TextColumn): never => refuseSeveral(name, [...new Set(texts)]);
  const texts = textColumns.map(column);
  const times =
    guard === undefined
      ? undefined
      : rows.map(({ cells }) =>
          timeIndices.length > 1 ? timeIndices.map((c) => cells[c]?.trim()).join(' ') : (cells[guard]?.trim() ?? ''),
        );
  const apart = seriesColumn(times, texts, names.length === 1 ? names[0] : undefined);
  if (apart >= 0) refuse(texts[apart]!);
  if (times === undefined) {
    // Snapshots without a time: what is in several of them is a series each.
    for (const one of layout.isRepeated ? texts : []) {
      const { size } = new Set(one.texts);
      if (size > 1 && size <= rows.length / 2) refuse(one);
    }
    return;
  }
  const numbers = otherNumbers.map(column);
  const numbered = numberedSeries(times, numbers);
  if (numbered >= 0) refuse(numbers[numbered]!);
  if (timeIndices.length > 0 || blanks === 'immediate' || timeFormat !== undefined) return;
  const moments = times.map(momentOf);
  const back = moments.findIndex((at, i) => i > 0 && at < moments[i - 1]!);
  if (back < 0) return;
  fail(
    `line ${rows[back]!.line}: the times in column ${show(named(guard!))} go back: --time ${show(named(guard!))} sorts the rows`,
  );
}

/** A date, or a number since 1970; NaN for any other text. */
export function momentOf(text: string): number {
  const at = parseDate(text);
  return Number.isNaN(at) ? epochOf(Number(text || NaN)) : at;
}

/** Refuses rows of several series, which a column tells apart by these texts. */
export function refuseSeveral(name: string, values: readonly string[], kind: 'column' | 'field' = 'column'): never {
  const shown = values.slice(0, 3).join(', ') + (values.length > 3 ? ', …' : '');
  fail(
    `several series lie in the rows, told apart by ${kind} ${show(name)} (${shown}): --series ${show(name)} takes each by itself, or keep the rows of one with --where ${show(`${name}=${values[0]}`)}`,
  );
}
