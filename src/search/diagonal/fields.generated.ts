// Generated from fields.ts by `npm run build:wasm`: do not edit.

/** The bytes of the struct `diagonal`; its int32 by their index among int32, its float64 among float64. */
export const diagonalBytes = 128;
export const diagonalX = 0;
export const diagonalMean = 1;
export const diagonalScale = 2;
export const diagonalInverse = 3;
export const diagonalU = 4;
export const diagonalV = 5;
export const diagonalThreshold = 6;
export const diagonalIsColumn = 7;
export const diagonalPeak = 8;
export const diagonalCarried = 9;
export const diagonalRowBounds = 10;
export const diagonalLower = 11;
export const diagonalUpper = 12;
export const diagonalColumn = 13;
export const diagonalCount = 14;
export const diagonalWorstColumn = 15;
export const diagonalU32 = 16;
export const diagonalV32 = 17;
export const diagonalThreshold32 = 18;
export const diagonalPeak32 = 19;
export const diagonalWindowSize = 20;
export const diagonalK = 21;
export const diagonalNumWindows = 22;
export const diagonalCapacity = 23;
export const diagonalBoth = 24;
export const diagonalByIndex = 25;
export const diagonalScaled = 26;
export const diagonalBase = 14;
export const diagonalSlack = 15;
export type DiagonalInt32 = Readonly<Record<0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15 | 16 | 17 | 18 | 19 | 20 | 21 | 22 | 23 | 24 | 25 | 26, number | boolean>>;
export type DiagonalFloat64 = Readonly<Record<14 | 15, number>>;
