// Generated from ../fields.ts by `npm run build:wasm`: do not edit.

@unmanaged
export class Stream {
  w: i32; // at 0
  k: i32; // at 4
  zone: i32; // at 8
  span: i32; // at 12
  fullCapacity: i32; // at 16
  capacity: i32; // at 20
  head: i32; // at 24
  count: i32; // at 28
  present: i32; // at 32
  found: i32; // at 36
  yCapacity: i32; // at 40
  yHead: i32; // at 44
  isLagged: i32; // at 48
  numD: i32; // at 52
  clock: i32; // at 56
  nextBlock: i32; // at 60
  since: i32; // at 64
  x: usize; // at 68
  y: usize; // at 72
  dist: usize; // at 76
  lag: usize; // at 80
  filled: usize; // at 84
  u: usize; // at 88
  v: usize; // at 92
  sum: usize; // at 96
  ySum: usize; // at 100
  d: usize; // at 104
  blocks: usize; // at 108
  center: f64; // at 112
}
