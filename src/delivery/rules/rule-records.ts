import type { KeptResult } from '../sources/inbound-effects.js';
import { derivedKey } from './derived-key.js';
import type { RuleActionDto } from './rules.dto.js';

/** What an action is, wherever in its rule it stands: of params as the database gives them, always in the same order. */
export const digestOf = ({ type, params }: RuleActionDto): string => derivedKey(type, JSON.stringify(params));

/**
 * What was done of a rule's actions already, by their places in it now. An action is known by what it is, whatever its place was
 * then, and each record stands for one; what was recorded before there were digests is known by place and type.
 * @param records of this rule, without what went wrong
 */
export function doneOf(actions: RuleActionDto[], records: readonly KeptResult[]): (KeptResult | undefined)[] {
  const left = new Set(records);
  const take = (isWanted: (record: KeptResult) => boolean): KeptResult | undefined => {
    const found = [...left].find(isWanted);
    if (found) left.delete(found);
    return found;
  };
  const wanted = actions.map((action) => ({ type: action.type, own: digestOf(action) }));
  const inPlace = wanted.map(({ type, own }, at) =>
    take(({ action, index, digest }) => index === at && action === type && (digest ?? own) === own),
  );
  return wanted.map(
    ({ type, own }, at) => inPlace[at] ?? take(({ action, digest }) => action === type && digest === own),
  );
}

/**
 * The name of an action of a rule on an event, for good: made of its place, and where another one was done in that place before,
 * also of what it is.
 */
export function actionKeyOf(
  event: { id: string },
  rule: { id: string; actions: RuleActionDto[] },
  place: number,
  records: readonly KeptResult[],
): string {
  const { type } = rule.actions[place]!;
  const own = digestOf(rule.actions[place]!);
  const isTaken = records.some(({ action, index, digest }) => index === place && action === type && digest !== own);
  return derivedKey(event.id, rule.id, place, type, ...(isTaken ? [own] : []));
}
