// The command `explore`: serves the page with a file loaded, on loopback, and opens a browser.
import { readFileSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Command } from '../command.ts';
import { fail, fileError, UsageError } from '../errors.ts';
import { nameOf } from '../input/source.ts';
import { checkStdin, INPUT_OPTIONS, inputOptionsOf } from '../options/input-options.ts';
import type { ParsedOptions } from '../options/parse.ts';
import { TIME_OPTIONS, timeOptionsOf } from '../time/options.ts';
import { openBrowser } from './browser.ts';
import { type Served, serve } from './server.ts';
import { quoted } from './words.ts';

/** The command `knn-anomaly explore`. */
export const explore: Command = {
  usage: '[FILE] [options]',
  about: `Opens a page on which one sees a series, its strangest places and why they are
strange, and how that changes with window, neighbors and threshold; and which
takes the command and the program along. FILE is a path, or - for standard
input; without it the page asks for one. The page is served on 127.0.0.1 to
this machine alone, under an address with a secret, which is printed first. No
data leaves the machine. Ends with Ctrl+C.`,
  groups: [
    { title: 'Input', options: [...INPUT_OPTIONS, ...TIME_OPTIONS, 'labels'] },
    { title: 'Page', options: ['port', 'no-open', 'help'] },
  ],
  exitStatus: '0 done, 1 bad input, 2 bad usage, 130 interrupted.',
  examples: `knn-anomaly explore
knn-anomaly explore server.csv.gz --column cpu --time time
knn-anomaly explore cpu.txt --labels faults.csv --no-open`,
  run: async (given) => await run(given),
};

async function run(given: ParsedOptions): Promise<void> {
  const { positionals } = given;
  if (positionals.length > 1) throw new UsageError(`one FILE at a time, got ${positionals.join(' ')}`);
  const [path] = positionals;
  const labels = given.text('labels');
  if (path === undefined && labels !== undefined) throw new UsageError('--labels are about a FILE');
  checkStdin([path, labels]);
  // What the readers of the page would refuse is refused here.
  inputOptionsOf(given);
  timeOptionsOf(given);
  const served: Served = {
    page: pageFolder(),
    ...(path !== undefined && { data: await dataOf(path), options: optionsOf(given) }),
    ...(labels !== undefined && { labels: await dataOf(labels) }),
  };
  const { address, closed } = await serve(served, given.integer('port'));
  process.stdout.write(`${address}\n`);
  if (!given.flag('no-open')) openBrowser(address);
  if (process.stderr.isTTY) process.stderr.write('Ctrl+C ends it.\n');
  await closed;
}

/** The folder of the page, which the build makes. */
function pageFolder(): URL {
  const folder = new URL('../../explorer/', import.meta.url);
  try {
    readFileSync(new URL('index.html', folder));
    return folder;
  } catch {
    fail('the page is not built: npm run build');
  }
}

/** A file that is read for every request, so that a reload shows it as it is then; or all of standard input. */
async function dataOf(path: string): Promise<NonNullable<Served['data']>> {
  const name = path === '-' ? 'standard-input' : nameOf(path);
  if (path === '-') {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin as AsyncIterable<Buffer>) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    return { name, read: async () => bytes };
  }
  try {
    if (statSync(path).isDirectory()) fail(`${path}: is a directory, not a file`);
  } catch (error) {
    throw fileError(error, path);
  }
  return { name, read: async () => await readFile(path) };
}

/** The options about the input, as a line that the page shows and reads. */
function optionsOf(given: ParsedOptions): string {
  return [...INPUT_OPTIONS, ...TIME_OPTIONS]
    .flatMap((name) => given.texts(name).map((text) => (typeof text === 'string' ? `--${name}=${text}` : `--${name}`)))
    .map(quoted)
    .join(' ');
}
