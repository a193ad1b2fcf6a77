// Loading the WASM kernels: one compiled module, one memory per run.
import { DIAGONAL_WASM } from './generated/diagonal-wasm.ts';

let compiled: WebAssembly.Module | null | undefined;

/** Memory below this belongs to the module's own data. */
const DATA_END = 65536;

/**
 * The diagonal module, or null where WASM (or its SIMD) is refused, as by a content security policy without
 * `wasm-unsafe-eval`. Compiled once, at the first call, in about a millisecond.
 */
export function diagonalModule(): WebAssembly.Module | null {
  if (compiled === undefined) {
    try {
      compiled = new WebAssembly.Module(Uint8Array.from(atob(DIAGONAL_WASM), (c) => c.charCodeAt(0)));
    } catch {
      compiled = null;
    }
  }
  return compiled;
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
