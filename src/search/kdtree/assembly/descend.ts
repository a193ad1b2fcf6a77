// AssemblyScript. The search of a subtree of the columns' tree for the rows at hand, nearer children first.
import { n32, setN } from './access';
import { areAmbiguous, certainly, measure, nearest, swapDistances, within } from './boxes';
import { scan } from './leaves';
import { firstColumn, lastColumn } from './rows';
import { DISTANCES, MASKS, NODES } from './scratch-fields.generated';
import { COLUMN_HIGHEST, COLUMN_LEAVES, COLUMN_LOWEST } from './search-fields.generated';

/** Searches the subtree of `root` for the rows of `mask`. */
export function descend(root: i32, mask: i32): void {
  let pending = 0;
  mask = measure(root, 0) & mask;
  if (mask == 0) return;
  setN(NODES, 0, root);
  setN(MASKS, 0, mask);
  pending = 1;
  while (pending > 0) {
    pending--;
    const x = n32(NODES, pending);
    // Skip the node if its columns are not allowed, or too far by now.
    if (n32(COLUMN_LOWEST, x) > lastColumn || n32(COLUMN_HIGHEST, x) < firstColumn) continue;
    const at = DISTANCES + (<usize>pending << 6);
    let near = within(at) & n32(MASKS, pending);
    const ambiguous = near & areAmbiguous(at);
    if (ambiguous != 0) near &= ~ambiguous | certainly(x, ambiguous);
    if (near == 0) continue;
    if (x >= COLUMN_LEAVES) {
      scan(x - COLUMN_LEAVES, near);
      continue;
    }
    // Measure the children; the nearer one is searched first, so it is pushed last.
    const left = 2 * x;
    const toLeft = measure(left, pending) & near;
    const toRight = measure(left + 1, pending + 1) & near;
    if (toLeft != 0 && toRight != 0) {
      const leftFirst = nearest(at) <= nearest(at + 64);
      if (leftFirst) swapDistances(at);
      setN(NODES, pending, leftFirst ? left + 1 : left);
      setN(MASKS, pending++, leftFirst ? toRight : toLeft);
      setN(NODES, pending, leftFirst ? left : left + 1);
      setN(MASKS, pending++, leftFirst ? toLeft : toRight);
    } else if (toLeft != 0) {
      setN(NODES, pending, left);
      setN(MASKS, pending++, toLeft);
    } else if (toRight != 0) {
      swapDistances(at);
      setN(NODES, pending, left + 1);
      setN(MASKS, pending++, toRight);
    }
  }
}
