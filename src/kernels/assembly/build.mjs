// Compiles the AssemblyScript kernels and writes them into ../generated. `npm run build:wasm`; a test compares.
// They are written in hexadecimal: bytes that repeat still do, so that a compressed bundle has 22 % less of them than in base64.
import { readFileSync, writeFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';

const FLAGS = ['-O3', '--converge', '--noAssert', '--runtime', 'stub', '--importMemory', '--enable', 'simd'];

/** A memory that threads share has a limit, which its import must name: 4 GB. See ../wasm.ts. */
const MORE_FLAGS = { kdtree: ['--maximumMemory', '65536'] };

/** A kernel, compiled from its source, in hexadecimal. */
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
  return Buffer.from(binary).toString('hex');
}

/** The generated file of a kernel. */
export function moduleText(name, hex) {
  const constant = `${name.toUpperCase().replaceAll('-', '_')}_WASM`;
  const lines = hex.match(/.{1,100}/g).map((line) => `  '${line}'`);
  return `// Generated from ../assembly/${name}.ts by \`npm run build:wasm\`: do not edit.\n\n/** The module, in hexadecimal. */\nexport const ${constant}: string =\n${lines.join(' +\n')};\n`;
}

export const KERNELS = ['dense', 'diagonal', 'kdtree', 'stream'];

if (process.argv[1] === new URL(import.meta.url).pathname) {
  for (const name of KERNELS) {
    const hex = await compile(name);
    writeFileSync(new URL(`../generated/${name}-wasm.ts`, import.meta.url), moduleText(name, hex));
    console.log(`${name}: ${hex.length / 2} bytes`);
  }
}
