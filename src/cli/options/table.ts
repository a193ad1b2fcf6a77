// The table of all command-line options. Parsing, the help texts and shell completion are made from it.
//
// A command lists the names of its options in its help groups (see command.ts). An option that differs from command to
// command says so under `in`.
import { ALARM_OPTIONS } from './alarm-options.ts';
import type { AlarmKind } from './alarm-values.ts';
import { CLUSTER_OPTIONS } from './cluster-table.ts';
import { DIALECT_OPTIONS } from './dialect-table.ts';
import { FIGURE_OPTIONS } from './figure-table.ts';
import { FOLLOW_OPTIONS } from './follow-table.ts';
import { PROMETHEUS_OPTIONS } from './prometheus-table.ts';

/** What the value of an option may be. */
export type OptionKind = 'text' | 'flag' | 'choice' | 'integer' | 'number' | 'seconds' | 'size' | AlarmKind;

/** One option, without its name. */
export interface Option {
  readonly kind: OptionKind;
  /** One letter. */
  readonly short?: string;
  /** Placeholder of the value in help texts; a flag has none. `FILE` and `SIZE` mean what they say. */
  readonly value?: string;
  /** Whether the option may be given several times. Any other option that is given twice is an error. */
  readonly isRepeatable?: boolean;
  /** The values of a `choice`. The first one is the default. */
  readonly choices?: readonly string[];
  /** The smallest `integer`: 0 or 1. */
  readonly least?: 0 | 1;
  /** A `number` must be greater than this. */
  readonly above?: number;
  /** A `number` must be less than this. */
  readonly below?: number;
  /** The value when the option is not given. */
  readonly default?: string | undefined;
  /**
   * The help text. `{default}` stands for the default, `{choices}` for the list of choices. A line feed stays; lines are
   * wrapped where they are too long.
   */
  readonly help: string;
  /** What differs in a command, by the command's name. */
  readonly in?: Readonly<Record<string, Partial<Omit<Option, 'in'>>>>;
}

