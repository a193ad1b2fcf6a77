// AssemblyScript. The stream kernel in WASM SIMD: the values of a stream and the search among them. ../lags.ts says what it computes
// and proves its error bounds. All state is in the memory at the address that the caller gives, so that one module serves any
// number of streams. ../wasm.ts lays out that memory by the lists in ../fields.ts.
//
//   stream.ts      the exports; values enter memory and the window
//   recurrence.ts  the search that carries distances by lag: hits.ts its inner loops, margin.ts its error bounds
//   direct.ts      the search that sums every candidate, but for those that coarse.ts rules out
//   neighbors.ts   the k nearest;  sums.ts  sums of squares;  access.ts  arrays
import { addressOf, f64At, setF64 } from './access';
import { copyNewest, startCopy } from './coarse';
import { FULL, NONE } from './constants.generated';
import { directSearch } from './direct';
import { coefficient, startSums } from './margin';
import { step } from './recurrence';
import { Stream } from './stream-fields.generated';

/**
 * Finds the nearest windows of the window that x completes, then remembers x. Returns the number of windows found; NONE where
 * the window is not complete or touches a missing value; FULL, with nothing done, where the buffers must grow.
 */
export function update(s: Stream, x: f64, learn: i32): i32 {
  if (s.head == 0 && s.capacity < s.fullCapacity) return FULL;
  // Search.
  const isPresent = x == x;
  const answers = isPresent && s.present >= s.w - 1;
  const y = writeNewest(s, x);
  let found = NONE;
  if (s.isLagged) found = step(s, y, answers);
  else if (answers) found = directSearch(s, y);
  // Remember: x becomes part of the window, and of memory if it is learned.
  s.yHead--;
  s.present = isPresent ? s.present + 1 : 0;
  push(s, isPresent && learn ? x : NaN);
  return answers ? found : NONE;
}

/** What update would find. */
export function peek(s: Stream, x: f64): i32 {
  return x == x && s.present >= s.w - 1 ? directSearch(s, writeNewest(s, x)) : NONE;
}

/** Computes everything that is derived from s.x and s.y, which the caller has written. No D is valid afterwards. */
export function restore(s: Stream): void {
  if (!s.isLagged) {
    startCopy(s);
    return;
  }
  const w = s.w;
  for (let p = s.head + s.count - 1; p >= s.head; p--) {
    const x = f64At(s.x, p);
    setF64(s.filled, p, x == x ? x : f64At(s.filled, p + 1));
    setF64(s.u, p, f64At(s.filled, p) - f64At(s.filled, p + w));
  }
  s.numD = 0;
  startSums(s, addressOf(s.y, s.yHead), addressOf(s.ySum, s.yHead), 0, 0, 0);
}

/** Writes x before the newest value of the window, which does not contain it until yHead moves; returns its address. */
function writeNewest(s: Stream, x: f64): usize {
  // At the start of the buffer the window moves to the end.
  if (s.yHead == 0) {
    const head = s.yCapacity - s.w - 1;
    memory.copy(addressOf(s.y, head), s.y, <usize>(s.w + 1) << 3);
    if (s.isLagged) memory.copy(addressOf(s.ySum, head), s.ySum, <usize>(s.w + 1) << 3);
    s.yHead = head;
  }
  const y = addressOf(s.y, s.yHead) - 8;
  store<f64>(y, x == x || !s.isLagged ? x : load<f64>(y, 8));
  return y;
}

/** Appends x to memory. */
function push(s: Stream, x: f64): void {
  if (s.head == 0) moveToEnd(s);
  const head = s.head - 1;
  setF64(s.x, head, x);
  if (s.isLagged) {
    const value = x == x ? x : f64At(s.filled, head + 1);
    const last = f64At(s.filled, head + s.w);
    setF64(s.filled, head, value);
    setF64(s.u, head, value - last);
    setF64(s.v, head, value - s.center + (last - s.center));
    setF64(s.sum, head, f64At(s.sum, head + 1) + coefficient(s) * (value - s.center) * (value - s.center));
  }
  s.head = head;
  if (s.count < s.span) s.count++;
  if (!s.isLagged) copyNewest(s);
}

/** Moves memory to the end of its buffers, with one value before those that matter: its running sum is still needed. */
function moveToEnd(s: Stream): void {
  const length = s.count + 1;
  const head = s.capacity - length;
  if (s.isLagged) {
    move(s.filled, head, length);
    move(s.u, head, length);
    move(s.v, head, length);
    move(s.sum, head, length);
  } else memory.copy(s.coarse + (<usize>head << 1), s.coarse, <usize>length << 1);
  move(s.x, head, length);
  s.head = head;
}

// @ts-ignore: decorator
@inline function move(base: usize, head: i32, length: i32): void {
  memory.copy(addressOf(base, head), base, <usize>length << 3);
}
