// A line of options as a shell would split it.

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

/** A word as a shell takes it back. */
export function quoted(word: string): string {
  return /^[\w./:=,%+@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
