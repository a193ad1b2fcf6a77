// An explanation by windows in one sentence.
import type { Explanation } from 'knn-anomaly';
import { oddValueOf } from '../../../src/knn/explain.ts';

/**
 * What is strange about a window, in words.
 *
 * @param write the place of a value in words
 * @param number a number in words
 */
export function sentenceOf(
  explanation: Explanation,
  write: (index: number) => string,
  number: (x: number) => string,
): string {
  const { index, score, window, expected, shares, direction, neighbors } = explanation;
  const w = window.length;
  const what = w === 1 ? `The value at ${write(index)}` : `The ${w} values that end at ${write(index)}`;
  if (neighbors.length === 0) return `${what} ${w === 1 ? 'has' : 'have'} no other window to be compared with.`;
  const others =
    neighbors.length === 1
      ? `the ${w === 1 ? 'value most like it' : 'window most like them'}`
      : `the ${neighbors.length} ${w === 1 ? 'values most like it' : 'windows most like them'}`;
  const far = `${what} ${w === 1 ? 'is' : 'are'} ${number(score)} away from ${others}`;
  const odd = oddValueOf(explanation);
  if (!(score > 0)) return `${far}.`;
  const side = direction === 'none' ? 'where' : direction === 'above' ? 'above the' : 'below the';
  const most = shares === null ? 'most of it' : `${Math.round(100 * shares[odd]!)} % of that`;
  const start = index - w + 1;
  const expectation = `${number(expected[odd]!)} ${direction === 'none' ? 'was expected' : 'that was expected'}`;
  return `${far}; ${most} is ${number(window[odd]!)} at ${write(start + odd)}, ${side} ${expectation}.`;
}
