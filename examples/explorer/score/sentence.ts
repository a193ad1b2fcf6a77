// An explanation by windows in one sentence.
import type { Explanation } from 'knn-anomaly';

/**
 * What is strange about a window, in words.
 *
 * @param write the place of a value in words
 */
export function sentenceOf(explanation: Explanation, write: (index: number) => string): string {
  const { index, score, window, expected, shares, direction, neighbors } = explanation;
  const number = (x: number): string => String(Number(x.toPrecision(4)));
  const w = window.length;
  const what = w === 1 ? `the value at ${write(index)}` : `the ${w} values that end at ${write(index)}`;
  if (neighbors.length === 0) return `${what} have no other window to be compared with`;
  const others =
    neighbors.length === 1 ? 'the window most like them' : `the ${neighbors.length} windows most like them`;
  const far = `${what} ${w === 1 ? 'is' : 'are'} ${number(score)} away from ${others}`;
  const weights = shares ?? window.map((x, l) => Math.abs(x - expected[l]!));
  const odd = weights.indexOf(Math.max(...weights));
  if (!(weights[odd]! > 0)) return far;
  const side = direction === 'none' ? 'where' : direction === 'above' ? 'above the' : 'below the';
  const most = shares === null ? 'most of it' : `${Math.round(100 * shares[odd]!)} % of that`;
  const start = index - w + 1;
  const expectation = `${number(expected[odd]!)} ${direction === 'none' ? 'was expected' : 'that was expected'}`;
  return `${far}; ${most} is ${number(window[odd]!)} at ${write(start + odd)}, ${side} ${expectation}`;
}
