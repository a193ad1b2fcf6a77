// Follows a live file that is rotated in every way and kills the program 100 times at random: `npx tsx test/slow/follow.ts`.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runKills } from '../support/following.ts';

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '100' }, seed: { type: 'string', default: String(Date.now() % 1e6) } },
});
const folder = mkdtempSync(join(tmpdir(), 'knn-anomaly-follow-'));
const { numKills, numRows, numRotations, difference } = await runKills(
  folder,
  Number(values.kills),
  Number(values.seed),
);
console.log(`seed ${values.seed}: ${numKills} kills, ${numRows} lines, ${numRotations} rotations`);
if (difference === undefined) {
  console.log('every line was answered once, and the answers are those of one run, byte for byte');
  rmSync(folder, { recursive: true });
} else {
  console.error(`${difference}\nthe files are in ${folder}`);
  process.exitCode = 1;
}
