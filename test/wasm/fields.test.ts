// Structs that a loader writes and a kernel reads: both sides follow one list.
import { describe, expect, test } from 'vitest';
import { layoutOf, writeStruct } from '../../src/wasm/fields.ts';

const LIST = { count: 'i32', scale: 'f64', at: 'usize', sums: ['f32', 3], last: 'i32' } as const;

describe('layoutOf(list)', () => {
  test('puts a field at the next multiple of its size, an array at the next multiple of 16', () => {
    expect(layoutOf(LIST)).toEqual({ offsets: { count: 0, scale: 8, at: 16, sums: 32, last: 44 }, bytes: 48 });
  });
});

describe('writeStruct(buffer, at, int32, float64)', () => {
  test('writes every number at its index, an array as its address, and leaves array fields alone', () => {
    const buffer = new ArrayBuffer(80);
    new Uint8Array(buffer).fill(0xff);
    writeStruct(buffer, 16, { 0: -3, 4: 0xfffffff0, 11: true }, { 1: 0.1 });
    const view = new DataView(buffer, 16);
    expect([view.getInt32(0, true), view.getFloat64(8, true)]).toEqual([-3, 0.1]);
    expect([view.getUint32(16, true), view.getInt32(44, true)]).toEqual([0xfffffff0, 1]);
    writeStruct(buffer, 16, { 4: new Float64Array(buffer, 24, 1), 11: new Uint8Array(buffer, 7, 0) }, {});
    expect([view.getUint32(16, true), view.getInt32(44, true)]).toEqual([24, 7]);
    expect(new Uint8Array(buffer, 48, 12).every((byte) => byte === 0xff)).toBe(true);
    expect(new Uint8Array(buffer, 0, 16).every((byte) => byte === 0xff)).toBe(true);
  });
});

describe('the AssemblyScript of a list', () => {
  // A string that TypeScript does not follow: the script is plain JavaScript.
  const script: string = new URL('../../src/wasm/generate-fields.mjs', import.meta.url).href;

  test('globalsText(name, list) reads each number at its offset and finds each array', async () => {
    const { globalsText } = await import(script);
    const text: string = globalsText('search', { rowPoints: 'usize', scale: 'f64', sums: ['f32', 3] });
    expect(text).toContain('export let ROW_POINTS: usize = 0;');
    expect(text).toContain('export function loadSearchFields(at: usize): void {');
    expect(text).toContain('ROW_POINTS = load<usize>(at, 0);');
    expect(text).toContain('SCALE = load<f64>(at, 8);');
    expect(text).toContain('SUMS = at + 16;');
  });

  test('classText(name, list) names the offsets, and has no arrays', async () => {
    const { classText } = await import(script);
    expect(classText('stream', { head: 'i32', center: 'f64' })).toContain('  center: f64; // at 8\n');
    expect(() => classText('stream', LIST)).toThrow('stream.sums is an array');
  });

  test('indicesText(lists) says where the loader writes each number, and which numbers a struct needs', async () => {
    const { indicesText } = await import(script);
    const text: string = indicesText({ search: LIST });
    expect(text).toContain('export const searchBytes = 48;');
    expect(text).toContain('export const searchCount = 0;');
    expect(text).toContain('export const searchScale = 1;');
    expect(text).toContain('export const searchAt = 4;');
    expect(text).toContain('export const searchLast = 11;');
    expect(text).toContain(
      'export type SearchInt32 = Readonly<Record<0 | 4 | 11, number | boolean | ArrayBufferView>>;',
    );
    expect(text).toContain('export type SearchFloat64 = Readonly<Record<1, number>>;');
    expect(text).not.toContain('searchSums');
  });
});
