// A live file with its writer, a program that follows it, and what the program must have answered in the end.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mulberry32 } from './series.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** A program that follows a file, in a folder. */
export class Following {
  readonly child: ChildProcess;
  readonly ended: Promise<number | string>;
  stdout = '';
  stderr = '';

  constructor(folder: string, args: readonly string[]) {
    const env = { ...process.env, NO_COLOR: undefined, FORCE_COLOR: undefined, NODE_OPTIONS: undefined };
    this.child = spawn(process.execPath, [MAIN, ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.ended = once(this.child, 'close').then(([status, signal]) => (status ?? signal) as number | string);
  }

  /** Waits until `holds` does. */
  async until(holds: () => boolean, what = 'what was waited for'): Promise<void> {
    const deadline = Date.now() + 60_000;
    while (!holds()) {
      if (this.child.exitCode !== null) throw new Error(`ended before ${what}: ${this.stderr}`);
      if (Date.now() > deadline) throw new Error(`no ${what}: ${this.stdout.slice(-300)} ${this.stderr}`);
      await pause(5);
    }
  }

  /** Waits until so many lines are on standard output; all lines. */
  async lines(count: number): Promise<string[]> {
    const all = (): string[] => this.stdout.split('\n').slice(0, -1);
    await this.until(() => all().length >= count, `line ${count}`);
    return all();
  }

  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | string> {
    this.child.kill(signal);
    return await this.ended;
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** What {@link runKills} did. */
export interface Kills {
  readonly numKills: number;
  readonly numRows: number;
  readonly numRotations: number;
  /** `undefined` if the answers of all pieces are those of one run, byte for byte; else where they first differ. */
  readonly difference: string | undefined;
}

/**
 * Writes a live file in random pieces, half lines among them, rotates it now and then in one of five ways, and kills the
 * program that follows it at random times. In the end the answers are compared with those of one run over all lines.
 *
 * @param folder must be empty
 */
export async function runKills(folder: string, numKills: number, seed: number): Promise<Kills> {
  const random = mulberry32(seed);
  const log = join(folder, 'live.log');
  const args = ['stream', '-w3', '-k2', '--format=csv', '--time=time', '--column=v'];
  const follow = [...args, '--follow=live.log', '--state=state', '--output=answers.csv'];
  const pace = ['--save-every=0.03', '--poll=0.05'];
  const all: string[] = [];
  let numRotations = 0;
  let rest = '';
  mkdirSync(folder, { recursive: true });
  const line = (): string => {
    const text = `${all.length},${Math.round(1e6 * random())}\n`;
    all.push(text);
    return text;
  };
  const write = (): void => {
    let text = rest;
    for (let l = 1 + Math.floor(20 * random()); l > 0; l--) text += line();
    const cut = random() < 0.5 ? text.length : text.length - Math.floor(6 * random());
    rest = text.slice(cut);
    appendFileSync(log, text.slice(0, cut));
  };
  const rotate = (): void => {
    appendFileSync(log, rest);
    rest = '';
    for (let n = numRotations; n > 0; n--) {
      for (const ending of ['', '.gz']) {
        if (existsSync(`${log}.${n}${ending}`)) renameSync(`${log}.${n}${ending}`, `${log}.${n + 1}${ending}`);
      }
    }
    const way = Math.floor(5 * random());
    if (way < 2) {
      copyFileSync(log, `${log}.1`);
      truncateSync(log, 0);
    } else renameSync(log, `${log}.1`);
    if (way === 1 || way === 3) compress(`${log}.${existsSync(`${log}.2`) ? 2 : 1}`);
    // A header again, or none; sometimes the new file comes later.
    if (way !== 4) appendFileSync(log, random() < 0.5 ? 'time,v\n' : '');
    numRotations++;
  };
  writeFileSync(log, 'time,v\n');
  for (let kill = 0; kill < numKills; kill++) {
    const run = new Following(folder, [...follow, ...pace]);
    const end = Date.now() + 150 + 900 * random();
    while (Date.now() < end) {
      write();
      // Before there is a state, nobody can know of a rotated file.
      if (random() < 0.03 && existsSync(join(folder, 'state'))) rotate();
      await pause(20 * random());
    }
    await run.end('SIGKILL');
    const strange = run.stderr
      .split('\n')
      .filter((text) => text !== '' && !/took over the lock|cut off \d+ bytes/.test(text));
    if (strange.length > 0)
      return { numKills: kill, numRows: all.length, numRotations, difference: strange.join('\n') };
    if (random() < 0.3 && existsSync(join(folder, 'state'))) rotate();
    if (random() < 0.3) write();
  }
  appendFileSync(log, rest);
  const last = new Following(folder, [...follow, '--once']);
  const status = await last.ended;
  if (status !== 0) return { numKills, numRows: all.length, numRotations, difference: `${status}: ${last.stderr}` };
  writeFileSync(join(folder, 'all.csv'), `time,v\n${all.join('')}`);
  const whole = new Following(folder, [...args, 'all.csv']);
  await whole.ended;
  const found = readFileSync(join(folder, 'answers.csv'), 'utf8').split('\n');
  const expected = whole.stdout.split('\n');
  const at = expected.findIndex((text, l) => text !== found[l]);
  const isSame = at < 0 && found.length === expected.length;
  const difference = isSame ? undefined : `line ${at}: ${found[at]}, not ${expected[at]} (${last.stderr})`;
  return { numKills, numRows: all.length, numRotations, difference };
}

/** Compresses a file as rotation does; the time of its last change is kept. */
function compress(path: string): void {
  if (existsSync(path)) execFileSync('gzip', [path]);
}
