#!/usr/bin/env node
// The program `knn-anomaly`: finds the command, and turns every error into one line and an exit status.
import { readFileSync } from 'node:fs';
import { explainError, show, UsageError } from './errors.ts';
import { catchSignals } from './signals.ts';

/** A command: what the help says about it, and how it is run. Its module is loaded only when it is. */
interface Command {
  readonly summary: string;
  run(args: readonly string[]): Promise<void>;
}

const COMMANDS: Record<string, Command> = {
  score: {
    summary: 'score every value of a series, and show the strangest places',
    run: async (args) => (await import('./score/score.ts')).score(args),
  },
  stream: {
    summary: 'score every value of a stream as it comes, over restarts',
    run: async (args) => (await import('./stream/stream.ts')).stream(args),
  },
  changefinder: {
    summary: 'score changes of a stream as they come, by two forgetting models',
    run: async (args) => (await import('./stream/changefinder.ts')).changefinder(args),
  },
  monitor: {
    summary: 'turn a stream into alarms: one threshold for every series',
    run: async (args) => (await import('./stream/monitor.ts')).monitorCommand(args),
  },
  eval: {
    summary: 'tell how good scores are, given the true anomalies',
    run: async (args) => (await import('./eval/eval.ts')).evaluate(args),
  },
  plot: {
    summary: 'draw a series and the scores of detectors beneath it',
    run: async (args) => (await import('./plot/plot.ts')).plot(args),
  },
  help: {
    summary: 'show this text, or the help of a command',
    run: async ([name, ...rest]) => {
      if (name === undefined || name === 'help') print(help());
      else if (rest.length > 0) throw new UsageError('help takes one command');
      else await commandOf(name).run(['--help']);
    },
  },
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

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function commandOf(name: string): Command {
  if (Object.hasOwn(COMMANDS, name)) return COMMANDS[name]!;
  const names = Object.keys(COMMANDS).join(', ');
  const kind = name.startsWith('-') ? 'option' : 'command';
  throw new UsageError(`unknown ${kind} ${show(name)}; the commands are ${names} (see knn-anomaly --help)`);
}

async function main([name, ...args]: readonly string[]): Promise<void> {
  if (name === undefined) throw new UsageError('no command given (see knn-anomaly --help)');
  if (name === '--help' || name === '-h') print(help());
  else if (name === '--version') print(`${version()}\n`);
  else await commandOf(name).run(args);
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
