// AssemblyScript. The k-d tree in WASM SIMD: the entry of the module. The algorithm is that of ../query.ts, where it is
// explained, with 16 rows side by side in a box test and 16 columns side by side in a leaf. The loader, ../wasm.ts, lays out
// the memory and describes it by the structs of ../fields.ts.
//
// Box tests are done in float32, four rows to a register. For the rows of one leaf, with M the middle of their box, σ a
// power of two that brings the data to about 1 and ε = 2⁻²⁴, coordinate by coordinate:
//
//     t = fl32(σ(p − M)) for the rows,   lo′ = fl32(σ(lo − M) − e),  hi′ = fl32(σ(hi − M) + e) for a box
//
// A gap g between row and box comes out as at most σg(1 + 2.1ε): with T = σ·(half the extent of the rows' box), t is within
// 1.01εT of its real value, lo′ within 1.01ε(σg + T + e), and e = 8εT + 2⁻¹⁴⁶ outweighs both. The left-to-right sum of W
// squares is then at most σ²·Σg²·(1 + (W + 7)ε), plus W·2⁻¹⁴⁸ for products that underflow. As s, a sum in float64, is at
// least Σg²(1 − (W + 3)2⁻⁵³) − W·2⁻¹⁰⁷⁴, a sum above
//
//     ABOVE = fl32(σ²·bound·(1 + 2(W + 16)ε) + (W + 4)(2⁻¹⁴⁸ + 2⁻¹⁰⁷³σ²))
//
// belongs to a box without any column as near as `bound`, ties included. AMBIGUOUS lies as much below
// the bound as ABOVE lies above it. Sums between the two are computed again in float64 (rowsNear): equal distances are the
// normal case in stepped series, and float64 tells exactly whether a box can hold a smaller distance or a smaller index.
// NaN, from 32-bit overflow, counts as near.
import { measured } from './boxes';
import { loadBuildFields } from './build-fields.generated';
import { LEAF } from './constants.generated';
import { descend } from './descend';
import { refined, scan, scanned, seed } from './leaves';
import { clearLists, deriveLists, PLAIN, writeLists } from './lists';
import { deriveMargins, openLeaf, size, slot } from './rows';
import { loadScratchFields } from './scratch-fields.generated';
import { loadSearchFields, SCRATCH, SELF } from './search-fields.generated';

export { build, mergeBounds, partition } from './build';
export { project } from './project';

/** Takes the settings of a build from the struct at `at`. */
export function openBuild(at: usize): void {
  loadBuildFields(at);
}

/** Takes the settings of a search from the struct at `at`. */
export function openSearch(at: usize): void {
  if (LEAF != 16) ERROR('a leaf is searched in eight registers of two columns');
  loadSearchFields(at);
  loadScratchFields(SCRATCH);
  deriveMargins();
  deriveLists();
}

export function nodesMeasured(): i32 { return measured; }
export function rowsScanned(): i32 { return scanned; }
export function pairsRefined(): i32 { return refined; }

/** Finds the k best columns of the rows of `mask` in the leaf `node` of the rows' tree, and writes them to DIST and INDEX. */
export function run(node: i32, first: i32, last: i32, mask: i32): void {
  openLeaf(node, first, last);
  if (!PLAIN || !SELF) clearLists();
  mask &= (1 << size) - 1;
  if (SELF) {
    // A self-join starts in the rows' own leaf and climbs: at each ancestor it searches the other side.
    if (PLAIN) seed();
    else scan(slot, mask);
    for (let x = node; x > 1; x >>= 1) descend(x ^ 1, mask);
  } else {
    descend(1, mask);
  }
  writeLists();
}
