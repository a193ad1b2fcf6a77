// The memories of the WASM kernels: arrays laid out one after the other, made or grown when all are known.

/** Memory below this belongs to the module's own data. */
const DATA_END = 65536;

const PAGE = 65536;
const MOST_PAGES = 65536;

/**
 * Room for a series of so many values, and for as many places of it, in a memory that threads share and that can grow
 * behind them: see {@link Layout.grow}; in `used` if that is given. @throws RangeError where that is not to be had
 */
export function growingRoom(
  length: number,
  used: object | undefined,
): { memory: object; places: Int32Array; series: Float64Array } {
  const layout = new Layout();
  const [placesAt, at] = [layout.reserve(length, 4), layout.reserve(length, 8)];
  const memory = used === undefined ? layout.allocateToGrow(true) : layout.grow(used);
  const { buffer } = memory;
  return { memory, places: new Int32Array(buffer, placesAt, length), series: new Float64Array(buffer, at, length) };
}

/** Places arrays one after the other in a memory that is made when all are known. */
export class Layout {
  /** Where the last one ends. */
  end: number;

  /** @param begin where the first one may lie */
  constructor(begin: number = DATA_END) {
    this.end = begin;
  }

  /** Reserves room for `count` entries of `bytes` bytes; returns its offset, a multiple of 16. */
  reserve(count: number, bytes: number): number {
    const offset = this.end;
    this.end = Math.ceil((offset + count * bytes) / 16) * 16;
    return offset;
  }

  /** The memory, perhaps one that threads share. @throws RangeError where so much is not to be had. */
  allocate(isShared = false): WebAssembly.Memory {
    const initial = this.#numPages();
    return new WebAssembly.Memory({ initial, maximum: initial, shared: isShared });
  }

  /** A memory that has been there before, grown to hold all. @throws RangeError where so much is not to be had */
  grow(memory: object): WebAssembly.Memory {
    const grown = memory as WebAssembly.Memory;
    grown.grow(Math.max(0, this.#numPages() - grown.buffer.byteLength / PAGE));
    return grown;
  }

  /** A memory that can grow up to all that can be addressed, perhaps one that threads share. */
  allocateToGrow(isShared = false): WebAssembly.Memory {
    return new WebAssembly.Memory({ initial: this.#numPages(), maximum: MOST_PAGES, shared: isShared });
  }

  #numPages(): number {
    return Math.ceil(this.end / PAGE);
  }
}