/** Those that are not about alarms. */
const OTHER_OPTIONS = {
  // What is read.
  input: {
    kind: 'choice',
    value: 'FORMAT',
    choices: ['auto', 'lines', 'csv', 'json', 'row'],
    help: 'lines (a number per line), csv (any table), json (a value or an object per line, or a document), row (all numbers of a line) or auto (default: by extension, then content)',
  },
  column: {
    kind: 'text',
    value: 'NAME',
    isRepeatable: true,
    help: "CSV column to score, by its name or its number from 1 (all digits are a number). Repeat it for several columns; '*' is all of numbers. Default: the only column of numbers",
    in: {
      eval: {
        isRepeatable: false,
        help: 'CSV column with the scores, by its name or its number from 1. Default: the only column of numbers',
      },
      plot: {
        help: 'CSV column to draw, by its name or its number from 1. Repeat it for several columns, of which at most 12 are drawn. Default: the only column of numbers',
      },
      backtest: {
        isRepeatable: false,
        help: 'CSV column to watch, by its name or its number from 1. Default: the only column of numbers',
      },
    },
  },
  field: {
    kind: 'text',
    value: 'PATH',
    isRepeatable: true,
    help: "JSON field to score, such as cpu.user; may be repeated; '*' is all of numbers",
    in: {
      eval: { isRepeatable: false, help: 'JSON field with the scores' },
      plot: { help: 'JSON field to draw, such as cpu.user; may be repeated' },
      backtest: { isRepeatable: false, help: 'JSON field to watch, such as cpu.user' },
    },
  },
  time: {
    kind: 'text',
    value: 'NAME',
    help: 'column or field with the time, shown beside the scores',
    in: {
      eval: { help: 'column or field with the time, for --labels' },
      locate: { help: 'column or field with the time: numbers or dates' },
      suggest: { help: 'column or field with the time: numbers or dates' },
      plot: { help: 'column or field with the time: numbers or dates' },
      backtest: { help: 'column or field with the time, ascending: ISO dates, or numbers and --time-unit' },
    },
  },
  duplicates: {
    kind: 'choice',
    value: 'RULE',
    choices: ['last', 'first', 'mean', 'error'],
    help: 'which of several rows of one time counts: {choices} (stop there). Where most rows repeat a time it must be given',
  },
  reference: {
    kind: 'text',
    value: 'FILE',
    help: 'score against the windows of this file, read the same way',
    in: { stream: { help: 'score against the windows of this file, read the same way; nothing else is learned' } },
  },
  missing: {
    kind: 'choice',
    value: 'HOW',
    choices: ['omit', 'throw'],
    help: '{choices}: stop at a missing value',
    in: {
      changefinder: { help: 'omit (default): score NaN and skip it, or throw: stop' },
      monitor: { help: 'omit (default): NaN, and skip it, or throw: stop there' },
    },
  },
  labels: {
    kind: 'text',
    value: 'FILE',
    help: 'CSV of known faults, for the summary: begin and end, both inclusive, as in the time column, or without one indices from 0; and optionally fault (or label), and metric: the one column it is about',
    in: {
      eval: {
        help: 'CSV of anomalies: begin and end, both inclusive, as in the time column, or without one indices from 0; and optionally metric: the one column it is about. Those that overlap are one anomaly',
      },
      plot: {
        help: 'CSV of known faults: begin and end, as in the time column, or without one indices from 0; fault (or label), metric',
      },
    },
  },
  'label-column': {
    kind: 'text',
    value: 'NAME',
    help: 'column or field of FILE: 1 for anomalous values, else 0',
  },

  // How windows are scored.
  window: {
    kind: 'integer',
    short: 'w',
    value: 'N',
    least: 1,
    default: '5',
    help: 'values per window (default {default})',
    in: {
      score: {
        kind: 'text',
        help: 'values per window (default {default}), or auto: the period of the series, as suggest finds it',
      },
      eval: {
        short: '',
        least: 0,
        default: '100',
        help: 'longest buffer of the VUS around an anomaly, in values (default {default}); the period of the series is advised',
      },
    },
  },
  neighbors: {
    kind: 'integer',
    short: 'k',
    value: 'N',
    least: 1,
    default: '5',
    help: 'neighbors per window (default {default})',
  },
  history: {
    kind: 'text',
    value: 'N',
    default: '10000',
    help: 'how many windows back neighbors are looked for (default {default}), or infinite: forgets nothing, takes memory for all',
    in: {
      prometheus: {
        kind: 'text',
        value: 'TIME',
        default: '14d',
        help: 'how much of the past is read to learn what is usual (default {default})',
      },
    },
  },
  metric: {
    kind: 'text',
    value: 'NAME',
    default: 'euclidean',
    help: '{default} (default), mahalanobis, manhattan, minkowski:P, or another of ml-distance; a wrong name lists them all',
    in: {
      stream: {
        help: '{default} (default), mahalanobis (of --reference), manhattan, minkowski:P, or another of ml-distance',
      },
    },
  },
  covariance: {
    kind: 'text',
    value: 'HOW',
    help: 'for mahalanobis: ledoit-wolf (default), empirical, pinv or ridge:X',
  },
  normalize: {
    kind: 'choice',
    value: 'HOW',
    choices: ['none', 'mean', 'zscore'],
    help: '{choices}, within each window',
  },
  aggregation: {
    kind: 'choice',
    value: 'HOW',
    choices: ['mean', 'max', 'median'],
    help: "{choices} of the neighbors' distances",
  },
  align: {
    kind: 'choice',
    value: 'WHERE',
    choices: ['end', 'center', 'cover'],
    help: "{choices}: where a window's score stands: at its last value, in its middle, or as a mean at all of its values",
  },
  'exclusion-zone': {
    kind: 'integer',
    value: 'N',
    least: 0,
    default: '0',
    help: 'windows that start this near are no neighbors (default {default})',
    in: { stream: { help: 'so many windows just before are no neighbors (default {default})' } },
  },
  side: {
    kind: 'choice',
    value: 'SIDE',
    choices: ['both', 'left'],
    help: '{choices}: neighbors are earlier windows',
  },
  engine: {
    kind: 'choice',
    value: 'NAME',
    choices: ['auto', 'brute', 'kdtree', 'diagonal'],
    help: '{choices}: same scores',
  },
  threads: {
    kind: 'integer',
    value: 'N',
    least: 1,
    help: 'threads to score with; default: all processors for work of more than 0.2 s, as far as --max-memory allows. Distances of ml-distance are computed by one',
  },

  // ChangeFinder.
  'outlier-order': {
    kind: 'integer',
    value: 'N',
    least: 1,
    default: '5',
    help: 'coefficients of the first model (default {default})',
  },
  'outlier-discount': {
    kind: 'number',
    value: 'R',
    above: 0,
    below: 1,
    default: '0.01',
    help: 'how fast it forgets, between 0 and 1: it looks back about 1/R values (default {default})',
  },
  'change-order': {
    kind: 'integer',
    value: 'N',
    least: 1,
    default: '10',
    help: 'coefficients of the second model (default {default})',
  },
  'change-discount': {
    kind: 'number',
    value: 'R',
    above: 0,
    below: 1,
    default: '0.01',
    help: 'how fast that forgets (default {default})',
  },
  smoothing: {
    kind: 'integer',
    value: 'N',
    least: 1,
    default: '5',
    help: 'how many outlier scores are averaged (default {default})',
  },
  outlier: { kind: 'flag', help: "show the first model's scores: single strange values" },

  // The state of a stream.
  state: {
    kind: 'text',
    value: 'FILE',
    help: 'go on where FILE ends, if it exists; write it at the end, whatever ends the program, and now and then. FILE knows the options under Scores: those given again must agree. It is replaced as a whole, and locked: a second program is refused',
    in: {
      prometheus: {
        value: 'DIR',
        help: 'a folder for what is learned, saved in parts: a restart reads what it missed and goes on to the bit. Made if it is not there, and locked',
      },
      changefinder: {
        help: 'go on where FILE ends, if it exists; write it at the end, whatever ends the program, and now and then. FILE knows the options under Scores but --outlier, and --missing: those given again must agree. It is replaced as a whole, and locked: a second program is refused',
      },
      monitor: {
        help: 'go on where FILE ends, if it exists; write it at the end, whatever ends the program, and now and then. FILE knows the options from --preset to --tolerance, and --missing: those given again must agree. It is replaced as a whole, and locked: a second program is refused',
      },
    },
  },
  'save-every': {
    kind: 'seconds',
    value: 'SECS',
    default: '60',
    help: 'most that kill -9 or a power failure can lose (default {default})',
  },

  // What is written.
  format: {
    kind: 'choice',
    value: 'FORMAT',
    choices: ['auto', 'table', 'lines', 'csv', 'json', 'events'],
    help: 'lines   one score per value\ncsv     index,time,value,score; of several columns\n        index,time,NAME,NAME_score,...\njson    {"index","time","value","score"} per value; of\n        several columns {"index","time","metrics":\n        {NAME:{"value","score"}}}\nevents  with --threshold: where an alarm begins and\n        where it is over, for logs and webhooks\ntable   for reading along\nauto    (default) table on a terminal, else lines\nThe index goes on where a state ends.',
    in: {
      score: {
        choices: ['auto', 'summary', 'lines', 'csv', 'json'],
        help: 'lines  one score per value\ncsv    index,time,value,score; of several columns\n       index,time,NAME,NAME_score,...\njson   {"index","time","value","score"} per value; of\n       several columns {"index","time","metrics":\n       {NAME:{"value","score"}}}\nsummary  settings, curves and the strangest places\nauto   (default) summary on a terminal, else lines',
      },
      monitor: {
        choices: ['auto', 'table', 'lines', 'csv', 'json', 'events'],
        help: 'lines   one surprise per value\ncsv     index,time,value,score,expected,alarm,since,\n        surprise; of several columns\n        index,time,NAME,NAME_score,...\njson    the same as an object per value; of several\n        columns {"index","time","metrics":{NAME:{...}}};\n        and where an incident begins, gets worse, is\n        accepted or ends, "event", "text" and "incident"\nevents  only these, of several columns with "name":\n        for logs and webhooks\ntable   for reading along\nauto    (default) table on a terminal, else lines\nscore is the surprise at an alarm and 0 in the rest of\nan incident, surprise that of every value. expected is\nwhat was expected in its place, in incidents alone\n(--band: always). since is when the incident under way\nbegan: its time, or else its index. The index goes on\nwhere a state ends.',
      },
      backtest: { choices: ['text', 'json'], help: '{choices}: one object' },
      locate: {
        choices: ['table', 'csv', 'json'],
        help: 'table  (default) a line per place\ncsv    rank,begin,end,index,score; with --time also\n       begin_time,end_time,time; of several columns\n       column first\njson   the same as an object per place\nbegin, end and index count rows from 0, in time order',
      },
      suggest: {
        choices: ['table', 'csv', 'json'],
        help: 'table  (default) a sentence per column\ncsv    window,confidence,span; of several columns\n       column first\njson   the same as an object per column\nEmpty, or null, where no period is found',
      },
      state: { choices: ['table', 'json'], help: '{choices}: one object' },
      merge: {
        choices: ['lines', 'csv', 'json'],
        help: 'lines  (default) one score per value\ncsv    index,score\njson   {"index","score"} per value',
      },
      eval: { choices: ['table', 'json'], help: '{choices}: one object' },
      plot: {
        choices: ['svg', 'png', 'html'],
        help: 'svg, png, or html: a page to zoom in and to read values from, which needs no network (default: by the extension of FILE, else svg)',
      },
    },
  },
  top: {
    kind: 'integer',
    value: 'N',
    least: 1,
    default: '5',
    help: 'strangest places in the summary (default {default})',
    in: {
      locate: { default: '1', help: 'how many places (default {default}); fewer come where fewer stand out' },
      plot: {
        least: 0,
        default: undefined,
        help: 'mark the N strangest places of every score (default 0; of several columns without --detector 1)',
      },
    },
  },
  'top-only': {
    kind: 'flag',
    help: 'only the strangest places, one a line: index, time and score. Far less time and memory than all scores; with --threads 1 the least memory',
  },
  separation: {
    kind: 'integer',
    value: 'N',
    least: 1,
    help: 'least distance of two of them (default: the window; with --align cover twice that)',
  },
  output: {
    kind: 'text',
    short: 'o',
    value: 'FILE',
    help: 'write to FILE, all of it or nothing',
    in: {
      stream: { help: 'append the answers to FILE; with --state a restart goes on there' },
      changefinder: { help: 'append the answers to FILE; with --state a restart goes on there' },
      monitor: { help: 'append the answers to FILE; with --state a restart goes on there' },
      plot: { help: 'write to FILE, .svg, .png or .html, all of it or nothing' },
      prometheus: { help: 'of a backtest: write the report to FILE, a page .html that needs no network' },
      backtest: {
        help: 'draw the series to FILE, .svg, .png or .html, with its incidents, numbered as in the report, and the surprises',
      },
    },
  },
  force: {
    kind: 'flag',
    help: 'let --output overwrite a file',
    in: { score: { help: 'let --output or --out overwrite a file' } },
  },
  'max-memory': {
    kind: 'size',
    value: 'SIZE',
    default: '2G',
    help: 'refuse work that needs more (default {default})',
  },
  'no-progress': {
    kind: 'flag',
    help: 'no progress and no announcement of long work on stderr',
    in: { plot: { help: 'no progress on stderr' }, backtest: { help: 'no progress on stderr' } },
  },
  port: { kind: 'integer', value: 'N', least: 0, default: '0', help: 'port of the page (default: any that is free)' },
  'no-open': { kind: 'flag', help: 'print the address and open no browser' },
  help: { kind: 'flag', short: 'h', help: 'this text' },
} as const;

