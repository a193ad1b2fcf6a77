// The settings of the dense kernel, once for both sides: src/wasm/build.mjs makes assembly/*.generated.ts of these lists,
// and fields.generated.ts, by which wasm.ts writes the struct. Only the build imports this file. The order is that in
// memory.
import { SORTED_UP_TO } from '../top-k.ts';
import { BLOCK, CHUNK } from './scalar.ts';

/** Integers that the kernel shares with its scalar twin and with top-k.ts. */
export const CONSTANTS: Readonly<Record<string, number>> = { BLOCK, CHUNK, SORTED_UP_TO };

/** One run: the byte offsets of its arrays, and its numbers and flags. */
export const DENSE_FIELDS = {
  // Vectors and the windows that they are of: see PackedVectors. In a self-join the columns are the rows.
  rowPoints: 'usize',
  rowStarts: 'usize',
  columnPoints: 'usize',
  columnStarts: 'usize',
  // Per row: the k-th best s, and k neighbors, the worst first.
  threshold: 'usize',
  dist: 'usize',
  index: 'usize',
  // Numbers and flags: see DenseShape.
  width: 'i32',
  k: 'i32',
  isSelf: 'i32',
  byIndex: 'i32',
  // -lag and lag of an allowed column lie in (exclusion, before] and (exclusion, after].
  exclusion: 'i32',
  before: 'i32',
  after: 'i32',
} as const;
