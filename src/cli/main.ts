#!/usr/bin/env node
// The program `knn-anomaly`: finds and runs the command, and turns every error into one line and an exit status.
import { existsSync } from 'node:fs';
import { type Command, type CommandList, optionNames } from './command.ts';
import { explainError, show, UsageError } from './errors.ts';
import { nearest } from './nearest.ts';
import { helpText } from './options/help.ts';
import { parseOptions } from './options/parse.ts';
import { OPTIONS, type OptionName } from './options/table.ts';
import { catchSignals } from './signals.ts';
import { version } from './version.ts';

const COMMANDS: CommandList = {
  score: {
    summary: 'score every value of a series, and show the strangest places',
    load: async () => (await import('./score/score.ts')).score,
  },
  merge: {
    summary: 'put the blocks of a long series together that score wrote',
    load: async () => (await import('./blocks/merge.ts')).merge,
  },
  stream: {
    summary: 'score every value of a stream as it comes, over restarts',
    load: async () => (await import('./stream/stream.ts')).stream,
  },
  changefinder: {
    summary: 'score changes of a stream as they come, by two forgetting models',
    load: async () => (await import('./stream/detector-command.ts')).detectorCommand('changefinder'),
  },
  monitor: {
    summary: 'turn a stream into alarms: one threshold for every series',
    load: async () => (await import('./stream/detector-command.ts')).detectorCommand('monitor'),
  },
  worker: {
    summary: 'score many live series with other workers, over Redis',
    load: async () => (await import('./worker/worker.ts')).workerCommand,
  },
  backtest: {
    summary: 'tell what alarms a monitor would have raised on a whole series',
    load: async () => (await import('./backtest/backtest.ts')).backtest,
  },
  prometheus: {
    summary: 'watch every series of a Prometheus, which scrapes the alarms back',
    load: async () => (await import('./prometheus/prometheus.ts')).prometheus,
  },
  eval: {
    summary: 'tell how good scores are, given the true anomalies',
    load: async () => (await import('./eval/eval.ts')).evaluate,
  },
  locate: {
    summary: 'find the strangest places of a series, without a parameter',
    load: async () => (await import('./locate/locate.ts')).locateCommand,
  },
  suggest: {
    summary: 'find the window that fits a series: its period',
    load: async () => (await import('./suggest/suggest.ts')).suggest,
  },
  plot: {
    summary: 'draw a series and the scores of detectors beneath it',
    load: async () => (await import('./plot/plot.ts')).plot,
  },
  explore: {
    summary: 'see a series and what is strange in it, in the browser',
    load: async () => (await import('./explore/explore.ts')).explore,
  },
  state: {
    summary: 'tell what is in a state file',
    load: async () => (await import('./state/state.ts')).state,
  },
  completion: {
    summary: 'print a script that completes options in bash, zsh or fish',
    load: async () => (await import('./completion.ts')).completion,
  },
  man: {
    summary: 'print the manual page',
    load: async () => (await import('./man.ts')).man,
  },
  help: { summary: 'show this text, or the help of a command' },
};

function help(): string {
  const commands = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(14)}${summary}\n`);
  return `Usage: knn-anomaly COMMAND [options]

Exact k-nearest-neighbor anomaly detection on time series.

Commands
${commands.join('')}
  knn-anomaly COMMAND --help   the options of a command
  knn-anomaly --version        the version
`;
}

function print(text: string): void {
  process.stdout.write(text);
}

function checkName(name: string): void {
  if (Object.hasOwn(COMMANDS, name)) return;
  const names = Object.keys(COMMANDS);
  const isOption = name.startsWith('-');
  const meant = nearest(name, isOption ? ['--help', '--version'] : names);
  const isFile = meant === undefined && !isOption && existsSync(name);
  const guess = isFile ? `score ${show(name)}` : meant;
  const remedy = guess === undefined ? `the commands are ${names.join(', ')}` : `did you mean ${guess}?`;
  throw new UsageError(`unknown ${isOption ? 'option' : 'command'} ${show(name)}; ${remedy} (see knn-anomaly --help)`);
}

/** The options of a command. Of one that only others know the error says which. */
async function parsed(
  args: readonly string[],
  name: string,
  command: Command,
): Promise<ReturnType<typeof parseOptions>> {
  try {
    return parseOptions(args, name, optionNames(command));
  } catch (error) {
    const option = /^unknown option --([\w-]+)/.exec((error as Error).message)?.[1];
    if (option === undefined || !(error instanceof UsageError) || !Object.hasOwn(OPTIONS, option)) throw error;
    const others: string[] = [];
    for (const [other, { load }] of Object.entries(COMMANDS)) {
      if (load !== undefined && optionNames(await load()).includes(option as OptionName)) others.push(other);
    }
    throw new UsageError(
      `unknown option --${option}, which ${others.join(', ')} ${others.length === 1 ? 'has' : 'have'} (see knn-anomaly ${name} --help)`,
    );
  }
}

async function runCommand(name: string, command: Command, args: readonly string[]): Promise<void> {
  const given = await parsed(args, name, command);
  if (given.flag('help')) print(helpText(name, command));
  else await command.run(given, COMMANDS);
}

/** `help` alone, or `help NAME`. */
async function runHelp([name, ...rest]: readonly string[]): Promise<void> {
  if (name === undefined || name === 'help') print(help());
  else if (rest.length > 0) throw new UsageError('help takes one command');
  else await run(name, ['--help']);
}

async function run(name: string, args: readonly string[]): Promise<void> {
  checkName(name);
  const command = await COMMANDS[name]!.load?.();
  if (command === undefined) await runHelp(args);
  else await runCommand(name, command, args);
}

async function main([name, ...args]: readonly string[]): Promise<void> {
  if (name === undefined) throw new UsageError('no command given (see knn-anomaly --help)');
  if (name === '--help' || name === '-h') print(help());
  else if (name === '--version') print(`${version()}\n`);
  else await run(name, args);
}

/** Says what went wrong, if it is not just a closed pipe; the exit status. */
function report(error: unknown): number {
  const problem = explainError(error);
  if (problem === undefined) return 0;
  process.stderr.write(`knn-anomaly: ${problem.message}\n`);
  return problem.status;
}

catchSignals();
process.on('uncaughtException', (error) => process.exit(report(error)));
// A closed pipe rejects the write that met it; without a listener it would count as uncaught, too.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
try {
  await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = report(error);
}
