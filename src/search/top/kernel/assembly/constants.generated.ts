// Generated from ../fields.ts by `npm run build:wasm`: do not edit.

export const BLOCK: i32 = 128;
export const RAW: i32 = 0;
export const MEAN: i32 = 1;
export const ZSCORE: i32 = 2;
export const NO_COLUMN: i32 = 1;
export const UNFILTERED: i32 = 2;
