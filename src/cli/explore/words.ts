// A line of options as a shell would split it.

/** Options that choose which values are read. */
export const CHOOSING: readonly ['column', 'field', 'path'] = ['column', 'field', 'path'];

/** A part of a word: in double quotes, in single quotes, or as it is. */
const PART = /"((?:[^"\\]|\\.)*)"|'([^']*)'|((?:[^\s"'\\]|\\.)+)/g;
const WORD = /(?:"(?:[^"\\]|\\.)*"|'[^']*'|(?:[^\s"'\\]|\\.)+)+/g;

/** The words of a text; quotes and backslashes hold blanks together. */
export function wordsOf(text: string): string[] {
  const plain = (part: string): string => part.replaceAll(/\\(.)/g, '$1');
  return (text.match(WORD) ?? []).map((word) =>
    word.replaceAll(PART, (_, double?: string, single?: string, bare?: string) => {
      if (double !== undefined) return plain(double);
      return single ?? plain(bare!);
    }),
  );
}

/** A line of options without those of these names and their values, as `--column cpu` or `--column=cpu`. */
export function withoutOptions(text: string, names: readonly string[]): string {
  const flags = names.map((name) => `--${name}`);
  const kept = wordsOf(text).filter((word, p, words) => {
    const isValue = p > 0 && flags.includes(words[p - 1]!);
    return !isValue && !flags.includes(word) && !flags.some((flag) => word.startsWith(`${flag}=`));
  });
  return kept.map(quoted).join(' ');
}

/** A word as a shell takes it back. */
export function quoted(word: string): string {
  return /^[\w./:=,%+@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
