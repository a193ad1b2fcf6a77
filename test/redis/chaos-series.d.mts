export const STEP: number;
export function idsOf(series: number): string[];
export function valuesAt(series: number, t: number): Float64Array;
