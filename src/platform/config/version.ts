import { createRequire } from 'node:module';

/** From the sources and from dist/ package.json lies at different depths. */
const PLACES = ['../../../package.json', '../../../../package.json'];

/** This version of ChatAPI. */
export function packageVersion(): string {
  const require = createRequire(import.meta.url);
  for (const place of PLACES) {
    try {
      return (require(place) as { version: string }).version;
    } catch {
      // The other one.
    }
  }
  return 'unknown';
}
