// From a piece of text to a number: what a number, a missing value and neither look like, the same in every format.
import { failLine, show } from '../errors.ts';

const MISSING =
  /^(?:[+-]?nan|<?na>?|#?n\/a|#na|null|<null>|nil|none|nat|undefined|missing|unavailable|unknown|no[ _]?data|n\/e|\\n|[-–—]{1,3}|\?|\.|[+-]?(?:inf(?:inity)?|∞))$/i;

/**
 * The number in a cell; NaN for a missing value (nothing, `NaN`, `NA`, `N/A`, `null`, `None`, `-`, ±`Infinity` and the
 * like, in any case); `undefined` for anything else. White space around it does not matter.
 */
export function parseCell(cell: string): number | undefined {
  const x = Number(cell);
  if (x === 0 && isBlank(cell)) return NaN;
  if (x - x === 0) return isRadixLiteral(cell) ? undefined : x;
  return x === Infinity || x === -Infinity || isMissing(cell) ? NaN : undefined;
}

/** True for a text that stands for a missing value. */
export function isMissing(cell: string): boolean {
  const text = cell.trim();
  return text === '' || MISSING.test(text);
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

/** Throws the error of a cell that holds no number. `remedy` says which option could help. */
export function notANumber(cell: string, lineNumber: number, column?: string, remedy = ''): never {
  const where = column === undefined ? '' : ` in column ${show(column)}`;
  failLine(`line ${lineNumber}: expected a number, got ${show(cell.trim())}${where}${remedy && ` (${remedy})`}`);
}
