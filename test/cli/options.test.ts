// The table of options: what every command refuses and says, and the completion made from it.
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { backtest } from '../../src/cli/backtest/backtest.ts';
import { merge } from '../../src/cli/blocks/merge.ts';
import { optionNames } from '../../src/cli/command.ts';
import { evaluate } from '../../src/cli/eval/eval.ts';
import { explore } from '../../src/cli/explore/explore.ts';
import { locateCommand } from '../../src/cli/locate/locate.ts';
import { helpText } from '../../src/cli/options/help.ts';
import { parseOptions } from '../../src/cli/options/parse.ts';
import { defaultOf, OPTIONS, type OptionName, optionOf } from '../../src/cli/options/table.ts';
import { plot } from '../../src/cli/plot/plot.ts';
import { prometheus } from '../../src/cli/prometheus/prometheus.ts';
import { score } from '../../src/cli/score/score.ts';
import { state } from '../../src/cli/state/state.ts';
import { detectorCommand } from '../../src/cli/stream/detector-command.ts';
import { stream } from '../../src/cli/stream/stream.ts';
import { suggest } from '../../src/cli/suggest/suggest.ts';
import { workerCommand } from '../../src/cli/worker/worker.ts';
import { ENGINES } from '../../src/search/plan.ts';
import { cli } from '../support/cli-run.ts';

const COMMANDS = {
  score,
  merge,
  stream,
  changefinder: detectorCommand('changefinder'),
  monitor: detectorCommand('monitor'),
  worker: workerCommand,
  backtest,
  prometheus,
  eval: evaluate,
  locate: locateCommand,
  suggest,
  plot,
  explore,
  state,
};

/** One way to give the option: its default, a choice, or anything. */
function example(name: OptionName, command: string): string {
  return optionOf(name, command).kind === 'flag' ? `--${name}` : `--${name}=${defaultOf(name, command) ?? '1'}`;
}

describe.each(Object.entries(COMMANDS))('knn-anomaly %s', (name, command) => {
  const names = optionNames(command);

  test('an option that is given twice is refused, or may be repeated', () => {
    expect(new Set(names).size).toBe(names.length);
    for (const option of names.filter((one) => one !== 'help')) {
      const twice = [example(option, name), example(option, name)];
      if (optionOf(option, name).isRepeatable) {
        expect(parseOptions(twice, name, names).texts(option)).toHaveLength(2);
      } else {
        expect(() => parseOptions(twice, name, names)).toThrow(`--${option} is given twice`);
        expect(() => parseOptions([...twice, twice[0]!], name, names)).toThrow(`--${option} is given 3 times`);
      }
    }
  });

  test('its help has every option and fits 80 columns', () => {
    const help = helpText(name, command);
    for (const option of names) expect(help).toMatch(new RegExp(`^  (-\\w, )?--${option}( |$)`, 'm'));
    for (const line of help.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(help).not.toMatch(/[{]\w+[}](?!,|})/);
  });

  test('every default and every choice is what the option takes', () => {
    for (const option of names) {
      const { kind, choices } = optionOf(option, name);
      expect(choices === undefined).toBe(kind !== 'choice');
      if (kind === 'flag' || defaultOf(option, name) === undefined) continue;
      const given = parseOptions([example(option, name)], name, names);
      expect(given.canonical(option)).toBe(defaultOf(option, name));
    }
  });
});

test('every option of the table belongs to a command, and the engines are those of the library', () => {
  const used = new Set(Object.values(COMMANDS).flatMap(optionNames));
  expect(Object.keys(OPTIONS).filter((name) => !used.has(name as OptionName))).toEqual([]);
  expect(OPTIONS.engine.choices).toEqual(ENGINES);
});

test('backtest --column a --column b runs nothing: --column is given twice', async () => {
  const run = await cli(['backtest', '--column', 'a', '--column', 'b'], { input: 'a,b\n1,2\n' });
  expect(run).toEqual({ status: 2, signal: null, stdout: '', stderr: 'knn-anomaly: --column is given twice\n' });
});

test('an option that a command does not take is a fault of the program', () => {
  expect(() => parseOptions([], 'eval', optionNames(evaluate)).has('normalize')).toThrow('eval takes no --normalize');
});

