// Generated from fields.ts by `npm run build:wasm`: do not edit.

/** The bytes of the struct `build`; its int32 by their index among int32, its float64 among float64. */
export const buildBytes = 80;
export const buildVectors = 0;
export const buildStride = 1;
export const buildWidth = 2;
export const buildTreeOrder = 3;
export const buildTreePoints = 4;
export const buildTreeBoxes = 5;
export const buildTreeFirst = 6;
export const buildTreeSize = 7;
export const buildTreeLowest = 8;
export const buildTreeHighest = 9;
export const buildTreeLeaves = 10;
export const buildWindows = 11;
export const buildWindowStride = 12;
export const buildWindowWidth = 13;
export const buildBasis = 14;
export const buildCenter = 8;
export const buildRadius = 9;
export type BuildInt32 = Readonly<Record<0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14, number | boolean | ArrayBufferView>>;
export type BuildFloat64 = Readonly<Record<8 | 9, number>>;

/** The bytes of the struct `search`; its int32 by their index among int32, its float64 among float64. */
export const searchBytes = 176;
export const searchRowPoints = 0;
export const searchRowBoxes = 1;
export const searchRowOrder = 2;
export const searchRowFirst = 3;
export const searchRowSize = 4;
export const searchRowLeaves = 5;
export const searchColumnPoints = 6;
export const searchColumnBoxes = 7;
export const searchColumnOrder = 8;
export const searchColumnFirst = 9;
export const searchColumnSize = 10;
export const searchColumnLowest = 11;
export const searchColumnHighest = 12;
export const searchColumnLeaves = 13;
export const searchDist = 14;
export const searchIndex = 15;
export const searchList = 16;
export const searchRef = 17;
export const searchNear = 18;
export const searchWidth = 19;
export const searchK = 20;
export const searchSelf = 21;
export const searchByIndex = 22;
export const searchExclusion = 23;
export const searchBefore = 24;
export const searchAfter = 25;
export const searchScale = 13;
export const searchRefines = 28;
export const searchRowWindows = 29;
export const searchRowStride = 30;
export const searchColumnWindows = 31;
export const searchColumnStride = 32;
export const searchWindowWidth = 33;
export const searchUnder = 17;
export const searchFactor = 18;
export const searchSlack = 19;
export const searchScratch = 40;
export type SearchInt32 = Readonly<Record<0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15 | 16 | 17 | 18 | 19 | 20 | 21 | 22 | 23 | 24 | 25 | 28 | 29 | 30 | 31 | 32 | 33 | 40, number | boolean | ArrayBufferView>>;
export type SearchFloat64 = Readonly<Record<13 | 17 | 18 | 19, number>>;

/** The bytes of the struct `scratch`; its int32 by their index among int32, its float64 among float64. */
export const scratchBytes = 5568;
