// AssemblyScript. The search that carries one squared distance per lag from value to value. ../lags.ts proves that it is exact.
import { addressOf, f64At, i32At, setI32 } from './access';
import { BLOCK } from './constants.generated';
import { dropHits, ENOUGH_HITS, numHits, settle, stepBlock, sumBlock } from './hits';
import { accumulated, coefficient, extended, once, refreshed, slack, startSums, UP } from './margin';
import { above, clear, finish } from './neighbors';
import { Stream } from './stream-fields.generated';

/** A block with more hits than this is computed as sums: that costs less than to settle its hits. */
const MOST_HITS: i32 = BLOCK / 4;

/** ENOUGH_HITS for windows whose sums are short: to settle early improves the k-th best s for the next blocks. */
const ENOUGH_SHORT: i32 = 4;

/** Updates all D by one step; if `answers`, finds the nearest candidates of the window at y and returns their number. */
export function step(s: Stream, y: usize, answers: bool): i32 {
  // The running sum H at the new value. Candidates are p = zone … end - 1, where p = lag - 1.
  const w = s.w;
  const zone = s.zone;
  const head = s.head;
  const end = s.count - w + 1;
  const newest = load<f64>(y);
  const oldest = load<f64>(y + (<usize>w << 3));
  const ySum = addressOf(s.ySum, s.yHead) - 8;
  store<f64>(ySum, load<f64>(ySum, 8) + coefficient(s) * (newest - s.center) * (newest - s.center));
  s.since++;
  if (end <= zone) {
    s.found = 0;
    return 0;
  }

  // The k-th best s so far: a bound from the lags found last. Without an answer, nothing is below it.
  const numBlocks = (end - zone + BLOCK - 1) / BLOCK;
  const numD = s.numD;
  const u = newest - oldest;
  const v = newest - s.center + (oldest - s.center);
  const error = slack(s, ySum);
  let k = 0;
  let threshold = -Infinity;
  if (answers) {
    k = min(s.k, end - zone);
    threshold = above(boundByLags(s, k, u, v, ySum, error));
    clear(s, k, threshold);
  } else keepPresent(s);
  dropHits(0);
  const enough = w < 32 ? ENOUGH_SHORT : ENOUGH_HITS;

  // Is it the turn of a block to be refreshed?
  s.clock++;
  const isTurn = s.clock >= max(1, (1 << 19) / end);
  if (isTurn) {
    s.clock = 0;
    if (s.nextBlock >= numBlocks) s.nextBlock = 0;
  }

  let numDirect = 0;
  for (let b = 0; b < numBlocks; b++) {
    const p1 = zone + b * BLOCK;
    const p2 = min(p1 + BLOCK, end);
    const hitsBefore = numHits;
    let isFresh = numD <= p1 || (isTurn && b == s.nextBlock);
    if (!isFresh) {
      // Step the D that are known, p1 … p3 - 1.
      const p3 = min(p2, numD);
      const width = accumulated(s, b, p1, ySum) + once(s, p1, p2, ySum) + error;
      stepBlock(s, p1, p3, u, v, threshold > 0 ? (threshold + width) * UP : -Infinity, width);
      isFresh = numHits - hitsBefore > MOST_HITS;
      if (isFresh) {
        dropHits(hitsBefore);
        numDirect++;
      } else if (p3 < p2) {
        // Lags that are new in this block: their D are sums.
        extended(s, b, p3, p2, ySum);
        sumBlock(s, y, p3, p2, threshold);
      }
    }
    if (isFresh) {
      // Refresh the block: all its D are sums.
      refreshed(s, b, p1, p2, ySum);
      sumBlock(s, y, p1, p2, threshold);
    }
    if (numHits >= enough) threshold = settle(s, y, k, threshold);
  }
  if (isTurn) s.nextBlock++;
  s.numD = end;
  // stepBlock takes eight D at a time, so it reads up to seven behind the last: they must stay finite.
  memory.fill(addressOf(s.d, end), 0, 64);

  // The answer.
  if (numHits > 0) settle(s, y, k, threshold);
  const found = answers ? finish(s, k) : 0;

  // Running sums start from 0 again before memory moves, when the number of values reaches a power of two, so that the center
  // suits the last values, and where an eighth of the blocks had too many hits.
  const isRounded = (s.count & (s.count - 1)) == 0 && s.count < s.span;
  if (head == 0 || isRounded || (numDirect * 8 >= numBlocks && s.since >= 64)) startSums(s, y, ySum, numBlocks, end, error);
  return found;
}

/** An upper bound of the k-th best s: the largest D + margin at the lags found last. Infinity where these are fewer than k. */
function boundByLags(s: Stream, k: i32, u: f64, v: f64, ySum: usize, error: f64): f64 {
  if (s.found < k) return Infinity;
  let most: f64 = 0;
  for (let c = 0; c < k; c++) {
    const p = i32At(s.lag, c);
    const x = f64At(s.x, s.head + p);
    if (x != x || p >= s.numD) return Infinity;
    // The block of this lag, its D after this step, and the margin.
    const b = (p - s.zone) / BLOCK;
    const p1 = s.zone + b * BLOCK;
    const p2 = min(p1 + BLOCK, s.count - s.w + 1);
    const d = f64At(s.d, p) + (u - f64At(s.u, s.head + p)) * (v - f64At(s.v, s.head + p));
    const bound = (d + accumulated(s, b, p1, ySum) + once(s, p1, p2, ySum) + error) * UP;
    if (!(bound < Infinity)) return Infinity;
    if (bound > most) most = bound;
  }
  return most;
}

/** Removes from the lags found last those whose windows touch a missing value now. */
function keepPresent(s: Stream): void {
  let kept = 0;
  for (let c = 0; c < s.found; c++) {
    const p = i32At(s.lag, c);
    const x = f64At(s.x, s.head + p);
    if (x == x) setI32(s.lag, kept++, p);
  }
  s.found = kept;
}
