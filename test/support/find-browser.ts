// Which browser the tests drive.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Chromium or its like: the one that CHROMIUM names, or the first on the path. */
export function findBrowser(): string | undefined {
  return process.env.CHROMIUM || onPath(['chromium', 'google-chrome', 'google-chrome-stable', 'chromium-browser']);
}

/** Firefox: the one that FIREFOX names, or the first on the path. */
export function findFirefox(): string | undefined {
  return process.env.FIREFOX || onPath(['firefox-esr', 'firefox']);
}

function onPath(names: readonly string[]): string | undefined {
  const places = (process.env.PATH ?? '').split(delimiter);
  return names
    .flatMap((name) => places.map((place) => join(place, name)))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** Whether a program that is missing fails its tests instead of skipping them. */
export const isAllRequired: boolean = process.env.KNN_REQUIRE_ALL === '1' || process.env.CI === 'true';
