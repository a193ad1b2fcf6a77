// The stream kernel in WASM SIMD: one memory in which any number of streams have their places, and how a place is laid out.
// It has a file and a loader of its own: who imports KNN alone does not carry it.

import { Layout, type Memory } from '../../wasm/arena.ts';
import { instantiate, type KernelModule, moduleOf } from '../../wasm/load.ts';
import { STREAM_WASM } from './kernel.generated.ts';

/** What the place of a stream has to hold. */
export interface StreamShape {
  readonly windowSize: number;
  /** Places for candidates, at most `capacity`. */
  readonly k: number;
  readonly exclusionZone: number;
  /** Values that matter: history + w − 1. */
  readonly span: number;
  /** Values that fit; at least span + 2 at last. Until then `update` answers FULL where it has to grow. */
  readonly capacity: number;
  readonly fullCapacity: number;
  /** Whether distances are carried from value to value (search/lags.ts), or summed for each. */
  readonly isLagged: boolean;
}

/** The exports of assembly/stream.ts; a stream is named by its place. */
export interface StreamKernel {
  /** The number of nearest found; NONE: no answer. FULL: nothing was done, the place is too small. */
  update(place: number, x: number, learn: number): number;
  peek(place: number, x: number): number;
  /** After memory and window were written: makes what is carried along with them. */
  restore(place: number): void;
}

export const NONE = -1;
export const FULL = -2;

/** The 32-bit fields of a place, in the order of class Stream; the center, a float64, follows. */
const FIELDS = [
  'w',
  'k',
  'zone',
  'span',
  'full',
  'cap',
  'head',
  'count',
  'present',
  'found',
  'yCap',
  'yHead',
  'lagged',
  'numD',
  'clock',
  'next',
  'since',
  'x',
  'y',
  'dist',
  'lag',
  'filled',
  'u',
  'v',
  'sum',
  'ySum',
  'd',
  'blocks',
] as const;

type Field = (typeof FIELDS)[number];

const INDEX = Object.fromEntries(FIELDS.map((name, index) => [name, index])) as Record<Field, number>;

const HEADER = 4 * FIELDS.length + 8;

/** Lags per block, as in assembly/stream.ts. */
const BLOCK = 256;

/** What kernels may read behind the last value. */
const BEYOND = 16;

/** Where the parts of a place are, counted from its start, and its size in bytes. */
interface Parts
  extends Record<'x' | 'y' | 'dist' | 'lag' | 'filled' | 'u' | 'v' | 'sum' | 'ySum' | 'd' | 'blocks', number> {
  readonly yCap: number;
  readonly bytes: number;
}

function partsOf({ windowSize: w, k, capacity, exclusionZone, isLagged }: StreamShape): Parts {
  let end = HEADER;
  const reserve = (count: number, bytes: number): number => {
    const offset = end;
    end = Math.ceil((end + count * bytes) / 8) * 8;
    return offset;
  };
  const numValues = capacity + (isLagged ? w : 0) + BEYOND;
  const numIf = isLagged ? numValues : 0;
  const yCap = isLagged ? 3 * w + 64 : 2 * w + 2;
  const parts = {
    y: reserve(yCap, 8),
    dist: reserve(k, 8),
    lag: reserve(k, 4),
    x: reserve(numValues, 8),
    filled: reserve(numIf, 8),
    u: reserve(numIf, 8),
    v: reserve(numIf, 8),
    sum: reserve(numIf, 8),
    d: reserve(numIf, 8),
    ySum: reserve(isLagged ? yCap : 0, 8),
    blocks: reserve(isLagged ? 3 * Math.ceil(Math.max(0, capacity - exclusionZone) / BLOCK + 1) : 0, 8),
    yCap,
  };
  return { ...parts, bytes: Math.ceil(end / 16) * 16 };
}

/** A memory with its kernel. Places are freed one by one and used again for others of the same size. */
export class StreamPool {
  readonly kernel: StreamKernel;
  readonly #memory: Memory;
  #end: number;
  /** Free places by size. */
  readonly #free: Map<number, number[]>;
  // Views of the memory: they are new whenever it has grown.
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

  /** A new place with no values in it; `undefined` where there is no room for it. */
  open(shape: StreamShape): Placed | undefined {
    const parts = partsOf(shape);
    const place = this.#allocate(parts.bytes);
    if (place === 0) return undefined;
    const { windowSize: w, k, exclusionZone, span, capacity, fullCapacity, isLagged } = shape;
    const fields: Partial<Record<Field, number>> = {
      w,
      k,
      zone: exclusionZone,
      span,
      full: fullCapacity,
      cap: capacity,
      head: capacity,
      yCap: parts.yCap,
      yHead: parts.yCap - w - 1,
      lagged: Number(isLagged),
    };
    for (const [name, value] of Object.entries(fields)) this.set(place, name as Field, value);
    for (const name of ['x', 'y', 'dist', 'lag', 'filled', 'u', 'v', 'sum', 'ySum', 'd', 'blocks'] as const) {
      this.set(place, name, place + parts[name]);
    }
    return { pool: this, place, shape, bytes: parts.bytes };
  }

  close({ place, bytes }: Placed): void {
    const places = this.#free.get(bytes);
    if (places) places.push(place);
    else this.#free.set(bytes, [place]);
  }

  get(place: number, field: Field): number {
    return this.i32[place / 4 + INDEX[field]]! >>> 0;
  }

  set(place: number, field: Field, value: number): void {
    this.i32[place / 4 + INDEX[field]] = value;
  }

  #allocate(bytes: number): number {
    const free = this.#free.get(bytes)?.pop();
    if (free !== undefined) {
      this.f64.fill(0, free / 8, (free + bytes) / 8);
      return free;
    }
    const place = this.#end;
    const missing = place + bytes - this.bytes;
    if (missing > 0 && !this.#grow(missing)) return 0;
    this.#end += bytes;
    return place;
  }

  /** Makes room for so many more bytes, and for some to come. */
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

/** Where a stream is. */
export interface Placed {
  readonly pool: StreamPool;
  readonly place: number;
  readonly shape: StreamShape;
  readonly bytes: number;
}

const pools: StreamPool[] = [];

/** A place for a stream and the memory it is in; `undefined` where WASM is refused. @throws RangeError without room */
export function openStream(shape: StreamShape): Placed | undefined {
  const module = moduleOf(STREAM_WASM);
  if (!module) return undefined;
  for (let p = pools.length - 1; p >= 0; p--) {
    const placed = pools[p]!.open(shape);
    if (placed) return placed;
  }
  const pool = new StreamPool(module);
  pools.push(pool);
  const placed = pool.open(shape);
  if (placed) return placed;
  throw new RangeError(`history is too long to be held: there is no room for ${partsOf(shape).bytes} bytes`);
}
