import { getMetadataStorage, ValidationTypes, type ValidationArguments } from 'class-validator';

const storage = getMetadataStorage();
type Rules = ReturnType<typeof storage.getTargetValidationMetadatas>;
type Rule = Rules[number];

/** Is it kept by this value of a field of this object? */
type Check = (value: unknown, object: object) => boolean;

/** The rules of one field. */
interface FieldChecks {
  name: string;
  /** Where one of these does not hold, nothing is asked of the field. */
  conditions: Check[];
  checks: Check[];
}

/** By the rules of a class as the storage remembers them (`rememberRules`): where one was added since, they are others. */
const known = new WeakMap<Rules, FieldChecks[]>();

/**
 * Does an instance keep every rule of class-validator that its class has, and all that is nested in it those of theirs? Only a yes says
 * anything: what is at fault, and what it is called, is class-validator's to say. That makes an error for each field before it knows of
 * any, and looks for the validator of each rule among all that there are (figures: docs/decisions/libraries.md).
 */
export function keepsAllRules(object: object): boolean {
  for (const { name, conditions, checks } of checksOf(object.constructor)) {
    const value = (object as Record<string, unknown>)[name];
    if (all(conditions, value, object) && !all(checks, value, object)) return false;
  }
  return true;
}

/** As `every` does it, which calls back twice as often. */
function all(checks: Check[], value: unknown, object: object): boolean {
  for (const kept of checks) if (!kept(value, object)) return false;
  return true;
}

function checksOf(target: Function): FieldChecks[] {
  const rules = storage.getTargetValidationMetadatas(target, '', false, false);
  let fields = known.get(rules);
  if (!fields) {
    fields = Object.entries(storage.groupByPropertyName(rules)).map(([name, ofField]) => ({
      name,
      conditions: ofField.filter(isCondition).map(conditionOf),
      checks: ofField.filter((rule) => !isCondition(rule)).flatMap(checksFor),
    }));
    known.set(rules, fields);
  }
  return fields;
}

const isCondition = ({ type }: Rule): boolean => type === ValidationTypes.CONDITIONAL_VALIDATION;

const conditionOf =
  ({ constraints }: Rule): Check =>
  (value, object) =>
    Boolean((constraints[0] as (object: object, value: unknown) => unknown)(object, value));

/** What is not used here is never kept: class-validator knows what to make of it. */
const NEVER: Check = () => false;

function checksFor(rule: Rule): Check[] {
  if (rule.type === ValidationTypes.NESTED_VALIDATION) return [nestedKept];
  if (rule.type !== ValidationTypes.CUSTOM_VALIDATION || rule.validateIf) return [NEVER];
  return storage.getTargetValidatorConstraints(rule.constraintCls).map(({ instance, async }) => {
    if (async) return NEVER;
    const { constraints, propertyName: property, each } = rule;
    const one = (value: unknown, args: ValidationArguments): boolean => instance.validate(value, args) === true;
    return (value, object) => {
      const args = { targetName: object.constructor.name, property, object, value, constraints };
      return each && Array.isArray(value) ? value.every((item) => one(item, args)) : one(value, args);
    };
  });
}

function nestedKept(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((item) => !Array.isArray(item) && nestedKept(item));
  return typeof value === 'object' && value !== null && keepsAllRules(value);
}
