// Generated from ../fields.ts by `npm run build:wasm`: do not edit.

export const BLOCK: i32 = 256;
export const BLOCK_BYTES: i32 = 24;
export const NONE: i32 = -1;
export const FULL: i32 = -2;
export const SORTED_UP_TO: i32 = 16;
export const EMPTY: i32 = 2147483647;
export const SHORT_HISTORY: i32 = 1000;
