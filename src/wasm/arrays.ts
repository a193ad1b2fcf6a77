// Arrays of a run by name: one table says the type and the length of each. The scalar twin allocates by the table, the loader
// of the WASM kernel lays out the same arrays in a memory.
import type { Layout } from './arena.ts';

/** A constructor of typed arrays. */
export interface ArrayType<A> {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): A;
  new (buffer: ArrayBuffer, byteOffset: number, length: number): A;
}

/** The type and the length of every array of `Arrays`. */
export type ArrayTable<Arrays> = {
  readonly [Name in keyof Arrays]: readonly [type: ArrayType<Arrays[Name]>, length: number];
};

/** The byte offset of every array of `Arrays`. */
export type ArrayOffsets<Arrays> = { readonly [Name in keyof Arrays]: number };

/** The arrays of a table in memory of their own, filled with 0. */
export function allocateArrays<Arrays extends object>(table: ArrayTable<Arrays>): Arrays {
  return mapTable(table, (Type, length) => new Type(length)) as Arrays;
}

/** Reserves the arrays of a table, one after the other. */
export function reserveArrays<Arrays extends object>(layout: Layout, table: ArrayTable<Arrays>): ArrayOffsets<Arrays> {
  const reserve = (Type: ArrayType<unknown>, length: number): number => layout.reserve(length, Type.BYTES_PER_ELEMENT);
  return mapTable(table, reserve) as ArrayOffsets<Arrays>;
}

/** Views of the arrays of a table, at the offsets that `reserveArrays` gave. */
export function viewArrays<Arrays extends object>(
  table: ArrayTable<Arrays>,
  buffer: ArrayBuffer,
  offsets: ArrayOffsets<Arrays>,
): Arrays {
  return mapTable(table, (Type, length, name) => new Type(buffer, offsets[name], length)) as Arrays;
}

function mapTable<Arrays extends object>(
  table: ArrayTable<Arrays>,
  map: (Type: ArrayType<unknown>, length: number, name: keyof Arrays) => unknown,
): object {
  const entries = Object.entries<readonly [ArrayType<unknown>, number]>(table);
  return Object.fromEntries(entries.map(([name, [Type, length]]) => [name, map(Type, length, name as keyof Arrays)]));
}
