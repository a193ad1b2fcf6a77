// Generated from fields.ts by `npm run build:wasm`: do not edit.

/** The bytes of the struct `top`; its int32 by their index among int32, its float64 among float64. */
export const topBytes = 144;
export const topX = 0;
export const topX32 = 1;
export const topMean = 2;
export const topSigma = 3;
export const topFlags = 4;
export const topThreshold = 5;
export const topList = 6;
export const topBound = 7;
export const topSum = 8;
export const topWidth = 9;
export const topRowS = 10;
export const topRowJ = 11;
export const topRowBound = 12;
export const topOrder = 13;
export const topRow32 = 14;
export const topBasis = 15;
export const topPoint = 16;
export const topWindowSize = 17;
export const topK = 18;
export const topFirstColumn = 19;
export const topEndColumn = 20;
export const topExclusion = 21;
export const topLeft = 22;
export const topMode = 23;
export const topIsMax = 24;
export const topHasFlags = 25;
export const topCenter = 13;
export const topFactor = 14;
export const topExtent = 15;
export const topMeanError = 16;
export type TopInt32 = Readonly<Record<0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15 | 16 | 17 | 18 | 19 | 20 | 21 | 22 | 23 | 24 | 25, number | boolean | ArrayBufferView>>;
export type TopFloat64 = Readonly<Record<13 | 14 | 15 | 16, number>>;
