// Texts that are read as a whole, as JSON documents are: their lines are no rows of one series.
import type { Dialect } from '../dialect.ts';
import { documentTable, seriesTable } from './documents.ts';
import { expositionSeries, isExposition } from './exposition.ts';
import { graphiteDocument, isGraphiteRaw } from './graphite-raw.ts';

type Found = ReturnType<typeof documentTable>;

/** Makes a table of all lines. */
export type ReadText = (
  lines: readonly string[],
  wanted: readonly string[],
  time: string | undefined,
  dialect: Dialect,
) => Found;

/** The reader of a whole text that begins so; `undefined` for one whose lines are rows. */
export function textDocument(sample: readonly string[]): ReadText | undefined {
  if (isGraphiteRaw(sample)) return (lines, ...rest) => documentTable(graphiteDocument(lines), ...rest);
  if (!isExposition(sample)) return undefined;
  return (lines, wanted, _, dialect) => seriesTable(expositionSeries(lines, wanted.length > 0), wanted, dialect);
}

/** The reader of a JSON document. */
export const jsonDocument: ReadText = (lines, ...rest) => documentTable(lines.join('\n'), ...rest);
