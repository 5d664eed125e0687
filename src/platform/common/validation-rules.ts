import type { MetadataStorage } from 'class-validator';

/** The two questions that class-validator asks its storage at each validation, and what makes an answer old. */
type Storage = Pick<MetadataStorage, 'getTargetValidationMetadatas' | 'groupByPropertyName' | 'addValidationMetadata'>;
type Rules = ReturnType<Storage['getTargetValidationMetadatas']>;

const NONE: Rules = [];

/**
 * Makes class-validator's storage remember which rules a class has. By itself it looks through every decorated class of
 * the process for parents of the one in hand, at each validation and for each nested object, so that a validation cost
 * more with each DTO that any feature adds (figures: docs/decisions/libraries.md). A rule that is added later is seen.
 */
export function rememberRules(storage: Storage): void {
  const rulesOf = storage.getTargetValidationMetadatas.bind(storage);
  const group = storage.groupByPropertyName.bind(storage);
  const add = storage.addValidationMetadata.bind(storage);
  const rules = new Map<Function, Rules>();
  const grouped = new WeakMap<Rules, ReturnType<typeof group>>();

  storage.getTargetValidationMetadatas = (target, schema, always, strictGroups, groups) => {
    // Groups are not used here; who begins to gets the storage's own answer. The schema, which for a nested object is
    // the name of its parent's class, makes no difference where the target is a class.
    if (always || strictGroups || groups) return rulesOf(target, schema, always, strictGroups, groups);
    // JSON with a member of that name: the storage would look for its prototype, and each such name would be remembered.
    if (typeof target !== 'function') return NONE;
    const known = rules.get(target);
    if (known) return known;
    const found = rulesOf(target, schema, false, false);
    rules.set(target, found);
    return found;
  };
  storage.groupByPropertyName = (found) => {
    const known = grouped.get(found) ?? group(found);
    grouped.set(found, known);
    return known;
  };
  storage.addValidationMetadata = (rule) => {
    rules.clear();
    add(rule);
  };
}
