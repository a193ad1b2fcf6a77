// The loader of the stream kernel in WASM SIMD. One memory holds any number of streams; each has an allocation in it, which
// this file lays out, allocates and frees. Bundles that import KNN alone contain neither this file nor its kernel.
import { Layout, type Memory } from '../../wasm/arena.ts';
import { layoutOf } from '../../wasm/fields.ts';
import { instantiate, type KernelModule, moduleOf } from '../../wasm/load.ts';
import { CONSTANTS, STREAM_FIELDS } from './fields.ts';
import { STREAM_WASM } from './kernel.generated.ts';

/** The numbers that determine the layout of a stream in memory. */
export interface StreamShape {
  readonly windowSize: number;
  /** Slots for candidates, at most `capacity`. */
  readonly k: number;
  readonly exclusionZone: number;
  /** The number of values that later answers depend on: history + w − 1. */
  readonly span: number;
  /** The number of values that the buffers hold. While it is below `fullCapacity`, `update` returns FULL when they are full. */
  readonly capacity: number;
  /** The capacity that is never exceeded, at least span + 2. */
  readonly fullCapacity: number;
  /** Whether squared distances are carried from value to value (lags.ts), or summed for each value. */
  readonly isLagged: boolean;
}

/** The exports of assembly/stream.ts. A stream is identified by the byte offset of its allocation. */
export interface StreamKernel {
  /** Returns the number of neighbors found, NONE without an answer, or FULL, with nothing done, if the buffers must grow. */
  update(offset: number, x: number, learn: number): number;
  peek(offset: number, x: number): number;
  /** Computes everything that is derived from the values and the window, after these were written. */
  restore(offset: number): void;
}

type Field = keyof typeof STREAM_FIELDS;

/** The offsets of the fields from the start of the stream. */
const FIELD_OFFSETS = layoutOf(STREAM_FIELDS).offsets;

/** Where the arrays of a stream begin: behind its last field, which has at most 8 bytes. */
const ARRAYS = Math.max(...Object.values(FIELD_OFFSETS)) + 8;

/** The number of values that the kernel may read behind the last one. */
const NUM_BEYOND = 16;

/** The arrays of a stream: fields that hold an address. */
const ARRAY_NAMES = ['y', 'dist', 'lag', 'coarse', 'x', 'filled', 'u', 'v', 'sum', 'd', 'ySum', 'blocks'] as const;

/** The offsets of the arrays from the start of the stream, the length of `y`, and the size of the stream in bytes. */
interface Parts extends Readonly<Record<(typeof ARRAY_NAMES)[number], number>> {
  readonly yCapacity: number;
  readonly bytes: number;
}

function partsOf({ windowSize: w, k, capacity, exclusionZone, isLagged }: StreamShape): Parts {
  let end = ARRAYS;
  const reserve = (count: number, bytes: number): number => {
    const offset = end;
    end = Math.ceil((end + count * bytes) / 8) * 8;
    return offset;
  };
  const numValues = capacity + (isLagged ? w : 0) + NUM_BEYOND;
  const numIf = isLagged ? numValues : 0;
  const yCapacity = isLagged ? 3 * w + 64 : 2 * w + 2;
  const numBlocks = Math.ceil(Math.max(0, capacity - exclusionZone) / CONSTANTS.BLOCK + 1);
  const parts = {
    y: reserve(yCapacity, 8),
    dist: reserve(k, 8),
    lag: reserve(k, 4),
    coarse: reserve(isLagged ? 0 : numValues, 2), // next to what every update reads
    x: reserve(numValues, 8),
    filled: reserve(numIf, 8),
    u: reserve(numIf, 8),
    v: reserve(numIf, 8),
    sum: reserve(numIf, 8),
    d: reserve(numIf, 8),
    ySum: reserve(isLagged ? yCapacity : 0, 8),
    blocks: reserve(isLagged ? numBlocks : 0, CONSTANTS.BLOCK_BYTES),
    yCapacity,
  };
  return { ...parts, bytes: Math.ceil(end / 16) * 16 };
}

/** A memory with its kernel. Allocations are freed one by one and reused for others of the same size. */
export class StreamPool {
  readonly kernel: StreamKernel;
  readonly #memory: Memory;
  /** The offset behind the last allocation. */
  #end: number;
  /** Offsets of free allocations, by size. */
  readonly #free: Map<number, number[]>;
  // Views of the memory. They are replaced when it has grown, which detaches them.
  #f64: Float64Array;
  #i32: Int32Array;

