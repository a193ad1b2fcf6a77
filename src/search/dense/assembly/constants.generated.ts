// Generated from ../fields.ts by `npm run build:wasm`: do not edit.

export const BLOCK: i32 = 4;
export const CHUNK: i32 = 16;
export const SORTED_UP_TO: i32 = 16;
