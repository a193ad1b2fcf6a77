// Arrow IPC files and streams, Feather version 2 among them, read by @uwdata/flechette, which is loaded when it is used.
import { readFile } from 'node:fs/promises';
import zlib from 'node:zlib';
import type { DataType } from '@uwdata/flechette';
import { fail } from '../../errors.ts';
import { clockText, dayText, plainText, timestampText, type Unit } from './cells.ts';
import { type ColumnarFile, loadOptional } from './columnar.ts';
import { lz4Frame } from './lz4.ts';

const UNITS: readonly Unit[] = ['s', 'ms', 'us', 'ns'];

/** Rows that become texts at a time. */
const BATCH = 50_000;

/** Numbers of the codecs in the format. */
const LZ4 = 0;
const ZSTD = 1;

/** Opens an Arrow file. Buffers compressed by LZ4 are read, and by zstd from Node 22.15 on. */
export async function openArrow(path: string): Promise<ColumnarFile> {
  const lib = await loadOptional(() => import('@uwdata/flechette'), 'Arrow and Feather', '@uwdata/flechette');
  const { zstdDecompressSync } = zlib as { zstdDecompressSync?: (bytes: Uint8Array) => Uint8Array };
  const encode = (): never => fail('nothing is written as Arrow');
  lib.setCompressionCodec(LZ4, { encode, decode: lz4Frame });
  if (zstdDecompressSync !== undefined) lib.setCompressionCodec(ZSTD, { encode, decode: zstdDecompressSync });
  const bytes = await readFile(path);
  const table = readTable(() => lib.tableFromIPC(bytes, { useBigInt: true, useBigIntTimestamp: true }));
  const names: string[] = [];
  const nested = new Map<string, string>();
  const writers = new Map<string, (value: unknown) => string>();
  for (const { name, type } of table.schema.fields) {
    const write = writerOf(type, lib.Type);
    if (write === undefined) nested.set(name, nestedKind(type, lib.Type));
    else {
      names.push(name);
      writers.set(name, write);
    }
  }
  return {
    names,
    nested,
    async close() {},
    async *rows(columns) {
      const read = columns.map((name) => ({ column: table.getChild(name), write: writers.get(name)! }));
      for (let from = 0; from < table.numRows; from += BATCH) {
        const rows: string[][] = [];
        for (let t = from; t < Math.min(table.numRows, from + BATCH); t++) {
          rows.push(
            read.map(({ column, write }) => {
              const value: unknown = column.at(t);
              return value === null || value === undefined ? '' : write(value);
            }),
          );
        }
        yield rows;
      }
    },
  };
}

function readTable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    const { message } = error as Error;
    if (/codec|compress/i.test(message)) {
      fail('compressed by zstd, which Node reads from version 22.15 on: write it with LZ4 or no compression');
    }
    return fail(`damaged Arrow data (${message.replace(/\s+/g, ' ').slice(0, 80)})`);
  }
}

type Types = typeof import('@uwdata/flechette').Type;

function nestedKind({ typeId }: DataType, type: Types): string {
  if (typeId === type.Struct) return 'structures';
  if (typeId === type.Map) return 'maps';
  const lists: number[] = [type.List, type.LargeList, type.FixedSizeList, type.ListView, type.LargeListView];
  return lists.includes(typeId) ? 'lists' : 'bytes or other values';
}

/** What makes texts of the values of a column; `undefined` for lists, structures, bytes and the like. */
function writerOf(given: DataType, type: Types): ((value: unknown) => string) | undefined {
  const { typeId } = given;
  if (typeId === type.Dictionary) return writerOf((given as unknown as { dictionary: DataType }).dictionary, type);
  if (typeId === type.Timestamp) {
    const { unit, timezone } = given as { unit: number; timezone: string | null } & DataType;
    return (value) => timestampText(value as bigint, UNITS[unit]!, timezone ?? undefined);
  }
  if (typeId === type.Time) {
    const { unit } = given as unknown as { unit: number };
    return (value) => clockText(value as bigint, UNITS[unit]!);
  }
  if (typeId === type.Date) return (value) => dayText(Math.floor(Number(value) / 86_400_000));
  const flat: number[] = [
    type.Int,
    type.Float,
    type.Decimal,
    type.Bool,
    type.Utf8,
    type.LargeUtf8,
    type.Utf8View,
    type.Null,
  ];
  return flat.includes(typeId) ? plainText : undefined;
}
