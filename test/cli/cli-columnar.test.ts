// Parquet and Arrow files: columns by name, times of all units, whole numbers that are exact, and what is refused.
import { gzipSync } from 'node:zlib';
import {
  dateDay,
  decimal,
  dictionary,
  field,
  float64,
  int64,
  list,
  struct,
  tableFromArrays,
  tableToIPC,
  timestamp,
  utf8,
} from '@uwdata/flechette';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, test } from 'vitest';
import { lz4Frame } from '../../src/cli/input/columnar/lz4.ts';
import { KNN } from '../../src/index.ts';
import { cli, file, score } from '../support/cli-run.ts';
import { mulberry32 } from '../support/series.ts';

const random = mulberry32(3);
const N = 300;
const cpu = Array.from({ length: N }, (_, t) => (t === 40 ? null : 20 + Math.round(1e9 * random()) / 1e9));
const START = Date.UTC(2024, 2, 1);
const dates = Array.from({ length: N }, (_, t) => new Date(START + 60_000 * t));
const hosts = Array.from({ length: N }, (_, t) => `h${t % 3}`);
const scores = new KNN(3, 2).score(cpu);
const isoOf = (date: Date): string => date.toISOString().replace('.000', '');
const csvText = (time: (t: number) => string): string =>
  `index,time,value,score\n${cpu.map((x, t) => `${t},${time(t)},${x ?? ''},${Number.isNaN(scores[t]) ? '' : scores[t]}\n`).join('')}`;
const ARGS = ['--column=cpu', '--time=time', '-w3', '-k2', '--format=csv'];
const columnData = [
  { name: 'time', data: dates, type: 'TIMESTAMP' as const },
  { name: 'host', data: hosts, type: 'STRING' as const },
  { name: 'cpu', data: cpu, type: 'DOUBLE' as const, nullable: true },
  { name: 'big', data: dates.map((_, t) => 2n ** 53n + BigInt(t)), type: 'INT64' as const },
  { name: 'count', data: dates.map((_, t) => BigInt(t % 7)), type: 'INT64' as const },
  { name: 'up', data: dates.map((_, t) => t % 5 > 0), type: 'BOOLEAN' as const },
  { name: 'day', data: dates, type: undefined },
].filter(({ type }) => type !== undefined) as Parameters<typeof parquetWriteBuffer>[0]['columnData'];
const parquet = (options: object = {}): Uint8Array => new Uint8Array(parquetWriteBuffer({ columnData, ...options }));

