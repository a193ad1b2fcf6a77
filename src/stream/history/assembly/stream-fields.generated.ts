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
  due: i32; // at 68
  pause: i32; // at 72
  nextPause: i32; // at 76
  x: usize; // at 80
  y: usize; // at 84
  dist: usize; // at 88
  lag: usize; // at 92
  coarse: usize; // at 96
  filled: usize; // at 100
  u: usize; // at 104
  v: usize; // at 108
  sum: usize; // at 112
  ySum: usize; // at 116
  d: usize; // at 120
  blocks: usize; // at 124
  center: f64; // at 128
  origin: f64; // at 136
  scale: f64; // at 144
}
