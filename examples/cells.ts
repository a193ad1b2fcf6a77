// Percent cells: from the text of an example to its cells, and to a program that says what each of them shows.
import ts from 'typescript';

declare global {
  /** What the program of an example calls. */
  var notebook: { begin(cell: number): void; show(value: unknown): void };
}

/** Something that a cell shows: what it printed, or the value of its last expression. */
export interface Shown {
  readonly cell: number;
  readonly value: unknown;
}

/** A cell: Markdown, or code. */
export interface Cell {
  readonly isCode: boolean;
  readonly source: string;
}

const MARKER = /^\/\/ %%(?: \[(markdown)\])?$/;

/** The cells of a file; each begins with `// %%`, or `// %% [markdown]` before lines of comments. */
export function readCells(text: string): Cell[] {
  const cells: { isCode: boolean; lines: string[] }[] = [];
  for (const line of text.split('\n')) {
    const marker = MARKER.exec(line);
    if (marker) cells.push({ isCode: marker[1] === undefined, lines: [] });
    else cells.at(-1)?.lines.push(line);
  }
  return cells.map(({ isCode, lines }) => {
    const source = isCode ? lines : lines.map((line) => line.replace(/^\/\/ ?/, ''));
    return { isCode, source: source.join('\n').trim() };
  });
}

/** All code as one program in JavaScript. The last statement of a cell, if it is an expression, is shown. */
export function codeOf(cells: readonly Cell[]): string {
  const text = cells
    .map(({ isCode, source }, c) => (isCode ? `notebook.begin(${c});\n${shown(source)}` : ''))
    .join('\n');
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true },
  });
  return outputText;
}

function shown(source: string): string {
  const file = ts.createSourceFile('cell.ts', source, ts.ScriptTarget.ES2022, true);
  const last = file.statements.at(-1);
  if (last === undefined || !ts.isExpressionStatement(last)) return source;
  const { expression } = last;
  const [start, end] = [expression.getStart(file), expression.getEnd()];
  return `${source.slice(0, start)}notebook.show(${source.slice(start, end)});${source.slice(last.getEnd())}`;
}
