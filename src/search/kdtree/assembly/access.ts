// AssemblyScript. Entries of arrays in memory.

/** The float64 at index i of the array at `base`. */
// @ts-ignore: decorator
@inline export function f(base: usize, i: i32): f64 { return load<f64>(base + (<usize>i << 3)); }
// @ts-ignore: decorator
@inline export function setF(base: usize, i: i32, value: f64): void { store<f64>(base + (<usize>i << 3), value); }
/** The int32 at index i of the array at `base`. */
// @ts-ignore: decorator
@inline export function n32(base: usize, i: i32): i32 { return load<i32>(base + (<usize>i << 2)); }
// @ts-ignore: decorator
@inline export function setN(base: usize, i: i32, value: i32): void { store<i32>(base + (<usize>i << 2), value); }
