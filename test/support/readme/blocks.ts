// Finds the code of a document: the fenced blocks of Markdown and the examples of doc comments.

/** A piece of code and where it stands. */
export interface Block {
  /** The file, for messages. */
  readonly file: string;
  /** Line of the file, from 1, where `code` begins. */
  readonly line: number;
  /** First word after the fence: `ts`, `sh`, … */
  readonly language: string;
  readonly code: string;
}

/** The fenced blocks of a Markdown text. */
export function fencedBlocks(file: string, markdown: string): Block[] {
  const blocks: Block[] = [];
  const lines = markdown.split(/\r?\n/);
  for (let i = 0; i < lines.length; i++) {
    const opening = /^( *)(`{3,})([^`\s]*)/.exec(lines[i]!);
    if (opening === null) continue;
    const [, indent = '', fence = '', language = ''] = opening;
    const start = i + 1;
    while (++i < lines.length && lines[i]!.trim() !== fence) {}
    if (i === lines.length) throw new Error(`${file}:${start}: the block that begins here has no end`);
    const code = lines.slice(start, i).map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
    blocks.push({ file, line: start + 1, language, code: code.join('\n') });
  }
  return blocks;
}

/** The `@example` blocks of the doc comments of a TypeScript text; the fence around one may be left out. */
export function docExamples(file: string, source: string): Block[] {
  const examples: Block[] = [];
  const lines = source.split(/\r?\n/);
  for (let i = 0; i < lines.length; i++) {
    if (!/^\s*(\/\*)?\*+ +@example\b/.test(lines[i]!)) continue;
    const start = i + 1;
    const code: string[] = [];
    for (
      let text = docLine(lines[start]);
      text !== undefined && !text.startsWith('@');
      text = docLine(lines[++i + 1])
    ) {
      code.push(text);
    }
    const whole: Block = { file, line: start + 1, language: 'ts', code: code.join('\n') };
    const fenced = fencedBlocks(file, whole.code);
    if (fenced.length === 0) examples.push(whole);
    for (const block of fenced) examples.push({ ...block, line: start + block.line });
  }
  return examples;
}

/** What a line inside a doc comment says; `undefined` for one that ends the comment. */
function docLine(line = '*/'): string | undefined {
  return /^\s*\*(?!\/) ?(.*)$/.exec(line)?.[1];
}
