// The memories of the WASM kernels: how arrays are laid out in them, and the idle memory that waits for the next job.
import { canPool, IdlePool } from '../core/idle-pool.ts';

/**
 * A `WebAssembly.Memory`. Our declarations name the two members that are used, for not every library of types knows
 * WebAssembly. In a memory that threads share, `buffer` is a `SharedArrayBuffer`.
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

/** Lays out arrays one after the other. The memory is allocated when all arrays are known. */
export class Layout {
  /** The offset behind the last array. */
  end: number;

  /** @param begin the first free offset */
  constructor(begin: number = DATA_END) {
    this.end = begin;
  }

  /** Reserves `count` entries of `bytes` bytes each; returns their offset, a multiple of 16. */
  reserve(count: number, bytes: number): number {
    const offset = this.end;
    this.end = Math.ceil((offset + count * bytes) / 16) * 16;
    return offset;
  }

  /** A memory of exactly this size, `isShared` for one that threads share. @throws RangeError where memory is short */
  allocate(isShared = false): Memory {
    const initial = this.#numPages();
    return new WebAssembly.Memory({ initial, maximum: initial, shared: isShared });
  }

  /** Grows a memory that exists to hold all arrays. @throws RangeError where memory is short */
  grow(memory: Memory): Memory {
    memory.grow(Math.max(0, this.#numPages() - memory.buffer.byteLength / PAGE));
    return memory;
  }

  /** A memory that can grow up to 4 GB, `isShared` for one that threads share. */
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
 * Bytes per value of the largest memory that is reused: twice the bytes of a series with an index of its windows. Without a
 * limit, a short series would keep the memory of a long one.
 */
const REUSED_BYTES = 200;

/** The memory of the last job; only the latest is kept. */
const idleMemory = new IdlePool<Memory>(() => {});

/**
 * An arena for a series of `length` values. It reuses the idle memory of an earlier job if that fits; then its content is
 * arbitrary. `undefined` where WebAssembly is refused or address space is short.
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

/** Keeps the memory of a finished job for the next one, which saves it the first-touch page faults. */
export function releaseMemory(memory: Memory): void {
  idleMemory.acquire();
  if (canPool()) idleMemory.release(memory);
}
