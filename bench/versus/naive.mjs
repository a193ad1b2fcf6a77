// The definition in plain loops: every pair of windows, the k best kept by insertion.

import { serve } from './child.mjs';

function score(x, windowSize, k) {
  const numWindows = x.length - windowSize + 1;
  const scores = new Float64Array(x.length);
  const best = new Float64Array(k);
  for (let i = 0; i < numWindows; i++) {
    best.fill(Infinity);
    for (let j = 0; j < numWindows; j++) {
      if (j === i) continue;
      let sqDist = 0;
      for (let l = 0; l < windowSize; l++) {
        const difference = x[i + l] - x[j + l];
        sqDist += difference * difference;
      }
      if (sqDist >= best[k - 1]) continue;
      let at = k - 1;
      for (; at > 0 && best[at - 1] > sqDist; at--) best[at] = best[at - 1];
      best[at] = sqDist;
    }
    let sum = 0;
    for (let m = 0; m < k; m++) sum += Math.sqrt(best[m]);
    scores[i + windowSize - 1] = sum / k;
  }
  return scores;
}

serve({}, score);
