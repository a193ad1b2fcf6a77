// The series of the chaos tests: functions of the series and the tick alone, so that any process can send them again.

/** Milliseconds from tick to tick. */
export const STEP = 1000;

/** @param {number} series @returns {string[]} */
export function idsOf(series) {
  return Array.from({ length: series }, (_, s) => `host-${s} cpu`);
}

/** @param {number} series @param {number} t @returns {Float64Array} */
export function valuesAt(series, t) {
  return Float64Array.from({ length: series }, (_, s) => valueAt(s, t));
}

function valueAt(s, t) {
  let h = (Math.imul(s + 1, 0x9e3779b1) ^ Math.imul(t + 1, 0x85ebca6b)) >>> 0;
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d) >>> 0;
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39) >>> 0;
  return 50 + 10 * ((s + t) % 60 < 30 ? 1 : -1) + ((h ^ (h >>> 15)) >>> 0) / 2 ** 29;
}
