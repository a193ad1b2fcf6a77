// Parquet files, read by hyparquet, which is loaded when it is used.
import { open } from 'node:fs/promises';
import zlib from 'node:zlib';
import type { Compressors, SchemaElement } from 'hyparquet';
import { fail } from '../../errors.ts';
import { clockText, dayText, plainText, timestampText, type Unit } from './cells.ts';
import { type ColumnarFile, loadOptional } from './columnar.ts';

const UNITS = { MILLIS: 'ms', MICROS: 'us', NANOS: 'ns' } as const;

/** Most rows that are read at a time. */
const MOST_ROWS = 100_000;

/** Counts since 1970 stay as they are: which zone they are of only the schema says. */
const PARSERS = {
  timestampFromMilliseconds: (count: bigint) => count,
  timestampFromMicroseconds: (count: bigint) => count,
  timestampFromNanoseconds: (count: bigint) => count,
  dateFromDays: (days: number) => days,
};

/** Opens a Parquet file. Snappy is read by hyparquet, gzip, brotli and (from Node 22.15 on) zstd by Node. */
export async function openParquet(path: string): Promise<ColumnarFile> {
  const lib = await loadOptional(() => import('hyparquet'), 'Parquet', 'hyparquet');
  const handle = await open(path);
  const { size } = await handle.stat();
  const file = {
    byteLength: size,
    async slice(start: number, end = size): Promise<ArrayBuffer> {
      const bytes = new Uint8Array(Math.max(0, end - start));
      await handle.read(bytes, 0, bytes.length, start);
      return bytes.buffer;
    },
  };
  const close = (): Promise<void> => handle.close();
  try {
    const metadata = await lib.parquetMetadataAsync(file);
    const { children } = lib.parquetSchema(metadata);
    const names: string[] = [];
    const nested = new Map<string, string>();
    const writers = new Map<string, (value: unknown) => string>();
    for (const { element, children: inner } of children) {
      const kind =
        inner.length > 0 ? nestedKind(element) : element.repetition_type === 'REPEATED' ? 'lists' : undefined;
      const write = kind === undefined ? writerOf(element) : undefined;
      if (write === undefined) nested.set(element.name, kind ?? 'bytes');
      else {
        names.push(element.name);
        writers.set(element.name, write);
      }
    }
    const codecs = new Set(
      metadata.row_groups.flatMap(({ columns }) => columns.map(({ meta_data }) => meta_data?.codec)),
    );
    const compressors = compressorsOf();
    for (const codec of codecs) {
      if (codec === undefined || codec === 'UNCOMPRESSED' || codec === 'SNAPPY' || compressors[codec]) continue;
      fail(`compressed by ${codec}, which is not read here: write it with snappy, gzip or no compression`);
    }
    const total = Number(metadata.num_rows);
    return {
      names,
      nested,
      close,
      async *rows(columns) {
        const write = columns.map((name) => writers.get(name)!);
        for (let rowStart = 0; rowStart < total; rowStart += MOST_ROWS) {
          const rowEnd = Math.min(total, rowStart + MOST_ROWS);
          let rows: readonly (readonly unknown[])[] = [];
          await lib.parquetRead({
            ...{ file, metadata, columns: [...columns], rowStart, rowEnd, compressors, parsers: PARSERS },
            ...{ rowFormat: 'array' as const, onComplete: (all: unknown[][]) => (rows = all) },
          });
          yield rows.map((row) =>
            row.map((value, c) => (value === null || value === undefined ? '' : write[c]!(value))),
          );
        }
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function nestedKind({ logical_type: logical, converted_type: converted }: SchemaElement): string {
  const type = logical?.type ?? converted;
  return type === 'LIST' ? 'lists' : type === 'MAP' || type === 'MAP_KEY_VALUE' ? 'maps' : 'structures';
}

/** What makes texts of the values of a column; `undefined` for bytes. */
function writerOf(element: SchemaElement): ((value: unknown) => string) | undefined {
  const { type, logical_type: logical, converted_type: converted } = element;
  if (logical?.type === 'TIMESTAMP') {
    const zone = logical.isAdjustedToUTC ? 'UTC' : undefined;
    return (value) => timestampText(value as bigint, UNITS[logical.unit], zone);
  }
  if (logical?.type === 'TIME') return (value) => clockText(value as bigint, UNITS[logical.unit]);
  const old = { TIMESTAMP_MILLIS: 'ms', TIMESTAMP_MICROS: 'us' }[converted as string] as Unit | undefined;
  if (old !== undefined) return (value) => timestampText(value as bigint, old, 'UTC');
  const oldClock = { TIME_MILLIS: 'ms', TIME_MICROS: 'us' }[converted as string] as Unit | undefined;
  if (oldClock !== undefined) return (value) => clockText(value as bigint, oldClock);
  if (type === 'INT96') return (value) => timestampText(value as bigint, 'ns', 'UTC');
  if (logical?.type === 'DATE' || converted === 'DATE') return (value) => dayText(Number(value));
  if (logical?.type === 'INTERVAL' || converted === 'INTERVAL') return undefined;
  return (value) => (value instanceof Uint8Array || typeof value === 'object' ? '?' : plainText(value));
}

/** What Node can decompress. */
function compressorsOf(): Compressors {
  const { zstdDecompressSync } = zlib as { zstdDecompressSync?: (bytes: Uint8Array) => Uint8Array };
  return {
    GZIP: (bytes) => zlib.gunzipSync(bytes),
    BROTLI: (bytes) => zlib.brotliDecompressSync(bytes),
    ...(zstdDecompressSync && { ZSTD: (bytes: Uint8Array) => zstdDecompressSync(bytes) }),
  };
}
