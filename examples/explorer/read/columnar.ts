// In the place of the command line's columnar files: a page reads text, and says of Parquet and Arrow who reads them.
import { fail } from '../../../src/cli/errors.ts';
import { headOf } from './source.ts';

/** Never a format: a file of columns is refused. */
export async function columnarFormatOf(path: string): Promise<undefined> {
  const head = await headOf(path);
  if (head.startsWith('PAR1') || head === 'ARROW1' || head.startsWith('FEA1')) {
    fail('a file of columns (Parquet, Arrow): knn-anomaly score FILE reads it, this page reads text such as CSV');
  }
  return undefined;
}

/** Not reached: there is no format. */
export function readColumnar(): never {
  fail('files of columns are read by the command line alone');
}
