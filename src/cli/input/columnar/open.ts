// Opens files of columns, and reads them whole.
import { CliError, codeOf, fail } from '../../errors.ts';
import type { Table } from '../columns.ts';
import { ANY_DIALECT, type InputOptions } from '../dialect.ts';
import { openArrow } from './arrow.ts';
import { type ColumnarFile, type ColumnarFormat, columnarTable } from './columnar.ts';
import { openNumpy } from './numpy.ts';
import { openParquet } from './parquet.ts';

const OPENERS = { parquet: openParquet, arrow: openArrow, numpy: openNumpy };

/**
 * Reads a file of columns to its end.
 *
 * @param watch called after every batch of rows; may throw to stop
 * @throws CliError for damaged data, and where the package that reads the format is missing
 */
export async function readColumnar(
  path: string,
  format: ColumnarFormat,
  options: InputOptions,
  watch: (table: Table) => void | Promise<void>,
): Promise<{ table: Table; notices: string[] }> {
  let file: ColumnarFile | undefined;
  try {
    file = await OPENERS[format](path);
    return await columnarTable(file, { ...options, dialect: options.dialect ?? ANY_DIALECT }, watch);
  } catch (error) {
    if (error instanceof CliError || codeOf(error) !== undefined) throw error;
    const name = { parquet: 'Parquet', arrow: 'Arrow', numpy: 'NumPy' }[format];
    return fail(`damaged ${name} data (${(error as Error).message.slice(0, 100)})`);
  } finally {
    await file?.close();
  }
}
