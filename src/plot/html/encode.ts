// Numbers as text that a page reads back to the bit: in as few bytes each as that allows.

/** An array of numbers as text. */
export interface Encoded {
  /** What each number is stored as: integers of 16 or 32 bits, which are divided by `scale`, or floating point. */
  readonly type: 'i16' | 'i32' | 'f32' | 'f64';
  readonly scale: number;
  /** The bytes, little-endian. */
  readonly base64: string;
}

const TYPES = { i16: Int16Array, i32: Int32Array, f32: Float32Array, f64: Float64Array } as const;

/** Powers of ten that make integers of decimal fractions. */
const SCALES = [1, 10, 100, 1e3, 1e4, 1e5, 1e6];

/**
 * The numbers in the smallest type that gives each of them back: metrics in hundredths take 2 or 4 bytes a value in the place
 * of 8. NaN stays NaN, and in integers it is the least one; 0 has no sign. O(n).
 */
export function encodeNumbers(values: Float64Array): Encoded {
  for (const [type, most] of [
    ['i16', 2 ** 15 - 1],
    ['i32', 2 ** 31 - 1],
  ] as const) {
    const scale = SCALES.find((candidate) => areIntegers(values, candidate, most));
    if (scale === undefined) continue;
    const integers = new TYPES[type](values.length);
    for (let t = 0; t < values.length; t++)
      integers[t] = Number.isNaN(values[t]) ? -most - 1 : Math.round(values[t]! * scale);
    return { type, scale, base64: base64Of(integers) };
  }
  const isFloat32 = values.every((x) => Number.isNaN(x) || Math.fround(x) === x);
  return {
    type: isFloat32 ? 'f32' : 'f64',
    scale: 1,
    base64: base64Of(isFloat32 ? Float32Array.from(values) : values),
  };
}

/** Whether every number times `scale` is an integer of at most this size from which the number comes back. */
function areIntegers(values: Float64Array, scale: number, most: number): boolean {
  return values.every((x) => {
    const integer = Math.round(x * scale);
    return Number.isNaN(x) || (Math.abs(integer) <= most && integer / scale === x);
  });
}

function base64Of({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength).toString('base64');
}

/**
 * The numbers of {@link encodeNumbers}.
 *
 * The function uses nothing outside itself, because its own text is a part of pages.
 */
export function decodeNumbers({ type, scale, base64 }: Encoded): Float64Array {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  if (type === 'f64') return new Float64Array(bytes.buffer);
  if (type === 'f32') return Float64Array.from(new Float32Array(bytes.buffer));
  const integers = type === 'i16' ? new Int16Array(bytes.buffer) : new Int32Array(bytes.buffer);
  const least = type === 'i16' ? -(2 ** 15) : -(2 ** 31);
  const values = new Float64Array(integers.length);
  for (let t = 0; t < values.length; t++) values[t] = integers[t] === least ? NaN : integers[t]! / scale;
  return values;
}
