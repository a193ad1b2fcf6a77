// The labels of a series as one text: its name among all series, and what stands between the braces of the text format.

/** Names and values. The metric itself is the label `__name__`. */
export type Labels = Readonly<Record<string, string>>;

/** Names that every version of Prometheus takes without quotes. */
const PLAIN_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** One label of a key: its name, quoted or not, and its value. */
const PAIR = /(?:([a-zA-Z_]\w*)|"((?:[^"\\]|\\.)*)")="((?:[^"\\]|\\.)*)"(?:,|$)/gs;

/**
 * The key of a series: its labels in the order of their names, each as the text format writes it, with commas between them. Two
 * sets of labels have the same key only if they are the same.
 *
 * @example
 * seriesKey({ job: 'web', __name__: 'up' }); // => '__name__="up",job="web"'
 */
export function seriesKey(labels: Labels): string {
  const names = Object.keys(labels).sort();
  return names.map((name) => `${quotedName(name)}="${escaped(labels[name]!)}"`).join(',');
}

/**
 * The labels of a key: what {@link seriesKey} was given.
 *
 * @example
 * labelsOfKey('__name__="up",job="web"'); // => { __name__: 'up', job: 'web' }
 */
export function labelsOfKey(key: string): Labels {
  return Object.fromEntries(
    Array.from(key.matchAll(PAIR), ([, plain, quoted, value]) => [plain ?? unescaped(quoted!), unescaped(value!)]),
  );
}

/** A value between quotes: the text format escapes these three characters and no others. */
export function escaped(value: string): string {
  return /[\\"\n]/.test(value) ? value.replaceAll(/[\\"\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`)) : value;
}

function unescaped(text: string): string {
  return text.includes('\\') ? text.replaceAll(/\\(.)/gs, (_, c: string) => (c === 'n' ? '\n' : c)) : text;
}

function quotedName(name: string): string {
  return PLAIN_NAME.test(name) ? name : `"${escaped(name)}"`;
}

/**
 * A name as every version of Prometheus reads it. What is no plain name becomes `U__` and its characters, `_` doubled and others
 * by their code: `U__http_2e_method`. Prometheus 3 turns this back.
 */
function plainName(name: string): string {
  if (PLAIN_NAME.test(name)) return name;
  const characters = Array.from(name, (c) => {
    if (c === '_') return '__';
    return /[a-zA-Z0-9]/.test(c) ? c : `_${c.codePointAt(0)!.toString(16)}_`;
  });
  return `U__${characters.join('')}`;
}

/**
 * The labels under which a series of a query is told of, by `/metrics` and in alerts: `query`, the metric as `of`, and its own. One
 * of its own whose name is taken becomes `exported_…`, as with Prometheus itself.
 */
export function exposedLabels(query: string, { __name__: of, ...own }: Labels): Map<string, string> {
  const labels = new Map([['query', query]]);
  if (of !== undefined) labels.set('of', of);
  for (const [name, value] of Object.entries(own)) {
    let free = plainName(name);
    while (free === 'of' || labels.has(free)) free = `exported_${free}`;
    labels.set(free, value);
  }
  return labels;
}
