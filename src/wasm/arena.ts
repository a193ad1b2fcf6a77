// The memories of the WASM kernels: who allocates them, how arrays are laid out in them, and which one waits for the next job.
import { canPool, IdlePool } from '../core/idle-pool.ts';

/**
 * A `WebAssembly.Memory`. Our declarations name the two members that are used: not every library of types knows
 * WebAssembly. Where threads share it, `buffer` is a `SharedArrayBuffer`.
 */
export interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** Memory below this belongs to the module's own data. */
const DATA_END = 65536;

/** Bytes of a page of WebAssembly. */
const PAGE = 65536;

/** Pages that 32 bits address: 4 GB. */
const MAX_PAGES = 65536;

/** Lays out arrays one after the other, in a memory that is allocated when all are known. */
export class Layout {
  /** The offset behind the last array. */
  end: number;

  /** @param begin the first offset that is free */
  constructor(begin: number = DATA_END) {
    this.end = begin;
  }

  /** Reserves `count` entries of `bytes` bytes each; returns their offset, a multiple of 16. */
  reserve(count: number, bytes: number): number {
    const offset = this.end;
    this.end = Math.ceil((offset + count * bytes) / 16) * 16;
    return offset;
  }

  /** A memory of exactly this size, `isShared` for one that threads share. @throws RangeError where it is not to be had */
  allocate(isShared = false): Memory {
    const initial = this.#numPages();
    return new WebAssembly.Memory({ initial, maximum: initial, shared: isShared });
  }

  /** Grows a memory that exists, to hold all arrays. @throws RangeError where so much is not to be had */
  grow(memory: Memory): Memory {
    memory.grow(Math.max(0, this.#numPages() - memory.buffer.byteLength / PAGE));
    return memory;
  }

  /** A memory that can grow up to all that can be addressed, `isShared` for one that threads share. */
  allocateGrowing(isShared: boolean): Memory {
    return new WebAssembly.Memory({ initial: this.#numPages(), maximum: MAX_PAGES, shared: isShared });
  }

  #numPages(): number {
    return Math.ceil(this.end / PAGE);
  }
}

/** A series in an arena: a memory that threads share and that can grow behind the series, to hold an index of it. */
export interface SeriesArena {
  readonly memory: Memory;
  /** Space for one window start per value. */
  readonly starts: Int32Array;
  /** Space for the values. */
  readonly series: Float64Array;
}

/**
 * Bytes per value of the largest memory that is reused: twice what a series takes with an index of its windows. A short
 * series must not hold on to the memory of a long one.
 */
const REUSED_BYTES = 200;

/** The memory of the last job. Only one is kept: the latest. */
const idleMemory = new IdlePool<Memory>(() => {});

/**
 * An arena for a series of `length` values, in the idle memory of an earlier job if that fits; its content is arbitrary
 * then. `undefined` where WebAssembly or so much address space is refused.
 */
export function acquireArena(length: number): SeriesArena | undefined {
  const layout = new Layout();
  const startsAt = layout.reserve(length, 4);
  const seriesAt = layout.reserve(length, 8);
  const idle = idleMemory.acquire();
  const reused = idle !== undefined && idle.buffer.byteLength <= REUSED_BYTES * length ? idle : undefined;
  try {
    const memory = reused === undefined ? layout.allocateGrowing(true) : layout.grow(reused);
    const { buffer } = memory;
    return {
      memory,
      starts: new Int32Array(buffer, startsAt, length),
      series: new Float64Array(buffer, seriesAt, length),
    };
  } catch {
    return undefined;
  }
}

/** Keeps the memory of a finished job for the next one: the first touch of a page costs more than all later ones. */
export function releaseMemory(memory: Memory): void {
  idleMemory.acquire();
  if (canPool()) idleMemory.release(memory);
}
