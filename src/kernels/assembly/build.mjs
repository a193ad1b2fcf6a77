// Compiles the AssemblyScript kernels and writes them as base64 into ../generated. `npm run build:wasm`; a test compares.
import { readFileSync, writeFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';

const FLAGS = ['-O3', '--converge', '--noAssert', '--runtime', 'stub', '--importMemory', '--enable', 'simd'];

/** A memory that threads share has a limit, which its import must name: 4 GB. See ../wasm.ts. */
const MORE_FLAGS = { kdtree: ['--maximumMemory', '65536'] };

/** The base64 of a kernel, compiled from its source. */
export async function compile(name) {
  let binary;
  const { error, stderr } = await asc.main(
    [`${name}.ts`, ...FLAGS, ...(MORE_FLAGS[name] ?? []), '--outFile', `${name}.wasm`],
    {
      readFile: (file) => {
        try {
          return readFileSync(new URL(file, import.meta.url), 'utf8');
        } catch {
          return null;
        }
      },
      writeFile: (_file, contents) => {
        binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error) throw new Error(`${name}: ${stderr}`);
  return Buffer.from(binary).toString('base64');
}

/** The generated file of a kernel. */
export function moduleText(name, base64) {
  const constant = `${name.toUpperCase().replaceAll('-', '_')}_WASM`;
  const lines = base64.match(/.{1,100}/g).map((line) => `  '${line}'`);
  return `// Generated from ../assembly/${name}.ts by \`npm run build:wasm\`: do not edit.\n\n/** The module, base64. */\nexport const ${constant}: string =\n${lines.join(' +\n')};\n`;
}

export const KERNELS = ['dense', 'diagonal', 'kdtree', 'stream'];

if (process.argv[1] === new URL(import.meta.url).pathname) {
  for (const name of KERNELS) {
    const base64 = await compile(name);
    writeFileSync(new URL(`../generated/${name}-wasm.ts`, import.meta.url), moduleText(name, base64));
    console.log(`${name}: ${Math.round((base64.length * 3) / 4)} bytes`);
  }
}
