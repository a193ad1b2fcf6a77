// The command `completion`: scripts that complete commands, options and choices in a shell, made from the table of options.
import { type Command, type CommandList, EXIT_STATUS, optionNames } from './command.ts';
import { UsageError } from './errors.ts';
import { explanation } from './options/help.ts';
import { type Option, type OptionName, optionOf } from './options/table.ts';

/** A command as a script needs it. */
interface Described {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly (Option & { readonly name: OptionName; readonly help: string })[];
  /** What may stand where a FILE stands in other commands; `undefined` if that is a file. */
  readonly words: readonly string[] | undefined;
}

const SCRIPTS: Record<string, (commands: readonly Described[]) => string> = { bash, zsh, fish };

const SHELLS = Object.keys(SCRIPTS);

/** The command `knn-anomaly completion`. */
export const completion: Command = {
  usage: `(${SHELLS.join(' | ')})`,
  about: `Prints a script that completes commands, options and their choices in a shell.`,
  groups: [{ title: 'Options', options: ['help'] }],
  exitStatus: EXIT_STATUS,
  examples: `eval "$(knn-anomaly completion bash)"
knn-anomaly completion zsh > ~/.zfunc/_knn-anomaly
knn-anomaly completion fish > ~/.config/fish/completions/knn-anomaly.fish`,
  run: async ({ positionals }, commands) => {
    const [shell = '', ...rest] = positionals;
    if (rest.length > 0 || !Object.hasOwn(SCRIPTS, shell)) {
      throw new UsageError(`completion takes one shell: ${SHELLS.join(', ')} (see knn-anomaly completion --help)`);
    }
    process.stdout.write(SCRIPTS[shell]!(await describe(commands)));
  },
};

async function describe(commands: CommandList): Promise<Described[]> {
  return await Promise.all(
    Object.entries(commands).map(async ([name, { summary, load }]): Promise<Described> => {
      const command = await load?.();
      const names = command === undefined ? [] : optionNames(command);
      const options = names.map((option) => ({
        ...optionOf(option, name),
        name: option,
        help: shortened(explanation(option, name)),
      }));
      const words = wordsOf(name, commands);
      return { name, summary, options, words };
    }),
  );
}

/** See {@link Described.words}. */
function wordsOf(name: string, commands: CommandList): readonly string[] | undefined {
  if (name === 'completion') return SHELLS;
  if (name === 'help') return Object.keys(commands);
  return name === 'man' ? Object.keys(commands).filter((one) => commands[one]!.load !== undefined) : undefined;
}

/** The help of an option in a few words: up to its first clause, or some characters. */
function shortened(help: string): string {
  const clause = help
    .replaceAll(/\s+/g, ' ')
    .split(/[;:.] |\(default/)[0]!
    .trim();
  return clause.length > 60 ? `${clause.slice(0, 59)}…` : clause;
}

/** A text as one word of a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The option's names with their dashes. */
function flags({ name, short }: Described['options'][number]): string[] {
  return [`--${name}`, ...(short ? [`-${short}`] : [])];
}

/** Where the script offers nothing, bash completes file names. */
function bash(commands: readonly Described[]): string {
  const offer = (words: readonly string[]): string => `COMPREPLY=($(compgen -W ${quoted(words.join(' '))} -- "$cur"))`;
  const withChoices = commands.flatMap(({ name, options }) =>
    options.flatMap((option) =>
      option.choices === undefined
        ? []
        : [`    ${quoted(`${name} --${option.name}`)}) ${offer(option.choices)}; return ;;\n`],
    ),
  );
  const valued = commands.flatMap(({ name, options }) =>
    options.filter(({ kind }) => kind !== 'flag').flatMap((option) => flags(option).map((flag) => `${name} ${flag}`)),
  );
  const ofCommands = commands.map(
    ({ name, options, words }) => `    ${name}) ${offer([...(words ?? []), ...options.flatMap(flags)])} ;;\n`,
  );
  const isWord = commands.filter(({ words }) => words !== undefined).map(({ name }) => name);
  return `# Completion of knn-anomaly in bash: eval it in ~/.bashrc, or put it into a folder of bash-completion.
_knn_anomaly() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}"
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    ${offer([...commands.map(({ name }) => name), '--help', '--version'])}
    return
  fi
  # Of --option=value bash makes three words.
  if [[ $cur == '=' ]]; then
    cur=''
  elif [[ $prev == '=' ]]; then
    prev="\${COMP_WORDS[COMP_CWORD-2]}"
  fi
  case "$command $prev" in
${withChoices.join('')}    ${valued.map(quoted).join('|')}) return ;;
  esac
  case "$command" in
    ${isWord.join('|')}) ;;
    *) [[ $cur == -* ]] || return ;;
  esac
  case "$command" in
${ofCommands.join('')}  esac
}
complete -o default -F _knn_anomaly knn-anomaly
`;
}

function zsh(commands: readonly Described[]): string {
  const escaped = (text: string): string => text.replaceAll(/[[\]:\\]/g, '\\$&');
  const action = ({ value, choices }: Option): string => {
    if (choices !== undefined) return `(${choices.join(' ')})`;
    return value === 'FILE' ? '_files' : ' ';
  };
  const spec = (option: Described['options'][number]): string[] => {
    const { help, kind, value, isRepeatable } = option;
    const names = flags(option);
    const others = isRepeatable ? '*' : names.length > 1 ? `(${names.join(' ')})` : '';
    const argument = kind === 'flag' ? '' : `:${value}:${action(option)}`;
    return names.map((flag) => {
      const equals = kind !== 'flag' && flag.startsWith('--') ? '=' : '';
      return quoted(`${others}${flag}${equals}[${escaped(help)}]${argument}`);
    });
  };
  const cases = commands.map(({ name, options, words }) => {
    const rest = quoted(words === undefined ? '1:FILE:_files' : `1:word:(${words.join(' ')})`);
    return `    ${name})\n      _arguments -s ${[...options.flatMap(spec), rest].join(' \\\n        ')} ;;\n`;
  });
  const list = commands.map(({ name, summary }) => `    ${quoted(`${name}:${escaped(summary)}`)}\n`);
  return `#compdef knn-anomaly
# Completion of knn-anomaly in zsh: put it into a folder of $fpath as _knn-anomaly.
_knn-anomaly() {
  local -a commands
  commands=(
${list.join('')}  )
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  ((CURRENT--))
  case $command in
${cases.join('')}  esac
}
_knn-anomaly "$@"
`;
}

function fish(commands: readonly Described[]): string {
  const lines = commands.flatMap(({ name, summary, options, words }) => {
    const within = `complete -c knn-anomaly -n '__fish_seen_subcommand_from ${name}'`;
    const value = ({ kind, value: placeholder, choices }: Option): string => {
      if (kind === 'flag') return '';
      if (choices !== undefined) return ` -x -a ${fishQuoted(choices.join(' '))}`;
      return placeholder === 'FILE' ? ' -r -F' : ' -x';
    };
    return [
      `complete -c knn-anomaly -n __fish_use_subcommand -f -a ${name} -d ${fishQuoted(summary)}`,
      ...(words === undefined ? [] : [`${within} -f -a ${fishQuoted(words.join(' '))}`]),
      ...options.map((option) => {
        const short = option.short ? ` -s ${option.short}` : '';
        return `${within} -l ${option.name}${short}${value(option)} -d ${fishQuoted(option.help)}`;
      }),
    ];
  });
  return `# Completion of knn-anomaly in fish: put it into ~/.config/fish/completions.\n${lines.join('\n')}\n`;
}

/** A text as one word of fish. */
function fishQuoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
}
