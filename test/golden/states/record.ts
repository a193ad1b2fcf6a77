// Adds golden states: npm run build && npx tsx test/golden/states/record.ts
// For every recipe whose saved formats no golden state has, one is written, with what is answered to the values that
// follow. A state that is there is never written again: it stands for what users have in their files.
import { readFileSync, writeFileSync } from 'node:fs';
import { recipes } from './recipes.ts';
import { complaintOf, fileOf, haveSameFormats, type Json, jsonOf, readStored } from './stored.ts';

const stored = readStored();
const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
let numBytes = 0;

for (const { name: recipe, made, next, build } of recipes) {
  const subject = await build();
  const bytes = await subject.save();
  const before = stored.filter((state) => state.recipe === recipe);
  if (before.some((state) => haveSameFormats(state.bytes, bytes))) {
    const complaint = complaintOf(recipe, bytes, stored);
    if (complaint !== '') {
      console.error(`${recipe}: not written: ${complaint}`);
      process.exitCode = 1;
    }
    continue;
  }
  const expected = (await subject.proceed(next)).map(jsonOf);
  const name = `${recipe}-${before.length + 1}`;
  const text = textOf({ recipe, made, version }, next.map(jsonOf), expected);
  writeFileSync(fileOf(name, 'bin'), bytes, { flag: 'wx' });
  writeFileSync(fileOf(name, 'json'), text, { flag: 'wx' });
  numBytes += bytes.length + text.length;
  console.log(`${name}: ${bytes.length} bytes and ${text.length}`);
}
console.log(`${numBytes} bytes written`);

/** JSON with a line per answer. */
function textOf(about: Record<string, string>, next: Json[], expected: Json[]): string {
  const fields = Object.entries(about).map(([name, text]) => `"${name}": ${JSON.stringify(text)}`);
  const answers = expected.map((answer) => `    ${JSON.stringify(answer)}`).join(',\n');
  return `{\n  ${[...fields, `"next": ${JSON.stringify(next)}`, `"expected": [\n${answers}\n  ]`].join(',\n  ')}\n}\n`;
}
