// The help text of a command, made from its groups and the table of options.
import type { Command, OptionGroup } from '../command.ts';
import { wrapped } from '../output/text.ts';
import { defaultOf, type Option, type OptionName, optionOf } from './table.ts';

/** No line of a help text is longer, unless the text itself holds a longer one. */
const WIDTH = 80;

/** Columns of the options' names. A group with a longer name has a wider column. */
const NAME_WIDTH = 20;

/** The text of `knn-anomaly NAME --help`. */
export function helpText(name: string, command: Command): string {
  const { usage, about, groups, note, exitStatus, examples } = command;
  const blocks = [
    `Usage: knn-anomaly ${name} ${usage}`,
    about,
    ...groups.map((group) => groupText(group, name)),
    ...(note === undefined ? [] : [note]),
    `Exit status: ${exitStatus}`,
    `Examples\n${indented(examples)}`,
  ];
  return `${blocks.join('\n\n')}\n`;
}

function groupText({ title, options, note }: OptionGroup, command: string): string {
  const names = options.map((name) => heading(name, optionOf(name, command)));
  const longest = Math.max(...names.map((name) => name.length));
  const width = longest < NAME_WIDTH ? NAME_WIDTH : longest + 2;
  const lines = options.flatMap((name, o) => {
    const texts = wrapped(explanation(name, command), WIDTH - width - 2);
    return texts.map((text, t) => `  ${(t === 0 ? names[o]! : '').padEnd(width)}${text}`);
  });
  return [title, ...lines, ...(note === undefined ? [] : [indented(note)])].join('\n');
}

function heading(name: OptionName, { short, value }: Option): string {
  return `${short ? `-${short}, ` : ''}--${name}${value === undefined ? '' : ` ${value}`}`;
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}

/** The help of an option in a command, with its default and its choices filled in. */
export function explanation(name: OptionName, command: string): string {
  const { help, choices = [] } = optionOf(name, command);
  return help.replace('{default}', defaultOf(name, command) ?? '').replace('{choices}', listed(choices));
}

/** `a (default), or b` of two choices, `a (default), b or c` of more. */
function listed([first, ...others]: readonly string[]): string {
  const last = others.at(-1);
  const between = others.slice(0, -1);
  return [`${first} (default)`, ...between].join(', ') + (between.length === 0 ? ', or ' : ' or ') + last;
}
