// How soon are the strangest places known? Refines the scores of four series, three of them with ten disturbed places,
// and counts how many of the final ten strangest places are among the ten strangest so far, after a share of the work.
//
//   npx tsx examples/refine.ts
//
//   server metrics   2%: 10   5%: 10  11%: 10  21%: 10  36%: 10  51%: 10  76%: 10 100%: 10
//   heart beats      2%: 5    5%: 8   11%: 9   21%: 10  36%: 10  51%: 10  76%: 10 100%: 10
//   random walk      2%: 9    5%: 9   11%: 9   21%: 9   36%: 9   51%: 9   76%: 10 100%: 10
//   white noise      2%: 6    5%: 9   11%: 9   21%: 10  36%: 9   51%: 9   76%: 9  100%: 10
import { KNN, topAnomalies } from '../src/index.ts';
import { disturbed, ecg, randomWalk, serverMetric, whiteNoise } from '../test/series.ts';

const n = 20_000;
const windowSize = 50;
const cases = {
  'server metrics': disturbed(serverMetric(n), 8),
  'heart beats': disturbed(ecg(n), 0.2),
  'random walk': randomWalk(n),
  'white noise': disturbed(whiteNoise(n), 2),
};

for (const [name, series] of Object.entries(cases)) {
  const seen: { share: number; places: number[] }[] = [];
  for await (const { scores, progress } of new KNN(windowSize, 3, { engine: 'diagonal' }).refine(series)) {
    const places = topAnomalies(scores, 10, { separation: windowSize }).map(({ index }) => index);
    seen.push({ share: progress.done / progress.total, places });
  }
  const last = seen.at(-1)!.places;
  const cells = seen.map(({ share, places }) => {
    const right = places.filter((t) => last.some((place) => Math.abs(place - t) < windowSize)).length;
    return `${`${Math.round(100 * share)}%`.padStart(4)}: ${String(right).padEnd(2)}`;
  });
  console.log(`${name.padEnd(15)} ${cells.join(' ')}`);
}
