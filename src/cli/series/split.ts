// The series that lie in the rows of a table, each as a table of its own.
import { numRows, pickRows, type Table } from '../input/columns.ts';

/** A series of a table. */
export interface Part {
  /** Its name; `undefined` where all rows are of one series. */
  readonly name: string | undefined;
  readonly table: Table;
  /** The rows of the whole table that are its rows; `undefined`: all of them. */
  readonly rows: readonly number[] | undefined;
}

/** The series in the order in which they first come; rows keep their order. */
export function splitSeries(table: Table): Part[] {
  if (table.series === undefined) return [{ name: undefined, table, rows: undefined }];
  const rowsOf = new Map<string, number[]>();
  for (let t = 0; t < numRows(table); t++) {
    const name = table.series.at(t);
    const rows = rowsOf.get(name);
    if (rows === undefined) rowsOf.set(name, [t]);
    else rows.push(t);
  }
  return [...rowsOf].map(([name, rows]) => {
    const { columns, times } = pickRows(table, rows);
    return { name, table: { columns, times }, rows };
  });
}

/** What a value is called that is of a series, a column or both; `undefined` if it is of the only one. */
export function nameOfSeries(series: string | undefined, column: string | undefined): string | undefined {
  if (series === undefined) return column;
  return column === undefined ? series : `${series} ${column}`;
}

/** What a column is called beside the name of its series: where there is but one, nothing. */
export function columnIn(
  series: string | undefined,
  column: string | undefined,
  numColumns: number,
): string | undefined {
  return series === undefined || numColumns > 1 ? column : undefined;
}

/** Most series of which something is said one by one. */
const MOST_TOLD = 3;

/** Says something of each series on standard error; of more than some it says of how many more. */
export function tellOf(notices: readonly string[], what = 'series'): void {
  const texts = notices.filter((notice) => notice !== '');
  for (const text of texts.slice(0, MOST_TOLD)) process.stderr.write(`knn-anomaly: ${text}\n`);
  const more = texts.length - MOST_TOLD;
  if (more > 0) process.stderr.write(`knn-anomaly: and so of ${more} more ${what}\n`);
}
