// The command `man`: the manual page, in the language of man(7), made from the commands and the table of options.
import { type Command, type CommandList, EXIT_STATUS, type OptionGroup } from './command.ts';
import { UsageError } from './errors.ts';
import { explanation } from './options/help.ts';
import { type OptionName, optionOf } from './options/table.ts';
import { version } from './version.ts';

/** The command `knn-anomaly man`. */
export const man: Command = {
  usage: '[COMMAND]',
  about: `Prints the manual page, of all commands or of one. The package has it as
dist/man/knn-anomaly.1, which npm installs for man knn-anomaly.`,
  groups: [{ title: 'Options', options: ['help'] }],
  exitStatus: EXIT_STATUS,
  examples: `knn-anomaly man | man -l -
knn-anomaly man monitor | man -l -
knn-anomaly man > ~/.local/share/man/man1/knn-anomaly.1`,
  run: async ({ positionals }, commands) => {
    const [name, ...rest] = positionals;
    const isKnown = name === undefined || (Object.hasOwn(commands, name) && commands[name]!.load !== undefined);
    if (rest.length > 0 || !isKnown) {
      const names = Object.keys(commands).filter((one) => commands[one]!.load !== undefined);
      throw new UsageError(`man takes one command or none: ${names.join(', ')} (see knn-anomaly man --help)`);
    }
    process.stdout.write(await manualPage(commands, name));
  },
};

/** The page of one command, or of all. */
async function manualPage(commands: CommandList, only: string | undefined): Promise<string> {
  const title = only === undefined ? 'knn-anomaly' : `knn-anomaly-${only}`;
  const summary =
    only === undefined ? 'exact k-nearest-neighbor anomaly detection on time series' : commands[only]!.summary;
  const lines = [
    `.TH ${quoted(title.toUpperCase())} 1 "" ${quoted(`knn-anomaly ${version()}`)} "User Commands"`,
    '.SH NAME',
    `${escaped(title)} \\- ${escaped(summary)}`,
  ];
  if (only === undefined) {
    lines.push('.SH SYNOPSIS', ...synopsis('COMMAND [options]'), '.SH COMMANDS');
    for (const [name, { summary: text }] of Object.entries(commands))
      lines.push('.TP', `.B ${escaped(name)}`, escaped(text));
  }
  for (const [name, { load }] of Object.entries(commands)) {
    if (load === undefined || (only !== undefined && name !== only)) continue;
    lines.push(...sectionOf(name, await load(), only !== undefined));
  }
  return `${lines.join('\n')}\n`;
}

/** What a page says of a command: in a section of its own, or as the page itself. */
function sectionOf(name: string, command: Command, isAlone: boolean): string[] {
  const { usage, about, groups, note, exitStatus, examples } = command;
  const head = isAlone ? '.SH' : '.SS';
  return [
    ...(isAlone ? ['.SH SYNOPSIS'] : [`.SH ${quoted(`knn-anomaly ${name}`.toUpperCase())}`]),
    ...synopsis(`${name} ${usage}`),
    ...(isAlone ? ['.SH DESCRIPTION'] : ['.PP']),
    ...paragraph(about),
    ...groups.flatMap((group) => groupOf(group, name, head)),
    ...(note === undefined ? [] : ['.PP', ...paragraph(note)]),
    `${head} ${quoted('Exit status')}`,
    ...paragraph(exitStatus),
    `${head} Examples`,
    ...verbatim(examples),
  ];
}

function synopsis(usage: string): string[] {
  return ['.B knn\\-anomaly', escaped(usage)];
}

function groupOf({ title, options, note }: OptionGroup, command: string, head: string): string[] {
  return [
    `${head} ${quoted(title)}`,
    ...options.flatMap((option) => optionLines(option, command)),
    ...(note === undefined ? [] : ['.PP', ...paragraph(note)]),
  ];
}

function optionLines(name: OptionName, command: string): string[] {
  const { short, value } = optionOf(name, command);
  const names = [...(short ? [`-${short}`] : []), `--${name}`].map((flag) => `\\fB${escaped(flag)}\\fR`).join(', ');
  const text = explanation(name, command);
  return [
    '.TP',
    `${names}${value === undefined ? '' : ` \\fI${escaped(value)}\\fR`}`,
    ...(text.includes('\n') ? verbatim(text) : paragraph(text)),
  ];
}

/** Lines that are filled. */
function paragraph(text: string): string[] {
  return text.split('\n').map(escaped);
}

/** Lines that stay as they are. */
function verbatim(text: string): string[] {
  return ['.nf', ...paragraph(text), '.fi'];
}

/** A text of which no character is an instruction. */
function escaped(text: string): string {
  const plain = text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll("'", '\\(aq').replaceAll('`', '\\(ga');
  const marks = plain.replaceAll('^', '\\(ha').replaceAll('~', '\\(ti');
  return marks.startsWith('.') ? `\\&${marks}` : marks;
}

/** A text as one argument of a request. */
function quoted(text: string): string {
  return `"${escaped(text).replaceAll('"', '\\(dq')}"`;
}
