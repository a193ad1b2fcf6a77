// Generated from fields.ts by `npm run build:wasm`: do not edit.

/** The bytes of the struct `top`; its int32 by their index among int32, its float64 among float64. */
export const topBytes = 128;
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
export const topWindowSize = 15;
export const topK = 16;
export const topFirstColumn = 17;
export const topEndColumn = 18;
export const topExclusion = 19;
export const topLeft = 20;
export const topMode = 21;
export const topIsMax = 22;
export const topHasFlags = 23;
export const topCenter = 12;
export const topFactor = 13;
export const topExtent = 14;
export const topMeanError = 15;
export type TopInt32 = Readonly<Record<0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15 | 16 | 17 | 18 | 19 | 20 | 21 | 22 | 23, number | boolean>>;
export type TopFloat64 = Readonly<Record<12 | 13 | 14 | 15, number>>;
