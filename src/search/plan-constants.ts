// The numbers that the planner decides by. "Fitted" is: to measured times of n = 5000 to 100 000, w = 10 … 100, k = 1 … 20
// on the machine of the README's figures. "Chosen" is: round numbers well inside of the range that the measurements allow.
// plan.ts imports this module as one record, PLAN: a bundler can then write the numbers instead of their names.

// Joins so small that every pair is compared before an index is built.
/** Rows; chosen. */
export const fewRows = 16;
/** Pairs; chosen. */
export const fewPairs = 4096;

// Below fewWindows + fewWindowsPerValue·w windows, all diagonals are done in the time that projecting the windows takes.
/** Windows; fitted, with series whose windows are copies of each other, the best case of a tree. */
export const fewWindows = 550;
/** Windows per value of a window; fitted. */
export const fewWindowsPerValue = 15;

/** Coordinates; vectors that are not made for the sake of a plan alone: 128 MB, and the tree's copy. */
export const mostCoordinates = 16_777_216;

// The contrast of a sample: min s / median s.
/** Ratio; above it boxes exclude next to nothing, as in white noise from about 10 values per window; fitted. */
export const farContrast = 0.15;
/** Ratio; below it windows repeat, but for jitter: a tree finds the copies at once; chosen. */
export const copyContrast = 1e-9;
/** Ratio; below it windows of at most `nearlyPoints` values lose little when they are projected; fitted. */
export const nearContrast = 0.05;
/** Values per window; chosen. */
export const nearlyPoints = 10;
/** Ratio; below it a series is smooth: its windows lie on a surface of few dimensions, however long they are; fitted. */
export const smoothContrast = 0.0125;

// The numbers of windows from which on a tree of projections costs only a few percent of the diagonal engine: from there on
// the tree is built and probed. Where pairs are dearer than on diagonals, fewer windows suffice.
/** Windows of a smooth series, and per value of a window; fitted. */
export const smoothWindows = 300;
export const smoothWindowsPerValue = 75;
/** Windows of near contrast; fitted. */
export const nearWindows = 2500;
/** Windows of other series; fitted. */
export const ordinaryWindows = 40_000;
/** Windows of far contrast; fitted. */
export const farWindows = 300_000;

// Between pilotWindows and ordinaryWindows, a pilot decides: a tree of one window in `pilotShare`.
/** Windows; fitted. */
export const pilotWindows = 15_000;
/** Windows of the series per window of the pilot; chosen. */
export const pilotShare = 4;
/** Work per row of the whole tree over that of the pilot, where the two engines are near each other; fitted. */
export const pilotGrowth = 2;
/** Estimated time of the tree over that of the alternative, up to which a probe follows: a pilot is not exact; chosen. */
export const pilotTolerance = 1.15;

// Times of a tree search.
/** Nanoseconds per row; fitted. */
export const treePerRow = 100;
/** Nanoseconds per row and neighbor; fitted. */
export const treePerNeighbor = 34;
/** Nanoseconds per box that the rows of a leaf are compared with; fitted. */
export const boxTest = 35;
/** Nanoseconds per comparison of a row with a leaf; fitted. */
export const leafTest = 68;
/** Nanoseconds per pair of windows that is compared, and per value of a window; fitted. */
export const refinement = 14;
export const refinementPerValue = 0.32;
/** Nanoseconds per column that is projected; fitted. */
export const projectedPerColumn = 1000;

// Times of the alternatives: diagonals, or every pair in tiles.
/** Nanoseconds per row; fitted. */
export const perRow = 500;
/** Nanoseconds per row and neighbor, for short lists; fitted. */
export const perNeighbor = 250;
/** Neighbors at which the time per neighbor has doubled: an insertion in a longer list costs more; fitted. */
export const perNeighborDoubling = 32;
/** Neighbors from which on that time stays the same; fitted. */
export const longList = 48;
/** Nanoseconds per pair along diagonals; fitted. */
export const diagonalPerPair = 0.5;
/** Factor of that time where windows are copies but for jitter: bounds then tell few pairs apart; fitted. */
export const diagonalCopies = 3;
/** Nanoseconds per pair in tiles, and per coordinate; fitted. */
export const densePerPair = 0.7;
export const densePerCoordinate = 0.14;

// Upper bounds of whole jobs, for messages to the user.
/** Seconds per pair and coordinate of a function metric; measured on the same machine. */
export const secondsPerCall = 1.5e-9;
/** Seconds per window, coordinate and level of a tree; measured on the same machine. */
export const secondsPerTreeStep = 3e-8;
