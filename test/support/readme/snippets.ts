// Checks TypeScript snippets as a reader would use them: they import the built package by its name, are type-checked
// and executed, and every `expression; // => value` must hold.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import ts from 'typescript';
import type { Block } from './blocks.ts';

/** The folder of the package: from inside it, its name means itself. */
export const ROOT: string = fileURLToPath(new URL('../../../', import.meta.url));

/** What a snippet says about itself: the expression at [start, end) has this value. */
interface Claim {
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly value: string;
}

/** A claim's comment: where it begins, and the expression after its `=>`. */
interface Comment {
  readonly pos: number;
  readonly value: string;
}

/** What came of a snippet. */
export interface Outcome {
  /** How many claims were compared. */
  readonly claims: number;
  /** One line each, `file:line: what is wrong`; empty if everything holds. */
  readonly problems: readonly string[];
}

/** Checks every block by itself, in order. `preamble` is one line of code before a block, such as imports. */
export async function checkSnippets(
  blocks: readonly Block[],
  preamble: (block: Block) => string = () => '',
): Promise<Outcome[]> {
  const texts = blocks.map((block) => placed(block, preamble(block)));
  const wrongTypes = typeErrors(blocks, texts);
  const outcomes: Outcome[] = [];
  for (const [b, block] of blocks.entries()) {
    const ran = wrongTypes[b]!.length > 0 ? { claims: 0, problems: [] } : await execute(block, texts[b]!);
    outcomes.push({ claims: ran.claims, problems: [...wrongTypes[b]!, ...ran.problems] });
  }
  return outcomes;
}

/** The names a snippet imports or declares itself. */
export function ownNames(code: string): Set<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isImportSpecifier(node) || ts.isVariableDeclaration(node) || ts.isFunctionDeclaration(node)) {
      if (node.name !== undefined && ts.isIdentifier(node.name)) names.add(node.name.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(parse(code));
  return names;
}

/** The code at the lines it has in its file, so that messages name those. */
function placed(block: Block, preamble: string): string {
  if (preamble !== '' && block.line < 2) throw new Error(`${block.file}: no line for the preamble`);
  return preamble + '\n'.repeat(block.line - 1) + block.code;
}

function parse(text: string): ts.SourceFile {
  return ts.createSourceFile('snippet.ts', text, ts.ScriptTarget.ES2022, true);
}

/** Declarations of the libraries and of the package, parsed once. */
const parsed = new Map<string, ts.SourceFile | undefined>();

/** Type errors and syntax errors per text, by the settings a careful user has. */
function typeErrors(blocks: readonly Block[], texts: readonly string[]): string[][] {
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
    module: ts.ModuleKind.NodeNext,
    moduleDetection: ts.ModuleDetectionKind.Force,
    types: ['node'],
    skipLibCheck: true,
  };
  // The snippets are files of the package that exist only here.
  const names = texts.map((_, b) => `${ROOT.replaceAll('\\', '/')}snippet-${b}.ts`);
  const virtual = new Map(names.map((name, b) => [name, texts[b]!]));
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, getSourceFile } = host;
  host.readFile = (name) => virtual.get(name) ?? readFile(name);
  host.fileExists = (name) => virtual.has(name) || fileExists(name);
  host.getCurrentDirectory = () => ROOT;
  host.getSourceFile = (name, ...rest) => {
    if (virtual.has(name)) return getSourceFile(name, ...rest);
    if (!parsed.has(name)) parsed.set(name, getSourceFile(name, ...rest));
    return parsed.get(name);
  };
  const program = ts.createProgram(names, options, host);
  const elsewhere = [...program.getGlobalDiagnostics(), ...program.getOptionsDiagnostics()];
  if (elsewhere.length > 0) throw new Error(ts.formatDiagnostics(elsewhere, { ...host, getNewLine: () => '\n' }));
  return names.map((name, b) => {
    const source = program.getSourceFile(name)!;
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map((found) => {
      const { line } = source.getLineAndCharacterOfPosition(found.start ?? 0);
      return `${blocks[b]!.file}:${line + 1}: ${ts.flattenDiagnosticMessageText(found.messageText, '\n')}`;
    });
  });
}

