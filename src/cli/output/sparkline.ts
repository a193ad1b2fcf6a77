// A series in one line of text: one block character of eight heights per bucket of values.

const BLOCKS = '▁▂▃▄▅▆▇█';
const GAP = '·';

/** The bucket of index `t` when `length` values share `numCells` cells. */
export function cellOf(t: number, length: number, numCells: number): number {
  return Math.min(numCells - 1, Math.floor((t * numCells) / length));
}

/**
 * One character per cell, at most `width` of them. A cell shows the `'mean'` or the `'max'` of its values; the lowest
 * block is the smallest cell and the highest the largest. A cell without a value is a dot.
 */
export function sparkline(values: ArrayLike<number>, width: number, aggregate: 'mean' | 'max'): string {
  const cells = cellsOf(values, Math.min(width, values.length), aggregate);
  const known = cells.filter((cell) => !Number.isNaN(cell));
  const low = aggregate === 'max' ? 0 : Math.min(...known);
  const high = Math.max(...known);
  return cells.map((cell) => (Number.isNaN(cell) ? GAP : blockOf(cell, low, high))).join('');
}

function blockOf(value: number, low: number, high: number): string {
  // Halved, so that the span of the largest numbers does not overflow.
  const share = high > low ? (value / 2 - low / 2) / (high / 2 - low / 2) : 0;
  return BLOCKS[Math.min(BLOCKS.length - 1, Math.floor(share * BLOCKS.length))]!;
}

function cellsOf(values: ArrayLike<number>, numCells: number, aggregate: 'mean' | 'max'): number[] {
  const cells = new Array<number>(numCells).fill(NaN);
  const counts = new Uint32Array(numCells);
  for (let t = 0; t < values.length; t++) {
    const x = values[t]!;
    if (!Number.isFinite(x)) continue;
    const c = cellOf(t, values.length, numCells);
    const before = cells[c]!;
    counts[c] = counts[c]! + 1;
    if (Number.isNaN(before)) cells[c] = x;
    else cells[c] = aggregate === 'max' ? Math.max(before, x) : before + (x - before) / counts[c]!;
  }
  return cells;
}
