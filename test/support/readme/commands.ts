// Runs the commands that a document shows with a `$` and compares what they print with what it says they print.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Block } from './blocks.ts';
import { ROOT } from './snippets.ts';

/** One command and the lines that follow it. */
export interface Command {
  readonly file: string;
  readonly line: number;
  readonly command: string;
  readonly output: readonly string[];
}

/** The commands of a block: lines that begin with `$ `, continued where they end with a backslash. */
export function commandsOf({ file, line, code }: Block): Command[] {
  const commands: { file: string; line: number; command: string; output: string[] }[] = [];
  for (const [l, text] of code.split('\n').entries()) {
    const last = commands.at(-1);
    if (text.startsWith('$ ')) commands.push({ file, line: line + l, command: text.slice(2), output: [] });
    else if (last?.output.length === 0 && last.command.endsWith('\\')) last.command += `\n${text}`;
    else last?.output.push(text);
  }
  for (const { output } of commands) while (output.at(-1)?.trim() === '') output.pop();
  return commands;
}

/** True for a command that may be run: the program itself, alone or at the end of harmless ones. */
export function isRunnable({ command }: Command): boolean {
  return /^(knn-anomaly|printf|echo|cat|seq|head|tail|zcat|gunzip)\s/.test(command);
}

/** True if `actual` is `expected`, where a line `...` stands for any number of lines. */
export function matches(expected: readonly string[], actual: readonly string[]): boolean {
  const [first, ...rest] = expected;
  if (first === undefined) return actual.length === 0;
  if (first === '...') return actual.some((_, i) => matches(rest, actual.slice(i))) || matches(rest, []);
  return first === actual[0] && matches(rest, actual.slice(1));
}

/** A folder in which `knn-anomaly` is the built program and `examples` those of the package. */
export class Shell {
  readonly #folder: string = mkdtempSync(join(tmpdir(), 'knn-anomaly-readme-'));
  readonly #bin: string = join(this.#folder, '.bin');

  constructor() {
    mkdirSync(this.#bin);
    const program = `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, 'dist/cli/main.js')}' "$@"\n`;
    writeFileSync(join(this.#bin, 'knn-anomaly'), program, { mode: 0o755 });
    symlinkSync(join(ROOT, 'examples'), join(this.#folder, 'examples'));
  }

  /** Runs a command; what is wrong with it, one line each. */
  async check({ file, line, command, output }: Command): Promise<string[]> {
    const { status, printed } = await this.#run(command);
    const problems: string[] = [];
    if (!matches(output, printed)) {
      problems.push(`${file}:${line}: prints\n${printed.join('\n')}\nand not\n${output.join('\n')}`);
    }
    const failureIsShown = output.some((text) => text.startsWith('knn-anomaly: '));
    if (status !== 0 && !failureIsShown) problems.push(`${file}:${line}: ends with status ${status}`);
    return problems;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #run(command: string): Promise<{ status: number | null; printed: string[] }> {
    const child = spawn('sh', ['-c', `{ ${command}\n} 2>&1`], {
      cwd: this.#folder,
      env: {
        ...process.env,
        PATH: this.#bin + delimiter + process.env.PATH,
        NO_COLOR: undefined,
        FORCE_COLOR: undefined,
        NODE_OPTIONS: undefined,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (status) =>
        resolve({ status, printed: text === '' ? [] : text.replace(/\n$/, '').split('\n') }),
      );
    });
  }
}
