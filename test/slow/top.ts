// Are the strangest places by bounds those of all scores, hour after hour? Random searches of all options on hostile series,
// each searched to its end whatever it costs, against `topAnomalies` of the scores of all windows. A case follows from its number.
//   npx tsx test/slow/top.ts --cases 100000             a hundred thousand cases, in a quarter of an hour
//   npx tsx test/slow/top.ts --first 4711 --cases 1
//   npx tsx test/slow/top.ts --backend scalar           without WebAssembly
//   npx tsx test/slow/top.ts --values 6000 --long 0     longer series

import { parseArgs } from 'node:util';
import { caseOf, isServed, placesOfBounds, placesOfLeaves, placesOfScores } from '../search/top/cases.ts';

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: 'Infinity' },
    seconds: { type: 'string', default: 'Infinity' },
    first: { type: 'string', default: '0' },
    backend: { type: 'string', default: 'auto' },
    values: { type: 'string', default: '250' }, // of the longest series, about
    long: { type: 'string', default: '50' }, // one case in so many has up to 6000 values; 0: none
  },
});
const LONG = 6000;
const isBounded = values.cases !== 'Infinity' || values.seconds !== 'Infinity';
const [first, long, most] = [Number(values.first), Number(values.long), Number(values.values)];
const [numCases, maxSeconds] = [Number(values.cases), isBounded ? Number(values.seconds) : 60];
const backend = values.backend === 'scalar' ? 'scalar' : 'auto';

const counts = { cases: 0, refused: 0, long: 0, leaves: 0, places: 0, differences: 0 };
let firstDifference = '';

function hold(number: number): void {
  const isLong = long > 0 && number % long === long - 1;
  const it = caseOf(number, isLong ? LONG : most);
  counts.cases++;
  if (!isServed(it)) {
    counts.refused++;
    return;
  }
  if (isLong) counts.long++;
  const want = placesOfScores(it);
  const byLeaves = placesOfLeaves(it);
  const isSame = byLeaves === undefined || JSON.stringify(byLeaves) === JSON.stringify(want);
  const got = isSame ? placesOfBounds(it, backend) : byLeaves;
  counts.places += want.length;
  if (byLeaves !== undefined) counts.leaves++;
  if (JSON.stringify(got) === JSON.stringify(want)) return;
  counts.differences++;
  const { series, reference, ...rest } = it;
  const setting = JSON.stringify({ ...rest, values: series.length, reference: reference?.length });
  firstDifference ||= `case ${number}: ${setting}
${JSON.stringify(got)}, expected
${JSON.stringify(want)}
npx tsx test/slow/top.ts --first ${number} --cases 1 --values ${most} --long ${long} --backend ${backend}`;
}

const start = performance.now();
const seconds = (): number => (performance.now() - start) / 1e3;
const report = (): string =>
  `${Math.round(seconds())} s: ${counts.cases} cases (${counts.long} long, ${counts.leaves} by leaves, too, ${counts.refused} without bounds), ` +
  `${counts.places} places, ${counts.differences} differences`;
let reported = 0;
for (let number = first; number < first + numCases && seconds() < maxSeconds; number++) {
  hold(number);
  if (seconds() - reported < 10) continue;
  reported = seconds();
  console.log(report());
}
console.log(`${report()}; cases ${first} to ${first + counts.cases - 1}`);
if (firstDifference) console.log(`first difference: ${firstDifference}`);
process.exitCode = counts.differences > 0 ? 1 : 0;
