// The arrays of a run or of a tree. One function asks for all of them in a fixed order: a scalar twin has them allocated, the
// loader of a WASM kernel first has them reserved and then, in the same order, viewed in the memory.
import { Layout } from './arena.ts';

/** A constructor of typed arrays. */
export interface ArrayType<A> {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): A;
  new (buffer: ArrayBuffer, byteOffset: number, length: number): A;
}

/** Makes the next array. */
export type MakeArray = <A>(Type: ArrayType<A>, length: number) => A;

/** Makes arrays in memory of their own, filled with 0. */
export const allocateArray: MakeArray = (Type, length) => new Type(length);

/** Reserves arrays, one after the other. What it makes is empty: their memory is still to be allocated. */
export function reserveArrays(layout: Layout): MakeArray {
  return (Type, length) => {
    layout.reserve(length, Type.BYTES_PER_ELEMENT);
    return new Type(0);
  };
}

/** Views of arrays that were reserved, the first of them at `begin`, by default where every layout begins. */
export function viewArrays(buffer: ArrayBuffer, begin?: number): MakeArray {
  const layout = new Layout(begin);
  return (Type, length) => new Type(buffer, layout.reserve(length, Type.BYTES_PER_ELEMENT), length);
}
