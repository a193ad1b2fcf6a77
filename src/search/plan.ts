// Which engine serves a join: a pure function of its shape.

/** The engines that `engine` can name. */
export const ENGINES = ['auto', 'brute', 'kdtree'] as const;

/** See `KNNOptions.engine`. */
export type EngineName = (typeof ENGINES)[number];

/** Up to this number of pairs a plain loop is done before a tree is built. */
const FEW_PAIRS = 4096;

/** For so few rows, comparing them with every column is cheaper than sorting the columns into a tree. */
const FEW_ROWS = 16;

/** Beyond this width the boxes of a tree over all coordinates exclude too little. */
const MAX_TREE_WIDTH = 64;

/** The engine for `numRows` × `numColumns` vectors of `width` coordinates when the user leaves the choice to us. */
export function plan(numRows: number, numColumns: number, width: number): Exclude<EngineName, 'auto'> {
  if (numRows <= FEW_ROWS || numRows * numColumns <= FEW_PAIRS) return 'brute';
  return width > MAX_TREE_WIDTH ? 'brute' : 'kdtree';
}
