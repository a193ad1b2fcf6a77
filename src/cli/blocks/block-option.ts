// The option `--block` of `score`: which block, and what it excludes.
import { show, UsageError } from '../errors.ts';
import type { ParsedOptions } from '../options/parse.ts';
import type { OptionName } from '../options/table.ts';

/** Block i of m, and the file that it is written to. */
export interface BlockTarget {
  readonly block: readonly [i: number, m: number];
  readonly out: string;
}

/** What a block cannot be combined with, and why. */
const EXCLUDED: Partial<Record<OptionName, string>> = {
  reference: 'score the parts of the series against it one by one',
  format: 'merge writes the scores in a format',
  top: 'merge has the scores of all blocks',
  separation: 'merge has the scores of all blocks',
  'top-only': 'merge has the scores of all blocks',
  threshold: 'merge has the scores of all blocks',
  labels: 'merge has the scores of all blocks',
  threads: 'a block is the work of one thread, run several of them',
  output: 'a block goes to --out FILE',
};

/** What `--block` and `--out` ask for; `undefined` without them. Throws for what they exclude. */
export function blockTargetOf(given: ParsedOptions): BlockTarget | undefined {
  const text = given.text('block');
  const out = given.text('out');
  if (text === undefined) {
    if (out !== undefined) throw new UsageError('--out is for --block i/m; scores go to --output FILE');
    return undefined;
  }
  const block = parseBlock(text);
  for (const [name, reason] of Object.entries(EXCLUDED) as [OptionName, string][]) {
    if (given.has(name)) throw new UsageError(`--${name} does not go with --block: ${reason}`);
  }
  const metric = given.text('metric')!;
  if (metric !== 'euclidean' && metric !== 'mahalanobis') {
    throw new UsageError(`--metric ${metric} does not go with --block: euclidean and mahalanobis do`);
  }
  if (out === undefined || out === '-') {
    throw new UsageError('--block needs --out FILE: a block is bytes for knn-anomaly merge');
  }
  return { block, out };
}

function parseBlock(text: string): readonly [number, number] {
  const [, i, m] = /^(\d{1,10})\/(\d{1,10})$/.exec(text) ?? [];
  const block = [Number(i), Number(m)] as const;
  if (block[0] < block[1] && block[1] < 2 ** 32) return block;
  const counting = i !== undefined && block[0] >= block[1] ? `, the last one is ${Math.max(0, block[1] - 1)}/${m}` : '';
  throw new UsageError(`--block must be i/m with i from 0 to m − 1, such as 0/16, got ${show(text)}${counting}`);
}
