// Loading the WASM kernels: each module is compiled once, and instantiated with a memory of arena.ts.
import type { Memory } from './arena.ts';

/** A `WebAssembly.Module`: see `Memory` for why our declarations do not name it. */
export type KernelModule = object;

const compiled = new Map<string, KernelModule | null>();

/** The module of a kernel, compiled at the first call, in about a millisecond; null where WASM or its SIMD is refused. */
export function moduleOf(hex: string, isShared = false): KernelModule | null {
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

/** The bytes of the import of a memory, up to its flags: `env.memory`, of kind 2. */
const MEMORY_IMPORT = [...'\x03env\x06memory\x02'].map((c) => c.charCodeAt(0));
const HAS_LIMIT = 1;
const HAS_LIMIT_AND_IS_SHARED = 3;

/** Lets a module import a memory that threads share. One bit of the import changes, the code stays the same. */
function shareMemory(bytes: Uint8Array): void {
  const at = bytes.findIndex((_, p) => MEMORY_IMPORT.every((byte, q) => bytes[p + q] === byte));
  const flags = at + MEMORY_IMPORT.length;
  if (at < 0 || bytes[flags] !== HAS_LIMIT) throw new Error('the module imports no memory with a limit');
  bytes[flags] = HAS_LIMIT_AND_IS_SHARED;
}

/** The exports of a kernel that works in `memory`. */
export function instantiate<Exports>(module: KernelModule, memory: Memory): Exports {
  const imports = { env: { memory: memory as WebAssembly.Memory } };
  return new WebAssembly.Instance(module as WebAssembly.Module, imports).exports as Exports;
}

/** A lag or column as a kernel takes it. Infinite values become the largest or least int32. */
export function toInt32(value: number): number {
  return Math.max(-0x80000000, Math.min(0x7fffffff, value));
}
