import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const groups: string[][] = JSON.parse(readFileSync(join(__dirname, 'groups.json'), 'utf8'));

/**
 * Declares the integration tests of a group of groups.json as those of one file. jest loads anew for each file what that
 * imports, which for most is the whole application: in a run of all tests that takes longer than many of them.
 * @param number the first one is 1
 */
export function together(number: number): void {
  for (const name of groups[number - 1]!) {
    describe(name, () => void jest.requireActual(join(__dirname, `../integration/${name}.test.ts`)));
  }
}
