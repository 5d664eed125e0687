// The browser of the browser tests: CHROME_PATH, else Chromium or Chrome from PATH, else Debian's package.
import { canInstall, findOnPath, installPackage } from './debian.mjs';

const NAMES = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'];
const MISSING =
  'The browser tests need Chromium. Install it (apt install chromium), so that it is on PATH, or set CHROME_PATH to a Chrome.';

/**
 * Begins at once what takes long, an installation, and lets other tests go on meanwhile.
 * @returns a promise of the program's path
 * @throws when there is none and none can be installed
 */
export function findBrowser() {
  const found = process.env.CHROME_PATH ?? findOnPath(...NAMES);
  if (found) return Promise.resolve(found);
  if (!canInstall()) throw new Error(MISSING);
  return installPackage('chromium-headless-shell').then(() => {
    const installed = findOnPath(...NAMES);
    if (!installed) throw new Error(MISSING);
    return installed;
  });
}
