import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

/** One frame, and no policy that keeps others out: nothing has to be gathered in a page of its own. */
const axe = (page: Page): AxeBuilder => new AxeBuilder({ page }).setLegacyMode(true);

/** What axe finds in the page as it is: all of it in light colours, and of the dark ones their contrast. */
export async function faultsOf(page: Page): Promise<unknown[]> {
  await page.emulateMedia({ colorScheme: 'light' });
  const light = await axe(page).analyze();
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await axe(page).withRules(['color-contrast']).analyze();
  return [...light.violations, ...dark.violations].map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
}
