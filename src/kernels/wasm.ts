// Loading the WASM kernels: modules compiled once, one memory per run.
import { DENSE_WASM } from './generated/dense-wasm.ts';
import { DIAGONAL_WASM } from './generated/diagonal-wasm.ts';
import { KDTREE_WASM } from './generated/kdtree-wasm.ts';

/** Memory below this belongs to the module's own data. */
const DATA_END = 65536;

const compiled = new Map<string, WebAssembly.Module | null>();

/** The module of a kernel, compiled at the first call, in about a millisecond; null where WASM or its SIMD is refused. */
export function moduleOf(base64: string): WebAssembly.Module | null {
  let module = compiled.get(base64);
  if (module === undefined) {
    try {
      module = new WebAssembly.Module(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)));
    } catch {
      module = null; // as under a content security policy without `wasm-unsafe-eval`
    }
    compiled.set(base64, module);
  }
  return module;
}

/** The module of assembly/dense.ts, or null. */
export function denseModule(): WebAssembly.Module | null {
  return moduleOf(DENSE_WASM);
}

/** The module of assembly/diagonal.ts, or null. */
export function diagonalModule(): WebAssembly.Module | null {
  return moduleOf(DIAGONAL_WASM);
}

/** The module of assembly/kdtree.ts, or null. */
export function kdtreeModule(): WebAssembly.Module | null {
  return moduleOf(KDTREE_WASM);
}

/** Places arrays one after the other in a memory that is made when all are known. */
export class Layout {
  private end: number = DATA_END;

  /** Reserves room for `count` entries of `bytes` bytes; returns its offset, a multiple of 16. */
  reserve(count: number, bytes: number): number {
    const offset = this.end;
    this.end = Math.ceil((offset + count * bytes) / 16) * 16;
    return offset;
  }

  /** The memory. @throws RangeError where so much is not to be had. */
  allocate(): WebAssembly.Memory {
    return new WebAssembly.Memory({ initial: Math.ceil(this.end / 65536) });
  }
}

/** A lag or column as a kernel takes it: infinite ones become the farthest there is. */
export function toInt32(value: number): number {
  return Math.max(-0x80000000, Math.min(0x7fffffff, value));
}
