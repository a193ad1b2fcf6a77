// Loading the WASM kernels: each module is compiled once, and instantiated with a memory of arena.ts.
import type { Memory } from './arena.ts';

/** A `WebAssembly.Module`: see `Memory` for why our declarations do not name it. */
export type KernelModule = object;

const compiled = new Map<string, KernelModule | null>();

/** The module of a kernel, compiled at the first call, in about a millisecond; null where WASM or its SIMD is refused. */
export function moduleOf(hex: string, isShared = false): KernelModule | null {
  const text = isShared ? shareMemory(hex) : hex;
  let module = compiled.get(text);
  if (module === undefined) {
    try {
      module = new WebAssembly.Module(Uint8Array.from(text.match(/../g)!, (byte) => parseInt(byte, 16)));
    } catch {
      module = null; // as under a content security policy without `wasm-unsafe-eval`
    }
    compiled.set(text, module);
  }
  return module;
}

/** The import of a memory up to its flags, in hexadecimal: the names `env` and `memory` with their lengths, and kind 2. */
const MEMORY_IMPORT = '03656e76066d656d6f727902';
const HAS_LIMIT = '01';
const HAS_LIMIT_AND_IS_SHARED = '03';

/** Lets a module import a memory that threads share. One bit of the import changes, the code stays the same. */
function shareMemory(hex: string): string {
  return hex.replace(MEMORY_IMPORT + HAS_LIMIT, MEMORY_IMPORT + HAS_LIMIT_AND_IS_SHARED);
}

/** The exports of a kernel that works in `memory`, and calls `distance` if it imports that. */
export function instantiate<Exports>(module: KernelModule, memory: Memory, distance?: object): Exports {
  const imports = { env: { memory: memory as WebAssembly.Memory, distance: distance as WebAssembly.ImportValue } };
  return new WebAssembly.Instance(module as WebAssembly.Module, imports).exports as Exports;
}

/** A lag or column as a kernel takes it. Infinite values become the largest or least int32. */
export function toInt32(value: number): number {
  return Math.max(-0x80000000, Math.min(0x7fffffff, value));
}
