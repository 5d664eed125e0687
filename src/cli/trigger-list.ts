import type { Context } from './context.js';
import { nearest } from './format.js';
import { OUT_OF_REACH, RECIPES } from './trigger-recipes.js';

/** Every type of event: how it comes about, or why it can't be made to and what to do instead. */
export async function listRecipes({ out }: Context): Promise<void> {
  const rows = [
    ...Object.entries(RECIPES).map(([type, { how }]) => ({ type, can_be_triggered: true, how })),
    ...Object.entries(OUT_OF_REACH).map(([type, { why, instead }]) => ({
      type,
      can_be_triggered: false,
      how: `not by trigger: ${why}; ${instead}`,
    })),
  ];
  await out.result({ data: rows }, () =>
    out.table(rows, [
      { title: 'EVENT', of: ({ type }) => type },
      { title: 'COMES ABOUT AS', of: ({ how }) => how },
    ]),
  );
}

/** Why there is no recipe, and the way out. */
export function whyNot(type: string | undefined): string {
  if (type === undefined) return 'Name an event: chatapi trigger --list shows them.';
  const known = OUT_OF_REACH[type];
  if (known) return `${type} cannot be triggered: ${known.why}. Instead: ${known.instead}`;
  const meant = nearest(type, [...Object.keys(RECIPES), ...Object.keys(OUT_OF_REACH)]);
  return `There is no event ${type}${meant ? `; did you mean ${meant}?` : '.'} chatapi trigger --list shows them.`;
}
