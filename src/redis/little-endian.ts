// Float64 values as bytes, the lowest byte first on every machine.

const IS_LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** Both directions. Neither keeps nor changes what it is given. */
export const LITTLE_ENDIAN_FLOATS: {
  encode(values: Float64Array): Uint8Array;
  decode(bytes: Uint8Array): Float64Array;
} = {
  encode(values) {
    const bytes = Buffer.from(values.slice().buffer);
    return IS_LITTLE_ENDIAN ? bytes : bytes.swap64();
  },
  decode(bytes) {
    const copy = Buffer.from(Uint8Array.from(bytes).buffer);
    if (!IS_LITTLE_ENDIAN) copy.swap64();
    return new Float64Array(copy.buffer, 0, copy.length / 8);
  },
};
