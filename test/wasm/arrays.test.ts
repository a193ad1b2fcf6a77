// Arrays by name: the scalar twin allocates them, the loader lays out the same ones in a memory.
import { describe, expect, test } from 'vitest';
import { Layout } from '../../src/wasm/arena.ts';
import { type ArrayTable, allocateArrays, reserveArrays, viewArrays } from '../../src/wasm/arrays.ts';

interface Arrays {
  readonly sums: Float64Array;
  readonly flags: Uint8Array;
  readonly columns: Int32Array;
}

const table: ArrayTable<Arrays> = { sums: [Float64Array, 3], flags: [Uint8Array, 5], columns: [Int32Array, 2] };

test('allocateArrays(table) gives every array its type and length, filled with 0', () => {
  expect(allocateArrays(table)).toEqual({
    sums: new Float64Array(3),
    flags: new Uint8Array(5),
    columns: new Int32Array(2),
  });
});

describe('reserveArrays(layout, table) and viewArrays(table, buffer, offsets)', () => {
  test('lay out the arrays one after the other, at multiples of 16, and find them again', () => {
    const layout = new Layout(0);
    const offsets = reserveArrays(layout, table);
    expect(offsets).toEqual({ sums: 0, flags: 32, columns: 48 });
    const buffer = new ArrayBuffer(layout.end);
    const arrays = viewArrays(table, buffer, offsets);
    arrays.columns.set([7, -7]);
    expect(arrays.sums).toEqual(new Float64Array(3));
    expect(arrays.flags.length).toBe(5);
    expect(new Int32Array(buffer, 48, 2)).toEqual(Int32Array.of(7, -7));
  });
});
