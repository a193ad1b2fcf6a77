// AssemblyScript. Entries of arrays in memory, and registers that are read or written together. An array is named by its
// byte offset.

/** Entry i of an array of float64. */
// @ts-ignore: decorator
@inline export function f64At(base: usize, i: i32): f64 { return load<f64>(base + (<usize>i << 3)); }

// @ts-ignore: decorator
@inline export function setF64(base: usize, i: i32, value: f64): void { store<f64>(base + (<usize>i << 3), value); }

/** Entry i of an array of int32. */
// @ts-ignore: decorator
@inline export function i32At(base: usize, i: i32): i32 { return load<i32>(base + (<usize>i << 2)); }

// @ts-ignore: decorator
@inline export function setI32(base: usize, i: i32, value: i32): void { store<i32>(base + (<usize>i << 2), value); }

/** Stores four registers one behind the other. */
// @ts-ignore: decorator
@inline export function store4(at: usize, a0: v128, a1: v128, a2: v128, a3: v128): void {
  v128.store(at, a0);
  v128.store(at, a1, 16);
  v128.store(at, a2, 32);
  v128.store(at, a3, 48);
}
