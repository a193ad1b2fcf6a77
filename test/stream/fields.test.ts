// The stream kernel and its loader agree: every constant by name, every field by name and offset.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { BLOCK_FIELDS, CONSTANTS, STREAM_FIELDS } from '../../src/stream/history/fields.ts';
import { layoutOf } from '../../src/wasm/fields.ts';

const REMEDY = 'fields.ts was changed: run `npm run build:wasm`, which generates the kernel anew';

function generated(file: string): string {
  return readFileSync(new URL(`../../src/stream/history/assembly/${file}.generated.ts`, import.meta.url), 'utf8');
}

/** The numbers that a pattern finds in a text, by name. */
function numbersIn(text: string, pattern: RegExp): Record<string, number> {
  return Object.fromEntries(Array.from(text.matchAll(pattern), ([, name, value]) => [name!, Number(value)]));
}

describe('the kernel that was compiled last', () => {
  const constants = numbersIn(generated('constants'), /^export const (\w+): i32 = (-?\d+);$/gm);
  test.each(Object.entries(CONSTANTS))('has the same %s as the loader', (name, value) => {
    expect(constants[name], `${name} is ${value} in the loader and ${constants[name]} in the kernel. ${REMEDY}`).toBe(
      value,
    );
  });

  test.each([
    ['stream', STREAM_FIELDS],
    ['block', BLOCK_FIELDS],
  ] as const)('has the fields of class %s at the same offsets as the loader', (name, list) => {
    const offsets = numbersIn(generated(`${name}-fields`), /^ {2}(\w+): \w+; \/\/ at (\d+)$/gm);
    expect(offsets, REMEDY).toEqual(layoutOf(list).offsets);
  });
});

test('the margins of two blocks do not overlap', () => {
  expect(CONSTANTS.BLOCK_BYTES).toBe(Math.max(...Object.values(layoutOf(BLOCK_FIELDS).offsets)) + 8);
});
