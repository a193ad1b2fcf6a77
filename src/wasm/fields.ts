// The settings that a kernel is given: one struct in memory, described by one list of fields. build.mjs turns the list into
// AssemblyScript, which reads the struct, and into constants of TypeScript, by which the loader writes it: both sides agree on
// every offset, and a bundle holds neither the list nor the names of the fields.

/** The type of a field that holds one number; `usize` is an offset in memory. */
export type ScalarType = 'i32' | 'usize' | 'f64';

/** A field of `count` entries, which begins at a multiple of 16. The kernel works there; the loader does not write it. */
export type ArrayField = readonly [type: 'u8' | 'i32' | 'f32' | 'f64', count: number];

/** The fields of a struct by name, in the order in which they lie in memory. */
export type FieldList = Readonly<Record<string, ScalarType | ArrayField>>;

const BYTES = { u8: 1, i32: 4, usize: 4, f32: 4, f64: 8 };

/** Structs and their array fields begin at a multiple of this: the width of a SIMD register. */
const ALIGNMENT = 16;

/** Where the fields of a struct lie, in bytes from its beginning, and how many bytes it takes. */
export interface StructLayout<Name extends PropertyKey = string> {
  readonly offsets: Readonly<Record<Name, number>>;
  readonly bytes: number;
}

/** The layout of a list: every field at the next multiple of its own size, an array at the next multiple of 16. */
export function layoutOf<List extends FieldList>(list: List): StructLayout<keyof List> {
  const offsets = {} as Record<keyof List, number>;
  let end = 0;
  for (const [name, field] of Object.entries(list)) {
    const [type, count, alignment] = typeof field === 'string' ? [field, 1, BYTES[field]] : [...field, ALIGNMENT];
    const offset = Math.ceil(end / alignment) * alignment;
    offsets[name as keyof List] = offset;
    end = offset + count * BYTES[type];
  }
  return { offsets, bytes: Math.ceil(end / ALIGNMENT) * ALIGNMENT };
}

/**
 * Writes the numbers of a struct that begins at `at`, a multiple of 16. A number is named by its index in fields.generated.ts:
 * among the int32 of the struct, or among its float64. An array of the same memory stands for its address. Array fields keep
 * their content.
 */
export function writeStruct(
  buffer: ArrayBuffer,
  at: number,
  int32: Readonly<Record<number, number | boolean | ArrayBufferView>>,
  float64: Readonly<Record<number, number>>,
): void {
  const integers = new Int32Array(buffer, at);
  for (const [index, value] of Object.entries(int32)) {
    integers[+index] = typeof value === 'object' ? value.byteOffset : +value;
  }
  Object.assign(new Float64Array(buffer, at), float64);
}
