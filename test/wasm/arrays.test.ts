// Arrays in a fixed order: the scalar twin allocates them, the loader lays out the same ones in a memory.
import { describe, expect, test } from 'vitest';
import { Layout } from '../../src/wasm/arena.ts';
import { allocateArray, type MakeArray, reserveArrays, viewArrays } from '../../src/wasm/arrays.ts';

const arraysOf = (make: MakeArray) => ({
  sums: make(Float64Array, 3),
  flags: make(Uint8Array, 5),
  columns: make(Int32Array, 2),
});

test('allocateArray makes arrays of their type and length, filled with 0', () => {
  expect(arraysOf(allocateArray)).toEqual({
    sums: new Float64Array(3),
    flags: new Uint8Array(5),
    columns: new Int32Array(2),
  });
});

describe('reserveArrays(layout) and viewArrays(buffer, begin)', () => {
  test('lay out the arrays one after the other, at multiples of 16, and find them again', () => {
    const layout = new Layout(64);
    arraysOf(reserveArrays(layout));
    expect(layout.end).toBe(64 + 64);
    const buffer = new ArrayBuffer(layout.end);
    const arrays = arraysOf(viewArrays(buffer, 64));
    expect(Object.values(arrays).map(({ byteOffset }) => byteOffset)).toEqual([64, 96, 112]);
    arrays.columns.set([7, -7]);
    expect(arrays.sums).toEqual(new Float64Array(3));
    expect(arrays.flags.length).toBe(5);
    expect(new Int32Array(buffer, 112, 2)).toEqual(Int32Array.of(7, -7));
  });

  test('begin where a layout begins if nothing else is said', () => {
    const layout = new Layout();
    const begin = layout.end;
    arraysOf(reserveArrays(layout));
    expect(arraysOf(viewArrays(new ArrayBuffer(layout.end))).sums.byteOffset).toBe(begin);
  });
});
