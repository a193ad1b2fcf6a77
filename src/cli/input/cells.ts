// From a piece of text to a number: what a number, a missing value and neither look like, the same in every format.
import { fail, show } from '../errors.ts';

const MISSING = /^(?:nan|na|null|[+-]?inf(?:inity)?)$/i;
const DECIMAL_COMMA = /^[+-]?\d+,\d+$/;

/**
 * The number in a cell; NaN for a missing value (nothing, `NaN`, `NA`, `null`, ±`Infinity`, ±`inf`, in any case);
 * `undefined` for anything else. White space around it does not matter.
 */
export function parseCell(cell: string): number | undefined {
  const x = Number(cell);
  if (x === 0 && isBlank(cell)) return NaN;
  if (x - x === 0) return isRadixLiteral(cell) ? undefined : x;
  return x === Infinity || x === -Infinity || MISSING.test(cell.trim()) ? NaN : undefined;
}

/** True for nothing but white space. */
export function isBlank(text: string): boolean {
  return text.trim() === '';
}

/** `Number` also reads 0x1F, 0o17 and 0b1, which are no measurements: a letter other than e in second place. */
function isRadixLiteral(cell: string): boolean {
  const text = cell.charCodeAt(0) <= 32 ? cell.trim() : cell;
  const second = text.charCodeAt(1);
  return second > 57 && (second | 32) !== 101;
}

/** Throws the error of a cell that holds no number. */
export function notANumber(cell: string, lineNumber: number, column?: string): never {
  const where = column === undefined ? '' : ` in column ${show(column)}`;
  const remedy = DECIMAL_COMMA.test(cell.trim()) ? ' (write decimals with a point)' : '';
  fail(`line ${lineNumber}: expected a number, got ${show(cell.trim())}${where}${remedy}`);
}
