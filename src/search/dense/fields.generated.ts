// Generated from fields.ts by `npm run build:wasm`: do not edit.

/** The bytes of the struct `dense`; its int32 by their index among int32, its float64 among float64. */
export const denseBytes = 64;
export const denseRowPoints = 0;
export const denseRowStarts = 1;
export const denseColumnPoints = 2;
export const denseColumnStarts = 3;
export const denseThreshold = 4;
export const denseDist = 5;
export const denseIndex = 6;
export const denseWidth = 7;
export const denseK = 8;
export const denseIsSelf = 9;
export const denseByIndex = 10;
export const denseExclusion = 11;
export const denseBefore = 12;
export const denseAfter = 13;
export type DenseInt32 = Readonly<Record<0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13, number | boolean | ArrayBufferView>>;