describe('Parquet', () => {
  file('plain.parquet', parquet({ rowGroupSize: 100 }));

  test('columns by name, dates as ISO 8601, null as missing; several row groups', async () => {
    expect(await score(['plain.parquet', ...ARGS])).toBe(csvText((t) => isoOf(dates[t]!)));
    file('no-extension', parquet({ codec: 'UNCOMPRESSED' }));
    expect(await score(['no-extension', ...ARGS])).toBe(csvText((t) => isoOf(dates[t]!)));
  });

  test('gzip is read by Node', async () => {
    const compressors = { GZIP: (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes)) };
    file('gzip.parquet', parquet({ codec: 'GZIP', compressors }));
    expect(await score(['gzip.parquet', ...ARGS])).toBe(csvText((t) => isoOf(dates[t]!)));
  });

  test.each([
    ['MILLIS', true, '2024-03-01T00:00:00.001Z', 1],
    ['MICROS', true, '2024-03-01T00:00:00.000001Z', 1],
    ['NANOS', true, '2024-03-01T00:00:00.000000001Z', 1],
    ['NANOS', false, '2024-03-01T00:00:00.000000001', 1],
  ] as const)('timestamps in %s, of UTC %s', async (unit, isAdjustedToUTC, text, extra) => {
    const per = { MILLIS: 1n, MICROS: 1000n, NANOS: 1_000_000n }[unit];
    const stamps = dates.map((date, t) => BigInt(date.getTime()) * per + (t === 0 ? BigInt(extra) : 0n));
    const schema = [
      { name: 'root', num_children: 2 },
      {
        name: 'time',
        type: 'INT64',
        repetition_type: 'REQUIRED',
        logical_type: { type: 'TIMESTAMP', isAdjustedToUTC, unit },
      },
      { name: 'cpu', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
    ];
    const data = [
      { name: 'time', data: stamps },
      { name: 'cpu', data: cpu },
    ];
    file('units.parquet', new Uint8Array(parquetWriteBuffer({ columnData: data, schema } as never)));
    const out = (await score(['units.parquet', ...ARGS])).split('\n');
    expect(out[1]!.split(',')[1]).toBe(text);
    expect(out[3]!.split(',')[1]).toBe(`2024-03-01T00:02:00${isAdjustedToUTC ? 'Z' : ''}`);
    expect(out[3]!.split(',')[2]).toBe(String(cpu[2]));
  });

  test('whole numbers are exact or refused; truth values are 1 and 0', async () => {
    expect(await score(['plain.parquet', '--column=count', '-w2', '-k1'])).toBe(
      `${new KNN(2, 1).score(dates.map((_, t) => t % 7)).join('\n')}\n`,
    );
    const refused = await cli(['score', 'plain.parquet', '--column=big', '-w2']);
    expect(refused).toMatchObject({ status: 1, stdout: '' });
    expect(refused.stderr).toContain(
      'row 2: 9007199254740993 in column "big" has more digits than a number here can hold',
    );
    const up = await score(['plain.parquet', '--column=up', '-w1', '-k1', '--format=csv']);
    expect(up.split('\n').slice(1, 3)).toEqual(['0,0,0', '1,1,0']);
  });

  test('--series, --where, --since and --resample work as in CSV', async () => {
    const own = cpu.filter((_, t) => hosts[t] === 'h1');
    const out = await score([
      'plain.parquet',
      '--column=cpu',
      '--time=time',
      '--where=host=h1',
      '-w3',
      '-k2',
      '--since=2024-03-01',
    ]);
    expect(out).toBe(`${new KNN(3, 2).score(own).join('\n')}\n`);
    const all = (
      await score(['plain.parquet', '--column=cpu', '--time=time', '--series=host', '-w3', '-k2', '--format=csv'])
    ).split('\n');
    const h1 = all.filter((line) => line.split(',')[2] === 'h1').map((line) => Number(line.split(',')[4] || NaN));
    expect(h1).toEqual(new KNN(3, 2).score(own));
  });

  test('what is not read is refused by name', async () => {
    const nested = [
      { name: 'root', num_children: 2 },
      { name: 'tags', repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      { name: 'element', repetition_type: 'OPTIONAL', type: 'INT32' },
      { name: 'v', type: 'DOUBLE', repetition_type: 'REQUIRED' },
    ];
    const data = [
      { name: 'tags', data: [[1], [2, 3], [], [4]] },
      { name: 'v', data: [1, 2, 3, 4] },
    ];
    file('nested.parquet', new Uint8Array(parquetWriteBuffer({ columnData: data, schema: nested } as never)));
    expect((await cli(['score', 'nested.parquet', '--column=tags'])).stderr).toContain(
      'column "tags" holds lists: only columns of',
    );
    expect(await score(['nested.parquet', '-w1', '-k1'])).toBe('1\n1\n1\n1\n');
    const names = await cli(['score', 'plain.parquet', '--column=gone']);
    expect(names.stderr).toBe(
      'knn-anomaly: plain.parquet: no column "gone"; the columns are time, host, cpu, big, count, up\n',
    );
    file('damaged.parquet', parquet().slice(0, 500));
    const damaged = await cli(['score', 'damaged.parquet']);
    expect(damaged.status).toBe(1);
    expect(damaged.stderr).toMatch(/^knn-anomaly: damaged.parquet: damaged Parquet data \([^\n]+\)\n$/);
    expect((await cli(['monitor', 'plain.parquet'])).stderr).toContain('is a whole table, not a stream');
    expect((await cli(['score', 'none.parquet'])).stderr).toContain('none.parquet: no such file');
  });
});

describe('Arrow and Feather', () => {
  const arrow = (unit: 0 | 1 | 2 | 3, zone: string | null, format: 'file' | 'stream' = 'file'): Uint8Array => {
    const per = [1 / 1000, 1, 1000, 1_000_000][unit]!;
    const stamps = dates.map((date) => (per < 1 ? date.getTime() / 1000 : date.getTime()));
    const table = tableFromArrays(
      {
        time: stamps.map((ms) => (unit === 0 ? 1000 * ms : ms)),
        host: hosts,
        cpu,
        count: dates.map((_, t) => BigInt(t % 7)),
      },
      { types: { time: timestamp(unit, zone), host: dictionary(utf8()), cpu: float64(), count: int64() } },
    );
    return tableToIPC(table, { format })!;
  };

  test.each([
    [0, 'UTC', 'Z'],
    [1, 'UTC', 'Z'],
    [2, null, ''],
    [3, 'UTC', 'Z'],
  ] as const)('timestamps of unit %d and zone %s', async (unit, zone, suffix) => {
    file('units.arrow', arrow(unit, zone));
    expect(await score(['units.arrow', ...ARGS])).toBe(csvText((t) => `${isoOf(dates[t]!).slice(0, -1)}${suffix}`));
  });

  test('a zone is kept; .feather, and a stream by its extension', async () => {
    const berlin = (t: number): string => `${isoOf(new Date(dates[t]!.getTime() + 3_600_000)).slice(0, -1)}+01:00`;
    file('zone.feather', arrow(1, 'Europe/Berlin'));
    expect(await score(['zone.feather', ...ARGS])).toBe(csvText(berlin));
    file('stream.arrow', arrow(1, 'Europe/Berlin', 'stream'));
    expect(await score(['stream.arrow', ...ARGS])).toBe(csvText(berlin));
  });

  test('texts of a dictionary tell series apart; lists are refused by name; days and decimals are read', async () => {
    const out = await score(['zone.feather', '--column=cpu', '--time=time', '--series=host', '--format=csv']);
    expect(out.split('\n')[1]).toMatch(/^0,2024-03-01T01:00:00\+01:00,h0,/);
    const table = tableFromArrays(
      {
        day: dates.slice(0, 9).map((_, t) => new Date(START + 86_400_000 * t)),
        tags: dates.slice(0, 9).map(() => [1]),
        s: dates.slice(0, 9).map(() => ({ a: 1 })),
        d: [1.25, 2.5, 3, 4, 5, 6, 7, 8, 9],
      },
      { types: { day: dateDay(), tags: list(float64()), s: struct([field('a', float64())]), d: decimal(12, 2, 128) } },
    );
    file('mixed.arrow', tableToIPC(table, { format: 'file' })!);
    expect((await score(['mixed.arrow', '--time=day', '-w1', '-k1', '--format=csv'])).split('\n').slice(1, 3)).toEqual([
      '0,2024-03-01,1.25,1.25',
      '1,2024-03-02,2.5,0.5',
    ]);
    expect((await cli(['score', 'mixed.arrow', '--column=tags'])).stderr).toContain('column "tags" holds lists');
    expect((await cli(['score', 'mixed.arrow', '--column=s'])).stderr).toContain('column "s" holds structures');
  });

  test('LZ4 frames: literals, matches that overlap themselves, stored blocks', () => {
    const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
    const frame = (...blocks: number[][]): Uint8Array => {
      const body = blocks.flatMap((block) => [block.length & 255, block.length >> 8, 0, 0, ...block]);
      return Uint8Array.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82, ...body, 0, 0, 0, 0]);
    };
    const bytes = (word: string): number[] => [...Buffer.from(word, 'latin1')];
    expect(text(lz4Frame(frame([0x30, ...bytes('abc')])))).toBe('abc');
    // "ab", then 4 + 6 bytes from 2 back, then "!".
    expect(text(lz4Frame(frame([0x26, ...bytes('ab'), 2, 0, 0x10, ...bytes('!')])))).toBe(
      'ababababababa!'.slice(0, 0) + 'abababababab!',
    );
    // 15 + 5 literals.
    expect(text(lz4Frame(frame([0xf0, 5, ...bytes('01234567890123456789')])))).toBe('01234567890123456789');
    const stored = Uint8Array.from([
      0x04,
      0x22,
      0x4d,
      0x18,
      0x60,
      0x40,
      0x82,
      3,
      0,
      0,
      0x80,
      ...bytes('xyz'),
      0,
      0,
      0,
      0,
    ]);
    expect(text(lz4Frame(stored))).toBe('xyz');
    expect(() => lz4Frame(frame([0x26, ...bytes('ab'), 3, 0]))).toThrow('damaged LZ4 data');
    expect(() => lz4Frame(Uint8Array.from([1, 2, 3]))).toThrow('damaged LZ4 data');
  });

  test('damaged files and Feather 1 are refused in a line', async () => {
    file('cut.arrow', arrow(1, 'UTC').slice(0, 300));
    const run = await cli(['score', 'cut.arrow', '--column=cpu']);
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(/^knn-anomaly: cut.arrow: [^\n]+\n$/);
    file('old.feather', Buffer.from('FEA1....FEA1'));
    expect((await cli(['score', 'old.feather'])).stderr).toContain('Feather of version 1');
  });
});
