// A line of options as a shell would split it.

/** The words of a text; quotes hold blanks together. */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const [, double, single, bare] of text.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|((?:[^\s"'\\]|\\.)+)/g)) {
    words.push(double?.replaceAll(/\\(.)/g, '$1') ?? single ?? bare!.replaceAll(/\\(.)/g, '$1'));
  }
  return words;
}

/** A word as a shell takes it back. */
export function quoted(word: string): string {
  return /^[\w./:=,%+@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
