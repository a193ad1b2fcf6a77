// npm static-kdtree: a flat implicit tree. It answers with positions, so the distances are ours to compute.

import ndarray from 'ndarray';
import createKDTree from 'static-kdtree';
import { serve, versionOf } from './child.mjs';

function score(x, windowSize, k) {
  const numWindows = x.length - windowSize + 1;
  const rows = new Float64Array(numWindows * windowSize);
  for (let i = 0; i < numWindows; i++) rows.set(x.subarray(i, i + windowSize), i * windowSize);
  const tree = createKDTree(ndarray(rows, [numWindows, windowSize]));
  const scores = new Float64Array(x.length);
  const distances = new Float64Array(k + 1);
  for (let i = 0; i < numWindows; i++) {
    const found = tree.knn(x.subarray(i, i + windowSize), k + 1);
    for (let m = 0; m <= k; m++) {
      let sqDist = 0;
      for (let l = 0; l < windowSize; l++) sqDist += (x[i + l] - x[found[m] + l]) ** 2;
      distances[m] = Math.sqrt(sqDist);
    }
    distances.sort();
    let sum = 0;
    for (let m = 1; m <= k; m++) sum += distances[m]; // 0 is the window itself or its duplicate
    scores[i + windowSize - 1] = sum / k;
  }
  tree.dispose();
  return scores;
}

serve({ 'static-kdtree': versionOf('static-kdtree') }, score);
