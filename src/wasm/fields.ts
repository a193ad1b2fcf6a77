// The settings that a kernel is given: one struct in memory, described by one list of fields. The loader writes the struct
// by the list. build.mjs turns the same list into AssemblyScript, so that both sides agree on every offset.

/** The type of a field that holds one number; `usize` is an offset in memory. */
export type ScalarType = 'i32' | 'usize' | 'f64';

/** A field of `count` entries, which begins at a multiple of 16. The kernel works there; the loader does not write it. */
export type ArrayField = readonly [type: 'u8' | 'i32' | 'f32' | 'f64', count: number];

/** The fields of a struct by name, in the order in which they lie in memory. */
export type FieldList = Readonly<Record<string, ScalarType | ArrayField>>;

/** The fields of a list that hold one number. */
type ScalarName<List extends FieldList> = {
  [Name in keyof List]: List[Name] extends ScalarType ? Name : never;
}[keyof List];

/** A value for every field of a list that holds one number. */
export type FieldValues<List extends FieldList> = Readonly<Record<ScalarName<List>, number>>;

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

/** Writes the numbers of a struct that begins at `at`. Array fields keep their content. */
export function writeFields<List extends FieldList>(
  list: List,
  buffer: ArrayBuffer,
  at: number,
  values: FieldValues<List>,
): void {
  const { offsets } = layoutOf(list);
  const view = new DataView(buffer, at);
  for (const [name, value] of Object.entries<number>(values)) {
    const offset = offsets[name]!;
    const type = list[name];
    if (type === 'f64') view.setFloat64(offset, value, true);
    else if (type === 'i32') view.setInt32(offset, value, true);
    else view.setUint32(offset, value, true);
  }
}
