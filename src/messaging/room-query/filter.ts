import { invalidField } from '../../platform/common/problem.js';
import { FIELD_NAMES, fieldOf, OPERATORS, type Operator, type QueryField } from './query-fields.js';
import type { Params } from './params.js';

/** How much a filter may say. */
const FILTER_BOUNDS = { depth: 5, conditions: 50, list: 100 } as const;

/** A filter as a statement has it. */
export interface Where {
  /** All of it. */
  sql: string;
  /** What of it leaves few rooms, found by an index; null: nothing does. */
  selective: string | null;
}

type Plain = Record<string, unknown>;

const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads the filter of a query.
 * @param ofUser does somebody ask whose own side of rooms there is?
 * @throws Problem `validation_failed`, which names what is wrong and what may stand there
 */
export const compile = (filter: Plain, params: Params, ofUser: boolean): Where =>
  new Compiler(params, ofUser).whole(filter);

class Compiler {
  private conditions = 0;
  private readonly selective: string[] = [];

  constructor(
    private readonly params: Params,
    private readonly ofUser: boolean,
  ) {}

  whole(filter: Plain): Where {
    const sql = this.all(filter, 'filter', 1);
    return { sql, selective: this.selective.length > 0 ? this.selective.join(' and ') : null };
  }

  /** Everything that an object says. */
  private all(filter: Plain, path: string, depth: number): string {
    if (depth > FILTER_BOUNDS.depth) throw invalidField(path, `at most ${FILTER_BOUNDS.depth} levels of $and and $or`);
    const parts = Object.entries(filter).map(([name, value]) => {
      const at = `${path}.${name.slice(0, 120)}`;
      if (name === '$and' || name === '$or') return this.some(value, at, depth, name === '$and' ? ' and ' : ' or ');
      return this.field(name, value, at, depth === 1);
    });
    return parts.length === 0 ? 'true' : `(${parts.join(' and ')})`;
  }

  private some(value: unknown, path: string, depth: number, joint: string): string {
    if (!Array.isArray(value) || value.length === 0 || value.length > FILTER_BOUNDS.list) {
      throw invalidField(path, `must be a list of 1 to ${FILTER_BOUNDS.list} filters`);
    }
    const parts = value.map((one: unknown, index) => {
      if (!isPlain(one)) throw invalidField(`${path}[${index}]`, 'must be an object of fields');
      return this.all(one, `${path}[${index}]`, depth + 1);
    });
    return `(${parts.join(joint)})`;
  }

  /** @param always must it hold, whatever else does? */
  private field(name: string, value: unknown, path: string, always: boolean): string {
    const field = fieldOf(name);
    if (!field) {
      throw invalidField(path, `is not a field to filter by: use ${FIELD_NAMES.join(', ')}, $and or $or`);
    }
    if (field.ofUser && !this.ofUser) throw invalidField(path, 'is of a user: name one in X-User-Id');
    const asked: [string, unknown][] = isPlain(value) ? Object.entries(value) : [['$eq', value]];
    if (asked.length === 0) throw invalidField(path, `give a value, or one of ${field.operators.join(', ')}`);
    return asked
      .map(([operator, operand]) =>
        this.condition(field, operator, operand, isPlain(value) ? `${path}.${operator.slice(0, 40)}` : path, always),
      )
      .join(' and ');
  }

  private condition(field: QueryField, operator: string, value: unknown, path: string, always: boolean): string {
    if (++this.conditions > FILTER_BOUNDS.conditions) {
      throw invalidField('filter', `must have at most ${FILTER_BOUNDS.conditions} conditions`);
    }
    if (!isOperator(operator) || !field.operators.includes(operator)) {
      throw invalidField(path, `is not possible here: use ${field.operators.join(', ')}`);
    }
    refuseBadValue(field, operator, value, path);
    // With a user, all that it sees is few.
    if (always && field.selective && !this.ofUser && (operator === '$eq' || operator === '$in')) {
      this.selective.push(field.selective(operator, value, this.params));
    }
    return `(${field.sql(operator, value, this.params)})`;
  }
}

const isOperator = (name: string): name is Operator => (OPERATORS as readonly string[]).includes(name);

function refuseBadValue(field: QueryField, operator: Operator, value: unknown, path: string): void {
  if (operator === '$exists') {
    if (typeof value !== 'boolean') throw invalidField(path, 'must be true or false');
  } else if (operator === '$in') {
    if (!Array.isArray(value) || value.length === 0 || value.length > FILTER_BOUNDS.list || !value.every(field.isValue))
      throw invalidField(path, `must be a list of 1 to ${FILTER_BOUNDS.list} of: ${field.values}`);
  } else if (operator === '$prefix') {
    if (typeof value !== 'string' || value.length > 1_000) throw invalidField(path, 'must be text');
  } else if (!field.isValue(value)) {
    throw invalidField(path, `must be of: ${field.values}`);
  }
}
