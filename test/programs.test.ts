// Programs that some tests run. Without one they are skipped; where everything is required, as in CI, this fails and names it.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, test } from 'vitest';

const isAllRequired = process.env.KNN_REQUIRE_ALL === '1' || process.env.CI === 'true';

function isOnPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

test('where everything is required, the programs that tests run are on the path', () => {
  const needed = process.platform === 'linux' ? ['sh', 'npm', 'tar', 'script'] : ['npm'];
  const missing = needed.filter((program) => !isOnPath(program));
  if (isAllRequired && process.platform !== 'win32') expect(missing).toEqual([]);
});
