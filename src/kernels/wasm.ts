// Loading the WASM kernels: modules compiled once, one memory per run.
import { DENSE_WASM } from './generated/dense-wasm.ts';
import { DIAGONAL_WASM } from './generated/diagonal-wasm.ts';
import { KDTREE_WASM } from './generated/kdtree-wasm.ts';

/** Memory below this belongs to the module's own data. */
const DATA_END = 65536;

const PAGE = 65536;
const MOST_PAGES = 65536;

const compiled = new Map<string, WebAssembly.Module | null>();

/** The module of a kernel, compiled at the first call, in about a millisecond; null where WASM or its SIMD is refused. */
export function moduleOf(hex: string, isShared = false): WebAssembly.Module | null {
  const key = isShared ? `shared ${hex}` : hex;
  let module = compiled.get(key);
  if (module === undefined) {
    try {
      const bytes = Uint8Array.from(hex.match(/../g)!, (byte) => parseInt(byte, 16));
      if (isShared) shareMemory(bytes);
      module = new WebAssembly.Module(bytes);
    } catch {
      module = null; // as under a content security policy without `wasm-unsafe-eval`
    }
    compiled.set(key, module);
  }
  return module;
}

/** The import of a memory, up to its flags: `env.memory`, of kind 2. */
const MEMORY_IMPORT = [...'\x03env\x06memory\x02'].map((c) => c.charCodeAt(0));
const HAS_LIMIT = 1;
const HAS_LIMIT_AND_IS_SHARED = 3;

/** Lets a module import a memory that threads share: the code is the same, one bit of the import says so. */
function shareMemory(bytes: Uint8Array): void {
  const at = bytes.findIndex((_, p) => MEMORY_IMPORT.every((byte, q) => bytes[p + q] === byte));
  const flags = at + MEMORY_IMPORT.length;
  if (at < 0 || bytes[flags] !== HAS_LIMIT) throw new Error('the module imports no memory with a limit');
  bytes[flags] = HAS_LIMIT_AND_IS_SHARED;
}

/** The module of assembly/dense.ts, or null. */
export function denseModule(): WebAssembly.Module | null {
  return moduleOf(DENSE_WASM);
}

/** The module of assembly/diagonal.ts, or null. */
export function diagonalModule(): WebAssembly.Module | null {
  return moduleOf(DIAGONAL_WASM);
}

/** The module of assembly/kdtree.ts, or null; `isShared` for a memory that threads share. */
export function kdtreeModule(isShared = false): WebAssembly.Module | null {
  return moduleOf(KDTREE_WASM, isShared);
}

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

/** A lag or column as a kernel takes it: infinite ones become the farthest there is. */
export function toInt32(value: number): number {
  return Math.max(-0x80000000, Math.min(0x7fffffff, value));
}
