import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { StateReader, StateWriter } from '../../src/core/state.ts';

function saved(): Uint8Array {
  const writer = new StateWriter('Example', 2);
  writer.u8(200);
  writer.u32(4_000_000_000);
  writer.f64(-0);
  writer.f64s([1.5, NaN, -Infinity]);
  writer.text('größer');
  writer.bytes(Uint8Array.of(0, 255));
  return writer.finish();
}

function read(bytes: Uint8Array): unknown[] {
  const reader = new StateReader(bytes, 'Example', 3);
  const fields = [reader.format, reader.u8(), reader.u32(), reader.f64(), reader.f64s(), reader.text(), reader.bytes()];
  reader.end();
  return fields;
}

test('StateReader reads what StateWriter wrote, from the middle of a buffer, too', () => {
  const fields = [2, 200, 4_000_000_000, -0, Float64Array.of(1.5, NaN, -Infinity), 'größer', Uint8Array.of(0, 255)];
  expect(read(saved())).toEqual(fields);
  const padded = new Uint8Array(saved().length + 7);
  padded.set(saved(), 3);
  expect(read(padded.subarray(3, 3 + saved().length))).toEqual(fields);
});

test('StateWriter has room for any number of fields of any kind', () => {
  for (const kind of ['u8', 'u32', 'f64'] as const) {
    const writer = new StateWriter('Example', 1);
    for (let p = 0; p < 5000; p++) writer[kind](p & 255);
    const reader = new StateReader(writer.finish(), 'Example', 1);
    for (let p = 0; p < 5000; p++) if (reader[kind]() !== (p & 255)) throw new Error(`${kind} ${p}`);
    reader.end();
  }
});

test('the bytes are little-endian and end with the CRC-32 that zlib computes', () => {
  const bytes = saved();
  const end = bytes.length - 4;
  expect(Buffer.from(bytes.subarray(0, 8)).toString('hex')).toBe('4b4e4e4102000700');
  if (crc32) expect(new DataView(bytes.buffer).getUint32(end, true)).toBe(crc32(bytes.subarray(0, end)));
});

test('every flipped bit, every truncation and every extension is refused', () => {
  const bytes = saved();
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const damaged = bytes.slice();
    damaged[bit >> 3]! ^= 1 << (bit & 7);
    expect(() => read(damaged)).toThrow(RangeError);
  }
  for (let length = 0; length < bytes.length; length++) {
    expect(() => read(bytes.slice(0, length))).toThrow(/^bytes (must be what save|are damaged)/);
  }
  expect(() => read(Uint8Array.of(...bytes, 0))).toThrow(/damaged/);
});

test('another kind, a newer format and what is no Uint8Array are named', () => {
  expect(() => new StateReader(saved(), 'Other', 3)).toThrow(
    'bytes must be the state of a Other, got that of a Example',
  );
  expect(() => new StateReader(saved(), 'Example', 1)).toThrow(
    'bytes have format 2 of Example, this version reads up to 1: update knn-anomaly',
  );
  const text = 'KNNA' as unknown as Uint8Array;
  expect(() => new StateReader(text, 'Example', 1)).toThrow('bytes must be a Uint8Array, got string "KNNA"');
});

test('a reader that asks for more than there is, or leaves some, throws', () => {
  const reader = new StateReader(saved(), 'Example', 2);
  expect(() => reader.end()).toThrow(/left over/);
  for (let field = 0; field < 3; field++) reader.f64();
  expect(() => Array.from({ length: 100 }, () => reader.f64())).toThrow('bytes are damaged: a field is cut short');
});

test('uints writes what uint writes for each value, up to the largest integer', () => {
  const values = [
    0,
    1,
    127,
    128,
    16_383,
    16_384,
    2 ** 31 - 1,
    2 ** 31,
    2 ** 32,
    2 ** 35 + 127,
    Number.MAX_SAFE_INTEGER,
  ];
  const [together, alone] = [new StateWriter('Example', 1), new StateWriter('Example', 1)];
  together.uints(values);
  for (const value of values) alone.uint(value);
  const bytes = together.finish();
  expect(bytes).toEqual(alone.finish());
  const reader = new StateReader(bytes, 'Example', 1);
  expect(values.map(() => reader.uint())).toEqual(values);
  reader.end();
});

test('writers at the same time, within each other and after each other do not mix, whatever they have grown to', () => {
  const expected = (mark: number, length: number): number[] => Array.from({ length }, (_, p) => mark * 1000 + p);
  const saved: { bytes: Uint8Array; values: number[] }[] = [];
  for (const round of [1, 2, 3]) {
    const lengths = [3, 5000, 40, 20_000, 1, 700];
    const writers = lengths.map(() => new StateWriter('Example', 1));
    for (let p = 0; p < 20_000; p++) {
      for (const [w, writer] of writers.entries()) if (p < lengths[w]!) writer.u32((round * 10 + w) * 1000 + p);
    }
    for (const [w, writer] of writers.entries()) {
      saved.push({ bytes: writer.finish(), values: expected(round * 10 + w, lengths[w]!) });
    }
  }
  for (const { bytes, values } of saved) {
    const reader = new StateReader(bytes, 'Example', 1);
    for (const value of values) if (reader.u32() !== value) throw new Error(`not ${value}`);
    reader.end();
  }
});

test('a writer that has finished writes no more: its buffer belongs to another one', () => {
  const writer = new StateWriter('Example', 1);
  writer.finish();
  expect(() => writer.u8(1)).toThrow('a StateWriter that has finished writes no more');
  expect(() => writer.finish()).toThrow('a StateWriter that has finished writes no more');
});
