// Compiles the AssemblyScript kernels into the kernel.generated.ts of their engines. `npm run build:wasm`; a test compares.
// They are written in hexadecimal: bytes that repeat still do, so that a compressed bundle has 22 % less of them than in base64.
import { readFileSync, writeFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';

const FLAGS = ['-O3', '--converge', '--noAssert', '--runtime', 'stub', '--importMemory', '--enable', 'simd'];

/** A memory that threads share has a limit, which its import must name: 4 GB. See load.ts. */
const SHARED = ['--maximumMemory', '65536'];

/** The folder of each kernel's engine below src, and the flags of its own. The source is assembly/NAME.ts there. */
export const KERNELS = {
  dense: { folder: 'search/dense', flags: [] },
  diagonal: { folder: 'search/diagonal', flags: [] },
  kdtree: { folder: 'search/kdtree', flags: SHARED },
  stream: { folder: 'stream/history', flags: [] },
};

/** A kernel, compiled from its source, in hexadecimal. */
export async function compile(name) {
  const { folder, flags } = KERNELS[name];
  const sources = new URL(`../${folder}/assembly/`, import.meta.url);
  let binary;
  const { error, stderr } = await asc.main([`${name}.ts`, ...FLAGS, ...flags, '--outFile', `${name}.wasm`], {
    readFile: (file) => {
      try {
        return readFileSync(new URL(file, sources), 'utf8');
      } catch {
        return null;
      }
    },
    writeFile: (_file, contents) => {
      binary = contents;
    },
    listFiles: () => [],
  });
  if (error) throw new Error(`${name}: ${stderr}`);
  return Buffer.from(binary).toString('hex');
}

/** The generated file of a kernel. */
export function generatedFile(name) {
  return new URL(`../${KERNELS[name].folder}/kernel.generated.ts`, import.meta.url);
}

/** Its text. */
export function moduleText(name, hex) {
  const constant = `${name.toUpperCase().replaceAll('-', '_')}_WASM`;
  const lines = hex.match(/.{1,100}/g).map((line) => `  '${line}'`);
  return `// Generated from assembly/${name}.ts by \`npm run build:wasm\`: do not edit.\n\n/** The module, in hexadecimal. */\nexport const ${constant}: string =\n${lines.join(' +\n')};\n`;
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  for (const name of Object.keys(KERNELS)) {
    const hex = await compile(name);
    writeFileSync(generatedFile(name), moduleText(name, hex));
    console.log(`${name}: ${hex.length / 2} bytes`);
  }
}
