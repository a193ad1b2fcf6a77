// npm ml-knn: a classifier; the k-d tree inside gives the distances. In 3.0.0 that tree never prunes (it measures the
// distance to the splitting plane on an object without a length, which is 0), so every query visits every window.

import KNN from 'ml-knn';
import { serve, versionOf } from './child.mjs';

function score(x, windowSize, k) {
  const rows = [];
  for (let i = 0; i + windowSize <= x.length; i++) rows.push(Array.from(x.subarray(i, i + windowSize)));
  const tree = new KNN(rows, new Array(rows.length).fill(0), { k: k + 1 }).kdTree;
  const scores = new Float64Array(x.length);
  for (let i = 0; i < rows.length; i++) {
    const distances = tree.nearest(rows[i], k + 1).map((found) => found[1]);
    distances.sort((a, b) => a - b);
    let sum = 0;
    for (let m = 1; m <= k; m++) sum += distances[m]; // 0 is the window itself or its duplicate
    scores[i + windowSize - 1] = sum / k;
  }
  return scores;
}

serve({ 'ml-knn': versionOf('ml-knn') }, score);