/** Runs a snippet as a module of the package, with its claims turned into comparisons. */
async function execute(block: Block, text: string): Promise<Outcome> {
  let claims: Claim[];
  try {
    claims = findClaims(block, text);
  } catch (error) {
    return { claims: 0, problems: [(error as Error).message] };
  }
  let checked = text;
  for (const { line, start, end, value } of [...claims].sort((a, b) => b.start - a.start)) {
    checked = `${checked.slice(0, start)}__compare(${line}, ${checked.slice(start, end)}, () => (${value}))${checked.slice(end)}`;
  }
  const { outputText } = ts.transpileModule(checked, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  const { status, report, stderr } = await runModule(COMPARE + outputText);
  const compared = new Set(report.map(({ line }) => line));
  const problems = report.flatMap(({ line, problem }) =>
    problem === undefined ? [] : [`${block.file}:${line}: ${problem}`],
  );
  if (status !== 0) problems.push(`${block.file}:${block.line}: ended with status ${status}: ${stderr.trim()}`);
  for (const { line } of claims) if (!compared.has(line)) problems.push(`${block.file}:${line}: was never reached`);
  return { claims: claims.length, problems };
}

/** Reports each comparison on a channel of its own, so that the snippet may print what it likes. */
const COMPARE = `
import { writeSync as __write } from 'node:fs';
import { inspect as __inspect, isDeepStrictEqual as __equal } from 'node:util';
function __compare(line, actual, claimed) {
  const value = claimed();
  const show = (x) => __inspect(x, { depth: 9, maxArrayLength: 1000, breakLength: Infinity });
  const problem = __equal(actual, value) ? undefined : \`is \${show(actual)}, not \${show(value)}\`;
  __write(3, JSON.stringify({ line, problem }) + '\\n');
  return actual;
}
`;

interface ModuleRun {
  status: number | null;
  report: { line: number; problem?: string }[];
  stderr: string;
}

function runModule(code: string): Promise<ModuleRun> {
  const child = spawn(process.execPath, ['--input-type=module'], {
    cwd: ROOT,
    env: { ...process.env, NODE_OPTIONS: undefined },
    stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
  });
  const texts = { stderr: '', report: '' };
  for (const [name, stream] of [
    ['stderr', child.stdio[2]!],
    ['report', child.stdio[3] as NodeJS.ReadableStream],
  ] as const) {
    stream.setEncoding('utf8').on('data', (text: string) => (texts[name] += text));
  }
  child.stdin!.end(code);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => {
      const report = texts.report.split('\n').filter((line) => line !== '');
      resolve({ status, stderr: texts.stderr, report: report.map((line) => JSON.parse(line)) });
    });
  });
}

/**
 * The claims of a snippet: an expression, `console.log(expression)` or `const name = expression`, followed on its last
 * line or on the next by `// => value`, where the value may go on in the comment lines below.
 * Throws for a `// =>` that follows nothing of the kind, or whose value is no expression: it would go unchecked.
 */
export function findClaims(block: Block, text: string): Claim[] {
  const source = parse(text);
  const lineOf = (position: number): number => source.getLineAndCharacterOfPosition(position).line + 1;
  const claims: Claim[] = [];
  const used = new Set<number>();
  const visit = (node: ts.Node): void => {
    const subject = subjectOf(node);
    const comment = subject && claimAfter(text, node.end, (pos) => `${block.file}:${lineOf(pos)}`);
    if (comment !== undefined) {
      const line = lineOf(comment.pos);
      claims.push({ line, start: subject!.getStart(source), end: subject!.end, value: comment.value });
      used.add(line);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  for (const { index } of text.matchAll(/\/\/\s*=>/g)) {
    if (!used.has(lineOf(index))) throw new Error(`${block.file}:${lineOf(index)}: this // => follows no expression`);
  }
  return claims;
}

/** The expression of a statement that a claim after it is about. */
function subjectOf(node: ts.Node): ts.Expression | undefined {
  if (ts.isVariableStatement(node)) {
    const { declarations } = node.declarationList;
    return declarations.length === 1 ? declarations[0]!.initializer : undefined;
  }
  if (!ts.isExpressionStatement(node)) return undefined;
  const { expression } = node;
  if (!ts.isCallExpression(expression) || expression.expression.getText() !== 'console.log') return expression;
  return expression.arguments.length === 1 ? expression.arguments[0] : undefined;
}

/** The claim in the comments right after `end`: the first of them, and those that it needs to be an expression. */
function claimAfter(text: string, end: number, place: (pos: number) => string): Comment | undefined {
  const ranges = [...(ts.getTrailingCommentRanges(text, end) ?? []), ...(ts.getLeadingCommentRanges(text, end) ?? [])];
  const comments = ranges.map((range) => text.slice(range.pos, range.end));
  const pos = ranges[0]?.pos ?? end;
  const begin = /^\/\/\s*=>(.*)$/.exec(comments[0] ?? '')?.[1];
  if (begin === undefined || /\n\s*\n/.test(text.slice(end, pos))) return undefined;
  let value = begin.trim().replace(/;$/, '');
  let error = syntaxError(value);
  const first = error;
  for (let c = 1; error !== undefined && c < comments.length; c++) {
    value += ` ${comments[c]!.replace(/^\/\//, '').trim()}`;
    error = syntaxError(value);
  }
  if (error !== undefined) throw new Error(`${place(pos)}: what follows => is no JavaScript expression: ${first}`);
  return { pos, value };
}

function syntaxError(expression: string): string | undefined {
  try {
    new Script(`async () => (${expression}\n)`);
  } catch (error) {
    return (error as Error).message;
  }
}
