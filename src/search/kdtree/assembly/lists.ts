// AssemblyScript. The lists of the k best columns of every row, while the rows are searched. A list holds K distances from
// worst to best and, LIST_STRIDE entries behind them, their columns as float64. It is sorted, or a heap for
// K > SORTED_UP_TO: see ../../top-k.ts. Lists of distances alone stay sorted up to PLAIN_UP_TO.
import { n32, setF, setN } from './access';
import { EMPTY, LEAF, PLAIN_UP_TO, SORTED_UP_TO } from './constants.generated';
import { size } from './rows';
import {
  AFTER, BEFORE, BY_INDEX, COLUMN_FIRST, COLUMN_LEAVES, COLUMN_SIZE, DIST, EXCLUSION, INDEX, K, LIST, REFINES, SELF,
} from './search-fields.generated';

/** Entries of each half of a list: K, made even, and two that are better than all. */
export let LIST_STRIDE: usize = 0;

/** Whether lists hold distances alone: no order by index is asked for, every column is allowed, lists are short. */
export let PLAIN: i32 = 0;

/** The number of columns that a row of such lists finds. */
let FILLED: i32 = 0;

/** Derives the kind of lists from the settings of a search. */
export function deriveLists(): void {
  LIST_STRIDE = (<usize>(K + 1) & ~1) + 2;
  const everyColumn = EXCLUSION < SELF && BEFORE == EMPTY && AFTER == EMPTY;
  PLAIN = i32(everyColumn && !(BY_INDEX | REFINES) && K <= PLAIN_UP_TO);
  // The rightmost leaf holds the last of all columns; the last slot does only where all leaves are on one level.
  let node = 1;
  while (node < COLUMN_LEAVES) node = 2 * node + 1;
  const last = node - COLUMN_LEAVES;
  FILLED = min(K, n32(COLUMN_FIRST, last) + <i32>load<u8>(COLUMN_SIZE + <usize>last) - SELF);
}

/** The offset of row q's list. */
// @ts-ignore: decorator
@inline export function listOf(q: i32): usize { return LIST + (<usize>q * LIST_STRIDE << 4); }

/** Empties the lists of all rows. */
export function clearLists(): void {
  for (let q = 0; q < LEAF; q++) {
    const list = listOf(q);
    for (let p: usize = 0; p < LIST_STRIDE; p++) {
      store<f64>(list + (p << 3), p < <usize>K ? Infinity : -Infinity);
      store<f64>(list + (LIST_STRIDE + p << 3), EMPTY);
    }
  }
}

/** Whether the entry at `p` comes after (d, j). */
// @ts-ignore: decorator
@inline export function isWorse(p: usize, d: f64, j: f64): bool {
  const e = load<f64>(p);
  return e > d || (e == d && load<f64>(p + (LIST_STRIDE << 3)) > j);
}

/**
 * Inserts (d, j) into a sorted list; the worst entry leaves. Two slots are done at a time and without branches. A slot takes
 * the entry of the slot after it if that is worse than (d, j). Else it takes (d, j) if its own entry is worse. Else it stays.
 */
export function insert(list: usize, d: f64, j: f64): void {
  const dd = f64x2.splat(d);
  const jj = f64x2.splat(j);
  const end = list + (LIST_STRIDE - 2 << 3);
  const half = LIST_STRIDE << 3;
  let a = v128.load(list);
  let aj = v128.load(list + half);
  let worse = v128.or(f64x2.gt(a, dd), v128.and(f64x2.eq(a, dd), f64x2.gt(aj, jj)));
  for (let p = list; p < end; p += 16) {
    const next = v128.load(p, 16);
    const nextJ = v128.load(p + half, 16);
    const nextWorse = v128.or(f64x2.gt(next, dd), v128.and(f64x2.eq(next, dd), f64x2.gt(nextJ, jj)));
    const shifted = v128.shuffle<i64>(a, next, 1, 2);
    const shiftedJ = v128.shuffle<i64>(aj, nextJ, 1, 2);
    const shiftedWorse = v128.shuffle<i64>(worse, nextWorse, 1, 2);
    v128.store(p, v128.bitselect(shifted, v128.bitselect(dd, a, worse), shiftedWorse));
    v128.store(p + half, v128.bitselect(shiftedJ, v128.bitselect(jj, aj, worse), shiftedWorse));
    a = next;
    aj = nextJ;
    worse = nextWorse;
  }
}

/** Replaces the top of a heap of `count` entries by (d, j), which sinks to its slot. */
export function siftDown(list: usize, count: i32, d: f64, j: f64): void {
  const half = LIST_STRIDE << 3;
  let p = 0;
  for (let child = 1; child < count; child = 2 * p + 1) {
    let c = list + (<usize>child << 3);
    if (child + 1 < count && isWorse(c + 8, load<f64>(c), load<f64>(c + half))) {
      child++;
      c += 8;
    }
    if (!isWorse(c, d, j)) break;
    const to = list + (<usize>p << 3);
    store<f64>(to, load<f64>(c));
    store<f64>(to + half, load<f64>(c + half));
    p = child;
  }
  const to = list + (<usize>p << 3);
  store<f64>(to, d);
  store<f64>(to + half, j);
}

/** Sorts a heap of K entries from worst to best. */
function sortHeap(list: usize): void {
  const half = LIST_STRIDE << 3;
  for (let count = K - 1; count > 0; count--) {
    const last = list + (<usize>count << 3);
    const d = load<f64>(last);
    const j = load<f64>(last + half);
    store<f64>(last, load<f64>(list));
    store<f64>(last + half, load<f64>(list + half));
    siftDown(list, count, d, j);
  }
  for (let p = list, q = list + (<usize>(K - 1) << 3); p < q; p += 8, q -= 8) {
    const d = load<f64>(p);
    const j = load<f64>(p + half);
    store<f64>(p, load<f64>(q));
    store<f64>(p + half, load<f64>(q + half));
    store<f64>(q, d);
    store<f64>(q + half, j);
  }
}

/** Inserts a sum into a list of distances alone. The list stays the same if all its distances are smaller. */
// @ts-ignore: decorator
@inline export function offerDistance(list: usize, s: f64): void {
  const ss = f64x2.splat(s);
  const end = list + (LIST_STRIDE - 2 << 3);
  let a = v128.load(list);
  for (let p = list; p < end; p += 16) {
    const next = v128.load(p, 16);
    v128.store(p, f64x2.pmax(v128.shuffle<i64>(a, next, 1, 2), f64x2.pmin(a, ss)));
    a = next;
  }
}

/** Writes the lists of all rows to DIST and INDEX, the best first. */
export function writeLists(): void {
  for (let q = 0; q < size; q++) {
    const list = listOf(q);
    if (K > SORTED_UP_TO && !PLAIN) sortHeap(list);
    for (let p = 0; p < K; p++) {
      const from = list + (<usize>(K - 1 - p) << 3);
      setF(DIST, q * K + p, load<f64>(from));
      setN(INDEX, q * K + p, PLAIN ? (p < FILLED ? -1 : EMPTY) : <i32>load<f64>(from + (LIST_STRIDE << 3)));
    }
  }
}
