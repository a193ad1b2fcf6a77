// Generated from fields.ts by `npm run build:wasm`: do not edit.

/** The bytes of the struct `diagonal`; its int32 by their index among int32, its float64 among float64. */
export const diagonalBytes = 128;
export const diagonalX = 0;
export const diagonalClampedX = 1;
export const diagonalMean = 2;
export const diagonalScale = 3;
export const diagonalInverse = 4;
export const diagonalU = 5;
export const diagonalV = 6;
export const diagonalThreshold = 7;
export const diagonalIsColumn = 8;
export const diagonalPeak = 9;
export const diagonalCarried = 10;
export const diagonalRowBounds = 11;
export const diagonalLower = 12;
export const diagonalUpper = 13;
export const diagonalColumn = 14;
export const diagonalCount = 15;
export const diagonalWorstColumn = 16;
export const diagonalU32 = 17;
export const diagonalV32 = 18;
export const diagonalThreshold32 = 19;
export const diagonalPeak32 = 20;
export const diagonalWindowSize = 21;
export const diagonalK = 22;
export const diagonalNumWindows = 23;
export const diagonalCapacity = 24;
export const diagonalBoth = 25;
export const diagonalByIndex = 26;
export const diagonalScaled = 27;
export const diagonalBase = 14;
export const diagonalSlack = 15;
export type DiagonalInt32 = Readonly<Record<0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15 | 16 | 17 | 18 | 19 | 20 | 21 | 22 | 23 | 24 | 25 | 26 | 27, number | boolean | ArrayBufferView>>;
export type DiagonalFloat64 = Readonly<Record<14 | 15, number>>;
