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
export const diagonalLower = 10;
export const diagonalUpper = 11;
export const diagonalColumn = 12;
export const diagonalCount = 13;
export const diagonalWorstColumn = 14;
export const diagonalU32 = 15;
export const diagonalV32 = 16;
export const diagonalThreshold32 = 17;
export const diagonalPeak32 = 18;
export const diagonalWindowSize = 19;
export const diagonalK = 20;
export const diagonalNumWindows = 21;
export const diagonalCapacity = 22;
export const diagonalBoth = 23;
export const diagonalByIndex = 24;
export const diagonalScaled = 25;
export const diagonalBase = 13;
export const diagonalSlack = 14;
export type DiagonalInt32 = Readonly<Record<0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15 | 16 | 17 | 18 | 19 | 20 | 21 | 22 | 23 | 24 | 25, number | boolean>>;
export type DiagonalFloat64 = Readonly<Record<13 | 14, number>>;
