// One column of cells as numbers: decimal point or comma, thousands, units, currencies, truth values, missing values.
//
// A cell that `Number` reads costs hardly more than that. Anything else is taken apart, and what it says about the
// column holds for the whole column: two cells never get two readings.
import { fail, show } from '../errors.ts';
import { isMissing, notANumber, parseCell } from './cells.ts';
import type { Numbers } from './columns.ts';
import { ColumnUnit, isKnownUnit, type UnitMemory } from './units.ts';

/** How numbers are written; what is `undefined` is found from the column. */
export interface Notation {
  readonly decimal: '.' | ',' | undefined;
  readonly thousands: string | undefined;
  /** Further texts that stand for a missing value. */
  readonly na: readonly string[];
}

/** What is found from every column. */
export const ANY_NOTATION: Notation = { decimal: undefined, thousands: undefined, na: [] };

const PARTS =
  /^([+-]?)(?:([A-Z]{0,3}\p{Sc}|[A-Z]{3} )\s*)?([+-]?)(\d[\d.,' _]*(?<=[\d.,])|[.,]\d+)(e[+-]?\d+)?\s*([\p{L}\p{Sc}%‰°/][^\d:;=,"]{0,15}[23]?)?$/iu;
const KEY = /^([A-Za-z_][\w.:-]*)=(.+)$/;
const TRUTH: Readonly<Record<string, number>> = { true: 1, false: 0, yes: 1, no: 0, on: 1, off: 0 };

/** A cell in parts: `body` is the digits with their separators. */
interface Parts {
  readonly sign: number;
  readonly body: string;
  readonly exponent: string;
  readonly unit: string;
}

/** `undefined` for a cell that is no number, with or without a unit. */
export function partsOf(cell: string): Parts | undefined {
  let text = cell.trim();
  const truth = TRUTH[text.toLowerCase()];
  if (truth !== undefined) return { sign: 1, body: String(truth), exponent: '', unit: 'true' };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: anything but ASCII is brought to its plain form
  if (/[^\x00-\x7f]/.test(text)) {
    text = text
      .replace(/(?<=\d)[\u00a0\u2009\u202f’٬](?=\d)/g, "'")
      .replaceAll('−', '-')
      .normalize('NFKC')
      .trim();
  }
  text = KEY.exec(text)?.[2] ?? text;
  const accounting = /^\((.*\d.*)\)$/.exec(text)?.[1];
  const [, sign1 = '', prefix = '', sign2 = '', body, exponent = '', suffix = ''] =
    PARTS.exec(accounting ?? text) ?? [];
  if (body === undefined || (sign1 !== '' && sign2 !== '')) return undefined;
  const sign = (sign1 + sign2 === '-') !== (accounting !== undefined) ? -1 : 1;
  return { sign, body, exponent, unit: `${prefix}${suffix}`.trim().replace(/\s+/g, ' ') };
}

/** Whether a cell is a number with a unit that is known, or without one. */
export function looksNumeric(cell: string): boolean {
  const parts = partsOf(cell);
  if (parts === undefined || !(parts.unit === '' || isKnownUnit(parts.unit))) return false;
  return readingsOf(parts.body, undefined, undefined) !== undefined;
}

/** What a body can mean. `decimal` is the decimal mark that it proves; without one, both readings are possible. */
interface Readings {
  readonly point?: number;
  readonly comma?: number;
}

const grouped = (mark: string): RegExp => new RegExp(`^\\d{1,3}(?:\\${mark}\\d{2,3})*\\${mark}\\d{3}$`);
const GROUPED = { '.': grouped('.'), ',': grouped(','), "'": grouped("'") };

/** Digits with a decimal mark and perhaps a thousands mark as a number; `undefined` if the marks stand wrong. */
function numberWith(body: string, decimal: '.' | ',', thousands: string | undefined): number | undefined {
  const [whole, fraction, ...more] = body.split(decimal) as [string, ...string[]];
  if (more.length > 0 || (fraction !== undefined && !/^\d*$/.test(fraction))) return undefined;
  const marks = thousands === undefined ? [decimal === '.' ? ',' : '.', "'"] : [thousands];
  let digits = whole;
  for (const mark of marks) {
    if (!digits.includes(mark)) continue;
    if (!(GROUPED[mark as ','] ?? /^\d{1,3}(?:[ _]\d{3})+$/).test(digits)) return undefined;
    digits = digits.replaceAll(mark, '');
  }
  return /^\d*$/.test(digits) ? Number(`${digits || 0}.${fraction || 0}`) : undefined;
}

function readingsOf(body: string, decimal: '.' | ',' | undefined, thousands: string | undefined): Readings | undefined {
  const point = decimal === ',' ? undefined : numberWith(body, '.', thousands);
  const comma = decimal === '.' ? undefined : numberWith(body, ',', thousands);
  if (point === undefined && comma === undefined) return undefined;
  return { ...(point !== undefined && { point }), ...(comma !== undefined && { comma }) };
}

/** The decimal mark that the cells of a sample prove; `undefined` if they prove none. */
function decimalIn(cells: readonly string[], notation: Notation): '.' | ',' | undefined {
  if (notation.decimal !== undefined || notation.thousands !== undefined) return decimalOf(notation);
  const proven = new Set<'.' | ','>();
  for (const cell of cells) {
    const body = partsOf(cell)?.body;
    if (body === undefined || !/[.,]/.test(body)) continue;
    const { point, comma } = readingsOf(body, undefined, undefined) ?? {};
    if (point === undefined && comma !== undefined) proven.add(',');
    if (comma === undefined && point !== undefined) proven.add('.');
  }
  return proven.size === 1 ? [...proven][0] : undefined;
}

function decimalOf({ decimal, thousands }: Notation): '.' | ',' | undefined {
  if (decimal !== undefined || thousands === undefined) return decimal;
  return thousands === '.' ? ',' : '.';
}

/** What the cells of a column have said about how it is written, as JSON. */
export interface ColumnMemory {
  readonly decimal?: '.' | ',' | undefined;
  readonly hasPoint: boolean;
  readonly isPlain: boolean;
  readonly unit: UnitMemory;
}

/** A column that takes cells. */
export class NumberColumn {
  readonly #values: Numbers;
  readonly #notation: Notation;
  readonly #name: string | undefined;
  /** Whether a cell with two readings may wait for the others. */
  readonly #canWait: boolean;
  /** Whether numbers with a decimal point and without a unit are all there is to expect. */
  #isPlain: boolean;
  #decimal: '.' | ',' | undefined;
  readonly #unit: ColumnUnit;
  /** Cells with two readings: row, reading with a decimal comma, in pairs. */
  #waiting: number[];
  #firstWaiting: string;
  #hasPoint: boolean;

  /** `sample` are cells of the column that are known before the first one is pushed. */
  constructor(
    values: Numbers,
    notation: Notation,
    name: string | undefined,
    canWait: boolean,
    sample: readonly string[] = [],
  ) {
    this.#values = values;
    this.#notation = notation;
    this.#name = name;
    this.#canWait = canWait;
    this.#isPlain = false;
    this.#decimal = decimalIn(sample, notation);
    this.#unit = new ColumnUnit();
    this.#waiting = [];
    this.#firstWaiting = '';
    this.#hasPoint = false;
  }

  /** What was found so far, for {@link resume}. Cells that wait for others are no part of it. */
  get memory(): ColumnMemory {
    return {
      decimal: this.#decimal,
      hasPoint: this.#hasPoint,
      isPlain: this.#isPlain,
      unit: this.#unit.memory,
    };
  }

  /** Goes on where another one of the same column ended. */
  resume({ decimal, hasPoint, isPlain, unit }: ColumnMemory): void {
    this.#decimal = decimal;
    this.#hasPoint = hasPoint;
    this.#isPlain = isPlain;
    this.#unit.resume(unit);
  }

  /** Takes the next cell. Throws for one that is no number and not missing. */
  push(cell: string, lineNumber: number): void {
    if (this.#isPlain) {
      const x = parseCell(cell);
      if (x !== undefined) {
        this.#values.push(x);
        return;
      }
    }
    this.#values.push(this.#read(cell, lineNumber));
  }

  /** Takes a number that is no text, such as one of JSON. */
  pushNumber(x: number, lineNumber: number): void {
    if (this.#isPlain) this.#values.push(x - x === 0 ? x : NaN);
    else this.#values.push(this.#read(String(x), lineNumber));
  }

  /** After the last cell: no cell may still have two readings. The values get their unit. */
  end(): void {
    const { first } = this.#unit;
    if (first !== undefined && first !== '' && first !== 'true' && first !== 'false') this.#values.unit = first;
    if (this.#waiting.length > 0) this.#refuseAmbiguous(this.#firstWaiting);
  }

  /** What is to be said about the units; `undefined` for nothing. */
  get notice(): string | undefined {
    const { first, other } = this.#unit;
    const where = this.#name === undefined ? '' : ` in column ${show(this.#name)}`;
    if (other === undefined) {
      const isUnknown = first !== undefined && first !== '' && !isKnownUnit(first);
      return isUnknown ? `the values${where} are numbers with ${show(first)} behind them` : undefined;
    }
    const name = first === '' ? '1' : first!;
    return `values${where} in ${other} and ${name} are brought to ${name}, the unit of the first one`;
  }

  #read(cell: string, lineNumber: number): number {
    const { na } = this.#notation;
    if (na.length > 0 && this.#isListed(cell)) return NaN;
    const x = parseCell(cell);
    if (x !== undefined && Number.isNaN(x)) return NaN;
    if (x !== undefined && this.#decimal !== ',') {
      if (x !== 0 && this.#unit.first === undefined) this.#unit.convert(x, '');
      if (this.#decimal === undefined && cell.includes('.')) this.#hasPoint = true;
      if (this.#hasPoint || this.#decimal === '.') {
        this.#decide('.', cell, lineNumber);
        this.#isPlain = this.#unit.first === '' && na.length === 0;
      }
      if (this.#unit.first === '' || x === 0) return x;
    }
    const parts = partsOf(cell);
    if (parts === undefined) this.#refuse(cell, lineNumber);
    const { sign, body, exponent, unit } = parts;
    const readings = readingsOf(body, this.#decimal, this.#notation.thousands);
    if (readings === undefined) this.#refuse(cell, lineNumber);
    const { point, comma } = readings;
    const scaled = (reading: number): number => {
      const value = sign * (exponent === '' ? reading : Number(`${reading}${exponent}`));
      return this.#unit.convert(value, unit) ?? this.#refuse(cell, lineNumber, unit);
    };
    if (
      point === comma ||
      (point !== undefined && comma !== undefined && this.#decimal === undefined && !body.includes(','))
    ) {
      if (point !== comma) this.#decide('.', cell, lineNumber);
      return scaled(point!);
    }
    if (point !== undefined && comma !== undefined) return this.#wait(scaled(point), scaled(comma), cell);
    this.#decide(point === undefined ? ',' : '.', cell, lineNumber);
    return scaled((point ?? comma)!);
  }

  #isListed(cell: string): boolean {
    const text = cell.trim();
    const x = Number(text || NaN);
    return this.#notation.na.some((item) => item === text || (item !== '' && Number(item) === x));
  }

  /** Keeps the other reading until a later cell decides. */
  #wait(point: number, comma: number, cell: string): number {
    if (!this.#canWait) this.#refuseAmbiguous(cell);
    if (this.#waiting.length === 0) this.#firstWaiting = cell.trim();
    this.#waiting.push(this.#values.length, comma);
    return point;
  }

  #decide(decimal: '.' | ',', cell: string, lineNumber: number): void {
    if (this.#decimal === decimal) return;
    if (decimal === ',' && this.#hasPoint) {
      notANumber(cell, lineNumber, this.#name, 'others have a decimal point; if points are thousands: --decimal ,');
    }
    this.#decimal = decimal;
    for (let w = 0; decimal === ',' && w < this.#waiting.length; w += 2) {
      this.#values.set(this.#waiting[w]!, this.#waiting[w + 1]!);
    }
    this.#waiting = [];
  }

  #refuseAmbiguous(cell: string): never {
    const { point, comma } = readingsOf(partsOf(cell)!.body, undefined, undefined)!;
    const where = this.#name === undefined ? '' : ` in column ${show(this.#name)}`;
    fail(
      `${show(cell.trim())}${where} can be ${point} or ${comma}, and nothing says which: give --decimal . or --decimal ,`,
    );
  }

  #refuse(cell: string, lineNumber: number, unit?: string): never {
    const { first } = this.#unit;
    if (unit !== undefined) {
      const remedy = `the values before have ${first === '' ? 'no unit' : `the unit ${show(first!)}`}`;
      notANumber(cell, lineNumber, this.#name, remedy);
    }
    const body = partsOf(cell)?.body;
    const other = this.#decimal === '.' ? ',' : '.';
    const isMarked = body !== undefined && readingsOf(body, undefined, undefined) !== undefined;
    const isMany = cell
      .trim()
      .split(/[\s,;]+/)
      .every((part) => part !== '' && !Number.isNaN(Number(part)));
    const many = isMany && /[\s,;]/.test(cell.trim()) ? 'several numbers where the others have one' : '';
    notANumber(
      cell,
      lineNumber,
      this.#name,
      isMarked ? `if ${show(other)} is the decimal mark: --decimal ${other}` : many,
    );
  }
}

/** True for a cell that is missing in this notation. */
export function isMissingIn(cell: string, { na }: Notation): boolean {
  return isMissing(cell) || na.includes(cell.trim());
}