/** Every option of every command, by its long name. */
export const OPTIONS: typeof OTHER_OPTIONS &
  typeof ALARM_OPTIONS &
  typeof CLUSTER_OPTIONS &
  typeof DIALECT_OPTIONS &
  typeof FIGURE_OPTIONS &
  typeof FOLLOW_OPTIONS &
  typeof PROMETHEUS_OPTIONS = {
  ...OTHER_OPTIONS,
  ...ALARM_OPTIONS,
  ...CLUSTER_OPTIONS,
  ...DIALECT_OPTIONS,
  ...FIGURE_OPTIONS,
  ...FOLLOW_OPTIONS,
  ...PROMETHEUS_OPTIONS,
};

/** The long name of an option. */
export type OptionName = keyof typeof OPTIONS;

/** Commands whose options differ as those of another one do, where they say nothing themselves. */
const LIKE: Readonly<Record<string, string>> = { worker: 'monitor' };

/** An option as a command has it. */
export function optionOf(name: OptionName, command: string): Option {
  const option: Option = OPTIONS[name];
  return { ...option, ...(option.in?.[command] ?? option.in?.[LIKE[command] ?? '']) };
}

/** What an option is worth in a command when it is not given; `undefined` if that is not one fixed value. */
export function defaultOf(name: OptionName, command: string): string | undefined {
  const option = optionOf(name, command);
  return option.default ?? option.choices?.[0];
}
