// How soon are the strangest places known? Refines the scores of four series, three of them with ten disturbed places,
// and counts how many of the final ten strangest places are among the ten strangest so far, after a share of the work.
//
//   npx tsx examples/refine.ts
//
//   server metrics    4%: 10   8%: 10  13%: 10  20%: 10  37%: 10  51%: 10  77%: 10 100%: 10
//   heart beats       4%: 5    8%: 3   13%: 10  20%: 10  37%: 10  51%: 10  77%: 10 100%: 10
//   random walk       4%: 9    8%: 10  13%: 10  20%: 10  37%: 10  51%: 10  77%: 10 100%: 10
//   white noise       4%: 6    8%: 6   13%: 9   20%: 9   37%: 10  51%: 9   77%: 9  100%: 10
import { KNN, topAnomalies } from '../src/index.ts';
import { disturbed, ecg, randomWalk, serverMetric, whiteNoise } from '../test/support/series.ts';

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
