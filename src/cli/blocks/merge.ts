// The command `merge`: the scores of a series from the files of its blocks.
import { readFile } from 'node:fs/promises';
import { BlockMerger } from '../../blocks/merge.ts';
import { type Command, EXIT_STATUS } from '../command.ts';
import { CliError, fileError, UsageError } from '../errors.ts';
import { checkOutput, outputOptionsOf } from '../options/input-options.ts';
import type { ParsedOptions } from '../options/parse.ts';
import { formatLines, jsonNumber } from '../output/formats.ts';
import { openOutput } from '../output/output.ts';

/** The command `knn-anomaly merge`. */
export const merge: Command = {
  usage: 'FILE... [options]',
  about: `Puts the blocks of a series together that score --block has written: the scores
are those of one run, to the bit. The files may come in any order. Blocks of
another series, other options or another version are refused, and those that are
missing or there twice are named.`,
  groups: [{ title: 'Output', options: ['format', 'output', 'force', 'help'] }],
  exitStatus: EXIT_STATUS,
  examples: `seq 0 15 | xargs -P 8 -I{} \\
  knn-anomaly score big.txt -w 100 --block {}/16 --out part.{}
knn-anomaly merge part.* > scores`,
  run: async (given) => await run(given),
};

async function run(given: ParsedOptions): Promise<void> {
  const { positionals } = given;
  const options = outputOptionsOf(given);
  if (positionals.length === 0) throw new UsageError('merge takes the files of all blocks, such as part.*');
  checkOutput(options);
  const output = await openOutput(options.output, options.force);
  const merger = new BlockMerger();
  for (const path of positionals) {
    const bytes = await read(path);
    asCliError(() => merger.add(bytes, path));
  }
  const scores = asCliError(() => merger.finish());
  const format = given.choice<'lines' | 'csv' | 'json'>('format');
  await output.write(
    format === 'lines' ? formatLines({ name: undefined, values: scores, scores }) : rows(scores, format),
  );
}

async function read(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw fileError(error, path);
  }
}

/** What the library refuses is about the files that were given. */
function asCliError<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof RangeError && !/allocation|array length/i.test(error.message)
      ? new CliError(error.message)
      : error;
  }
}

/** Rows of a piece of output. */
const ROWS = 4096;

/** `index,score`, or an object per line. */
function* rows(scores: Float64Array, format: 'csv' | 'json'): Generator<string> {
  if (format === 'csv') yield 'index,score\n';
  for (let from = 0; from < scores.length; from += ROWS) {
    const piece = Array.from(scores.subarray(from, from + ROWS), (score, p) => {
      const index = from + p;
      if (format === 'csv') return `${index},${Number.isNaN(score) ? '' : score}\n`;
      return `${JSON.stringify({ index, score: jsonNumber(score) })}\n`;
    });
    yield piece.join('');
  }
}
