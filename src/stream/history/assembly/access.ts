// AssemblyScript. Reading and writing arrays in memory: an array is the address of its first entry.

// @ts-ignore: decorator
@inline export function addressOf(base: usize, i: i32): usize { return base + (<usize>i << 3); }
// @ts-ignore: decorator
@inline export function f64At(base: usize, i: i32): f64 { return load<f64>(base + (<usize>i << 3)); }
// @ts-ignore: decorator
@inline export function setF64(base: usize, i: i32, value: f64): void { store<f64>(base + (<usize>i << 3), value); }
// @ts-ignore: decorator
@inline export function i32At(base: usize, i: i32): i32 { return load<i32>(base + (<usize>i << 2)); }
// @ts-ignore: decorator
@inline export function setI32(base: usize, i: i32, value: i32): void { store<i32>(base + (<usize>i << 2), value); }
