import { Injectable } from '@nestjs/common';
import type { ExpressionFault } from '../../platform/expressions/expression.js';
import { Expressions } from '../../platform/expressions/expressions.js';
import { expressionsIn, filled, isTruthy } from './rule-params.js';
import type { RuleActionDto, RuleFaultDto } from './rules.dto.js';

/** What an event's expressions see. */
export interface Scope {
  payload: unknown;
  headers: Record<string, string>;
  event: Record<string, unknown>;
}

/** What was done before: bound as `$results`. */
export interface SeenResult {
  rule_id: string | null;
  action: string | null;
  resource_id?: string;
}

/** An expression that could not be worked out. */
export class RuleFault extends Error {
  constructor(readonly faults: RuleFaultDto[]) {
    super(faults.map(({ field, message }) => `${field}: ${message}`).join('; '));
  }
}

/** Works out what rules say of an event. */
@Injectable()
export class RuleEvaluation {
  constructor(private readonly expressions: Expressions) {}

  /** @throws RuleFault; Problem `overloaded` */
  async matches(clientId: string, condition: string | null, scope: Scope, results: SeenResult[]): Promise<boolean> {
    if (condition === null) return true;
    const bindings = bindingsOf(scope, results);
    const [found] = await this.expressions.evaluate(clientId, [
      { expression: condition, input: scope.payload, bindings },
    ]);
    if (found!.error) throw new RuleFault([faultAt('condition', found!.error)]);
    return isTruthy(found!.value);
  }

  /** The action's params, every expression worked out. @throws RuleFault; Problem `overloaded` */
  async paramsOf(
    clientId: string,
    { params }: RuleActionDto,
    index: number,
    scope: Scope,
    results: SeenResult[],
  ): Promise<unknown> {
    const field = `actions[${index}].params`;
    const { expressions, faults } = expressionsIn(params, field);
    if (faults.length > 0) throw new RuleFault(faults.map((fault) => ({ ...fault, code: 'syntax' })));
    if (expressions.length === 0) return params;
    const bindings = bindingsOf(scope, results);
    const found = await this.expressions.evaluate(
      clientId,
      expressions.map(({ expression }) => ({ expression, input: scope.payload, bindings })),
    );
    const wrong = found.flatMap(({ error }, at) => (error ? [faultAt(expressions[at]!.field, error)] : []));
    if (wrong.length > 0) throw new RuleFault(wrong);
    return filled(params, field, new Map(expressions.map((one, at) => [one.field, found[at]!.value])));
  }
}

const bindingsOf = ({ headers, event }: Scope, results: SeenResult[]): Record<string, unknown> => ({
  headers,
  event,
  results,
});

const faultAt = (field: string, { code, message }: ExpressionFault): RuleFaultDto => ({ field, code, message });