  /** @throws where WASM is refused */
  constructor(module: KernelModule) {
    this.#memory = new Layout().allocateGrowing(false);
    this.kernel = instantiate(module, this.#memory);
    this.#end = this.#memory.buffer.byteLength;
    this.#free = new Map();
    this.#f64 = new Float64Array(this.#memory.buffer);
    this.#i32 = new Int32Array(this.#memory.buffer);
  }

  get f64(): Float64Array {
    if (this.#f64.length === 0) this.#f64 = new Float64Array(this.#memory.buffer);
    return this.#f64;
  }

  get i32(): Int32Array {
    if (this.#i32.length === 0) this.#i32 = new Int32Array(this.#memory.buffer);
    return this.#i32;
  }

  /** Bytes of the whole memory. */
  get bytes(): number {
    return this.#memory.buffer.byteLength;
  }

  /** Allocates a stream without values; `undefined` where the memory is full. */
  allocate(shape: StreamShape): Allocation | undefined {
    const parts = partsOf(shape);
    const offset = this.#reserve(parts.bytes);
    if (offset === 0) return undefined;
    const { windowSize: w, k, exclusionZone, span, capacity, fullCapacity, isLagged } = shape;
    const { yCapacity } = parts;
    // All memory is 0 before. These fields and the addresses of the arrays are not 0 in a stream without values.
    const fields: Partial<Record<Field, number>> = {
      w,
      k,
      zone: exclusionZone,
      span,
      fullCapacity,
      capacity,
      head: capacity,
      yCapacity,
      yHead: yCapacity - w - 1,
      isLagged: Number(isLagged),
    };
    for (const [name, value] of Object.entries(fields)) this.set(offset, name as Field, value);
    for (const name of ARRAY_NAMES) this.set(offset, name, offset + parts[name]);
    return { pool: this, offset, shape, bytes: parts.bytes };
  }

  free({ offset, bytes }: Allocation): void {
    const ofThisSize = this.#free.get(bytes);
    if (ofThisSize) ofThisSize.push(offset);
    else this.#free.set(bytes, [offset]);
  }

  /** A field of the stream at `offset`: a non-negative integer of 32 bits. */
  get(offset: number, field: Field): number {
    return this.i32[(offset + FIELD_OFFSETS[field]) / 4]! >>> 0;
  }

  set(offset: number, field: Field, value: number): void {
    this.i32[(offset + FIELD_OFFSETS[field]) / 4] = value;
  }

  /** The offset of this many zero bytes, from a free allocation or behind the last one; 0 where the memory is full. */
  #reserve(bytes: number): number {
    const free = this.#free.get(bytes)?.pop();
    if (free !== undefined) {
      this.f64.fill(0, free / 8, (free + bytes) / 8);
      return free;
    }
    const offset = this.#end;
    const missing = offset + bytes - this.bytes;
    if (missing > 0 && !this.#grow(missing)) return 0;
    this.#end += bytes;
    return offset;
  }

  /** Grows the memory by at least this many bytes, and by an eighth, so that it rarely grows; false where it cannot. */
  #grow(bytes: number): boolean {
    const least = Math.ceil(bytes / 65536);
    const most = 65536 - this.bytes / 65536;
    if (least > most) return false;
    try {
      this.#memory.grow(Math.min(most, Math.max(least, Math.ceil(this.bytes / 65536 / 8))));
      return true;
    } catch {
      return false;
    }
  }
}

/** The memory of one stream: `bytes` bytes from `offset` on. */
export interface Allocation {
  readonly pool: StreamPool;
  readonly offset: number;
  readonly shape: StreamShape;
  readonly bytes: number;
}

const pools: StreamPool[] = [];

/** Allocates a stream in the newest pool with space for it. `undefined` where WASM is refused. @throws RangeError without space */
export function allocateStream(shape: StreamShape): Allocation | undefined {
  const module = moduleOf(STREAM_WASM);
  if (!module) return undefined;
  for (let p = pools.length - 1; p >= 0; p--) {
    const allocation = pools[p]!.allocate(shape);
    if (allocation) return allocation;
  }
  const pool = new StreamPool(module);
  pools.push(pool);
  const allocation = pool.allocate(shape);
  if (allocation) return allocation;
  throw new RangeError(`history is too long to be held: there is no room for ${partsOf(shape).bytes} bytes`);
}
