// Arrays that NumPy saves: numbers of all sizes and byte orders, one or two dimensions, and arrays of records.
import { open } from 'node:fs/promises';
import { fail, show } from '../../errors.ts';
import { timestampText, type Unit } from './cells.ts';
import type { ColumnarFile } from './columnar.ts';

/** Bytes that become texts at a time. */
const BATCH = 1 << 22;
/** The longest header that is read. */
const LONGEST_HEADER = 1 << 20;

/** Makes a text of the item at an offset: '' for a missing one. */
type Cell = (bytes: DataView, at: number) => string;

/** A column of an array. */
interface Field {
  readonly name: string;
  /** Bytes from the beginning of a row. */
  readonly offset: number;
  readonly cell: Cell;
}

/**
 * Opens a file of `numpy.save`, of all versions of the format.
 *
 * @throws CliError for arrays of objects, of texts or of complex numbers, of more than two dimensions, and for damaged files
 */
export async function openNumpy(path: string): Promise<ColumnarFile> {
  const handle = await open(path);
  const close = (): Promise<void> => handle.close();
  try {
    const read = async (from: number, length: number): Promise<Buffer> => {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, from);
      if (bytesRead < length) fail('damaged NumPy data (the file ends before the array does)');
      return buffer;
    };
    const start = await read(0, 12);
    if (start.toString('latin1', 0, 6) !== '\x93NUMPY') fail('damaged NumPy data (the file does not begin as one)');
    const isLong = start[6]! > 1;
    const [begin, size] = isLong ? [12, start.readUInt32LE(8)] : [10, start.readUInt16LE(8)];
    if (size > LONGEST_HEADER) fail('damaged NumPy data (the header has no end)');
    const header = (await read(begin, size)).toString(start[6]! > 2 ? 'utf8' : 'latin1');
    const shape = (/'shape':\s*\(([\d,\s]*)\)/.exec(header)?.[1] ?? '')
      .split(',')
      .filter((n) => n.trim() !== '')
      .map(Number);
    const isFortran = /'fortran_order':\s*True/.test(header);
    if (shape.length > 2) fail(`an array of ${shape.length} dimensions: one column or a table of columns is read`);
    const [numRows = 1, width = 1] = shape;
    const { fields, rowSize } = fieldsOf(header, width);
    const data = begin + size;
    const [rowStep, columnStep] =
      isFortran && shape.length === 2 ? [rowSize, rowSize * numRows] : [rowSize * width, rowSize];
    const columns = fields.length > 1 || width === 1 ? fields : spread(fields[0]!, width, columnStep);
    return {
      names: columns.map(({ name }) => name),
      nested: new Map(),
      close,
      async *rows(names) {
        const wanted = names.map((name) => columns.find((column) => column.name === name)!);
        // Column after column each one is read by itself, else all of a row together.
        const isApart = isFortran && shape.length === 2;
        const numAtOnce = Math.max(1, Math.floor(BATCH / Math.max(1, rowStep)));
        for (let from = 0; from < numRows; from += numAtOnce) {
          const count = Math.min(numAtOnce, numRows - from);
          const viewOf = async (offset: number): Promise<DataView> => {
            const { buffer, byteOffset, byteLength } = await read(data + offset + from * rowStep, count * rowStep);
            return new DataView(buffer, byteOffset, byteLength);
          };
          const views = await Promise.all((isApart ? wanted.map(({ offset }) => offset) : [0]).map(viewOf));
          yield Array.from({ length: count }, (_, t) =>
            wanted.map(({ offset, cell }, c) =>
              isApart ? cell(views[c]!, t * rowStep) : cell(views[0]!, t * rowStep + offset),
            ),
          );
        }
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The columns of a table of numbers. */
function spread({ cell }: Field, width: number, step: number): Field[] {
  return Array.from({ length: width }, (_, c) => ({ name: `column${c + 1}`, offset: c * step, cell }));
}

/** What a row holds: one number, or a record of several with names. */
function fieldsOf(header: string, width: number): { fields: Field[]; rowSize: number } {
  const simple = /'descr':\s*'([^']+)'/.exec(header)?.[1];
  if (simple !== undefined) {
    const { size, cell } = cellOf(simple);
    return { fields: [{ name: 'values', offset: 0, cell }], rowSize: size };
  }
  const record = /'descr':\s*\[(.*?)\](?=,\s*'fortran_order')/s.exec(header)?.[1];
  if (record === undefined || width > 1) fail('damaged NumPy data (there is no type in the header)');
  const fields: Field[] = [];
  let offset = 0;
  for (const [, name, type] of record.matchAll(/\('([^']*)',\s*'([^']+)'\)/g)) {
    const { size, cell } = cellOf(type!);
    if (name !== '') fields.push({ name: name!, offset, cell });
    offset += size;
  }
  if (fields.length === 0 || fields.length < (record.match(/\('[^']/g) ?? []).length) {
    fail('an array of records within records: save its columns by themselves');
  }
  return { fields, rowSize: offset };
}

/** The size of an item in bytes, and how it is read. */
function cellOf(type: string): { size: number; cell: Cell } {
  const [, order = '', kind = '', digits = '', unit] = /^([<>|=])([a-zA-Z])(\d+)(?:\[(?:1)?(\w+)\])?$/.exec(type) ?? [];
  const size = Number(digits);
  const isLittle = order !== '>';
  if (kind === 'V') return { size, cell: () => '' }; // what stands between the items of a record
  if (kind === 'b' && size === 1) return { size, cell: (bytes, at) => String(bytes.getUint8(at) !== 0) };
  if (kind === 'f' && size === 8) return { size, cell: (bytes, at) => String(bytes.getFloat64(at, isLittle)) };
  if (kind === 'f' && size === 4) return { size, cell: (bytes, at) => String(bytes.getFloat32(at, isLittle)) };
  if (kind === 'f' && size === 2) return { size, cell: (bytes, at) => String(half(bytes.getUint16(at, isLittle))) };
  if ((kind === 'i' || kind === 'u') && [1, 2, 4, 8].includes(size)) {
    const name = `get${size === 8 ? 'Big' : ''}${kind === 'i' ? 'Int' : 'Uint'}${8 * size}` as 'getInt32';
    return { size, cell: (bytes, at) => String(bytes[name](at, isLittle)) };
  }
  if (kind === 'M' && size === 8 && unit !== undefined && ['s', 'ms', 'us', 'ns', 'D'].includes(unit)) {
    const cell: Cell = (bytes, at) => {
      const count = bytes.getBigInt64(at, isLittle);
      if (count === -(2n ** 63n)) return '';
      return unit === 'D' ? timestampText(86_400n * count, 's', 'UTC') : timestampText(count, unit as Unit, 'UTC');
    };
    return { size, cell };
  }
  return fail(`an array of the type ${show(type)}: arrays of numbers, truth values and times are read`);
}

/** A number of 16 bits: a sign, 5 bits of exponent, 10 bits of fraction. */
function half(bits: number): number {
  const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}
