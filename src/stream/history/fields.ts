// What the stream kernel and its loader must agree on, in one list each: src/wasm/build.mjs makes assembly/*.generated.ts of
// them, and wasm.ts writes a stream's memory by them. Addresses are in bytes.
import { EMPTY, SORTED_UP_TO } from '../../search/top-k.ts';

/** Lags per block: they share a margin. */
const BLOCK = 256;

/** Where windows and history are no longer, sums cost less than carried distances, in time or in memory. */
export const SHORT_WINDOW = 8;
export const SHORT_HISTORY = 1000;

/** An answer of `update` and `peek`: the window is not complete or touches a missing value. */
const NONE = -1;

/** An answer of `update`: nothing was done, because the buffers must grow. */
export const FULL = -2;

/** The margin of a block of lags: see lags.ts. One struct per block, BLOCK_BYTES long. */
export const BLOCK_FIELDS = {
  once: 'f64',
  y0: 'f64',
  x0: 'f64',
} as const;

/** Bytes of the margin of a block. */
const BLOCK_BYTES = 8 * Object.keys(BLOCK_FIELDS).length;

/** Integers that both sides share. */
export const CONSTANTS: Readonly<
  Record<'BLOCK' | 'BLOCK_BYTES' | 'NONE' | 'FULL' | 'SORTED_UP_TO' | 'EMPTY' | 'SHORT_HISTORY', number>
> = { BLOCK, BLOCK_BYTES, NONE, FULL, SORTED_UP_TO, EMPTY, SHORT_HISTORY };

/**
 * A stream: numbers, and the addresses of its arrays of float64 (`lag`: of int32). "Newest first" means that the newest value
 * is at the index that is named, and the value p positions before it at p entries behind that index.
 */
export const STREAM_FIELDS = {
  w: 'i32', // windowSize
  k: 'i32',
  zone: 'i32', // exclusionZone
  span: 'i32', // number of values that later answers depend on: history + w - 1
  fullCapacity: 'i32', // the capacity that is never exceeded
  capacity: 'i32', // number of values that the buffers hold
  head: 'i32', // x, filled, u, v and sum are newest first from this index on
  count: 'i32', // number of values in memory, at most span
  present: 'i32', // number of values in a row, up to the newest, that are not missing
  found: 'i32', // number of neighbors found last
  yCapacity: 'i32',
  yHead: 'i32', // y and ySum are newest first from this index on
  isLagged: 'i32', // 1: distances are carried by lag, and there is no `coarse`; 0: the arrays from `filled` on do not exist
  numD: 'i32', // number of lags whose distance in `d` is valid
  clock: 'i32', // updates since a block was refreshed in turn
  nextBlock: 'i32', // the block whose turn is next
  since: 'i32', // updates since the running sums were started
  due: 'i32', // updates until the copy in 16 bits is started anew
  pause: 'i32', // searches that go without it now,
  nextPause: 'i32', // and the next time that it rules out too little
  x: 'usize', // memory; NaN: missing, or not learned
  y: 'usize', // the window, and the value before it
  dist: 'usize', // squared distances of the neighbors found last
  lag: 'usize', // their lags less 1
  coarse: 'usize', // memory in 16 bits
  filled: 'usize', // memory; a NaN is replaced by the value before it
  u: 'usize', // filled value - the one w positions before it
  v: 'usize', // (filled value - center) + (the one w positions before it - center)
  sum: 'usize', // running sum of coefficient·(filled value - center)²
  ySum: 'usize', // the same of y
  d: 'usize', // index lag - 1: squared distance of the window and the window at this lag
  blocks: 'usize', // margins of the blocks of lags
  center: 'f64', // the level that the running sums are taken about
  origin: 'f64', // the value that is 0 in the copy in 16 bits,
  scale: 'f64', // and the numbers there to a unit of the series; 0 while there is no copy
} as const;
