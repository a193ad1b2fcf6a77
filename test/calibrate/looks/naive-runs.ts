// Surprises of runs as RunSurprise defines them, written out with no code of src: see `naive-monitor.ts`.
import { learnedOf, surpriseOf } from '../../support/naive-monitor.ts';
import type { Step } from './check-look.ts';

/** The surprise of each value, by the length its run has reached (0 for none). */
export function naiveRuns(lengths: readonly number[], learn: readonly boolean[], slack: number): number[] {
  const learned: number[] = [];
  const push = (score: number): void => {
    learned.push(learnedOf(score, learned, 0.02));
  };
  return lengths.map((length, t) => {
    const half = length / 2 - slack;
    const surprise = half > 0 ? surpriseOf(half, learned, 0.02) : 0;
    const before = t === 0 ? 0 : lengths[t - 1]!;
    if (length <= before) {
      // The run from t − before to t − 1 has ended: all of it up to the first that was not learned.
      const told = learn.slice(t - before, t);
      const known = told.includes(false) ? told.indexOf(false) : told.length;
      for (let place = 1; place <= known; place++) if (place > slack) push(place - slack);
    }
    if (learn[t]! && length <= slack) push(0);
    return surprise;
  });
}

/** Of each value, how many missing ones end at it. */
export function missingRuns(values: readonly number[]): number[] {
  return values.map((x, t) => {
    const present = values.slice(0, t + 1).findLastIndex((y) => !Number.isNaN(y));
    return Number.isNaN(x) ? t - present : 0;
  });
}

/** Of each value that is not missing, how many equal ones end at it; missing ones are left out before. */
export function equalRuns(present: readonly Step[]): number[] {
  return present.map(({ x }, t) => t - present.slice(0, t + 1).findLastIndex((one) => one.x !== x));
}