describe('knn-anomaly man', () => {
  const page = async (...args: string[]): Promise<string> => (await cli(['man', ...args])).stdout;
  const hasGroff = spawnSync('groff', ['--version']).status === 0;

  test('the page has every command and every option, and is the one of the package', async () => {
    const text = await page();
    expect(readFileSync(new URL('../../dist/man/knn-anomaly.1', import.meta.url), 'utf8')).toBe(text);
    const dashed = (name: string): string => name.replaceAll('-', '\\-');
    for (const [name, command] of Object.entries(COMMANDS)) {
      expect(text).toContain(`.SH "KNN\\-ANOMALY ${dashed(name).toUpperCase()}"`);
      const own = await page(name);
      for (const option of optionNames(command)) expect(own).toContain(`\\-\\-${dashed(option)}\\fR`);
      const plain = command.examples.split('\n').filter((line) => !/[\\'`~^]/.test(line));
      for (const line of plain) expect(text.includes(`\n${dashed(line)}\n`)).toBe(true);
    }
  });

  test.skipIf(!hasGroff)('groff has nothing to warn of, and shows the words of the help', async () => {
    for (const args of [[], ['monitor']]) {
      const run = spawnSync('groff', ['-ww', '-man', '-Tascii', '-P-cbou'], {
        input: await page(...args),
        encoding: 'utf8',
      });
      expect(run.stderr).toBe('');
      expect(run.stdout).toContain('--only-alarms\n');
      expect(run.stdout).toContain('Exit status\n');
    }
  });

  test('what is no command is a usage error', async () => {
    for (const args of [['help'], ['toString'], ['score', 'eval']]) {
      const run = await cli(['man', ...args]);
      expect(run).toMatchObject({ status: 2, stdout: '' });
      expect(run.stderr).toMatch(/^knn-anomaly: man takes one command or none: score, [^\n]+\n$/);
    }
  });
});

describe('knn-anomaly completion', () => {
  const script = async (shell: string): Promise<string> => (await cli(['completion', shell])).stdout;
  const hasShell = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0;

  test('bash: the script parses, and offers commands, options and choices', async () => {
    const text = await script('bash');
    execFileSync('bash', ['-n'], { input: text });
    const complete = async (...words: string[]): Promise<string[]> => {
      const program = `${text}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _knn_anomaly; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const { stdout } = await promisify(execFile)('bash', ['-c', program, 'bash', 'knn-anomaly', ...words]);
      return stdout.trim().split('\n');
    };
    expect(await complete('')).toEqual([...Object.keys(COMMANDS), 'completion', 'man', 'help', '--help', '--version']);
    expect(await complete('s')).toEqual(['score', 'stream', 'suggest', 'state']);
    for (const [name, command] of Object.entries(COMMANDS)) {
      const offered = await complete(name, '--');
      expect(offered).toEqual(optionNames(command).map((option) => `--${option}`));
    }
    expect(await complete('score', '--normalize', '')).toEqual(['none', 'mean', 'zscore']);
    expect(await complete('score', '--normalize', '=', 'z')).toEqual(['zscore']);
    expect(await complete('eval', '--format', '')).toEqual(['table', 'json']);
    expect(await complete('score', '--reference', 'f')).toEqual(['']);
    expect(await complete('score', '')).toEqual(['']);
    expect(await complete('completion', '')).toEqual(['bash', 'zsh', 'fish', '--help', '-h']);
    expect(await complete('help', 'mo')).toEqual(['monitor']);
  });

  test.each(['zsh', 'fish'])('%s: the script has every command and option', async (shell) => {
    const text = await script(shell);
    if (hasShell(shell)) execFileSync(shell, ['-n'], { input: text });
    for (const [name, command] of Object.entries(COMMANDS)) {
      expect(text).toContain(name);
      for (const option of optionNames(command)) {
        expect(text).toContain(shell === 'zsh' ? `--${option}` : `from ${name}' -l ${option} `);
      }
    }
  });

  test('no shell, an unknown one and two are usage errors', async () => {
    for (const shells of [[], ['tcsh'], ['bash', 'zsh'], ['toString']]) {
      const run = await cli(['completion', ...shells]);
      const message = 'completion takes one shell: bash, zsh, fish (see knn-anomaly completion --help)';
      expect(run).toMatchObject({ status: 2, stdout: '', stderr: `knn-anomaly: ${message}\n` });
    }
  });
});
