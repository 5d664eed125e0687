import { Injectable } from '@nestjs/common';
import { Problem, type FieldError } from '../../platform/common/problem.js';
import { Expressions } from '../../platform/expressions/expressions.js';
import { faultsOf } from './rule-actions.js';
import { expressionsIn, type FoundExpression } from './rule-params.js';
import type { RuleActionDto } from './rules.dto.js';

/** What of a rule can be known to be wrong before any event has come. */
@Injectable()
export class RuleCheck {
  constructor(private readonly expressions: Expressions) {}

  /** @throws Problem `validation_failed` that names each fault: expressions that are none, fields that are not known */
  async refuseFaulty(clientId: string, rule: { condition?: string | null; actions?: RuleActionDto[] }): Promise<void> {
    const found: FoundExpression[] = [];
    const errors: FieldError[] = [];
    if (rule.condition) found.push({ field: 'condition', expression: rule.condition });
    rule.actions?.forEach(({ type, params }, index) => {
      const field = `actions[${index}].params`;
      const { expressions, faults } = expressionsIn(params, field);
      const inner = faults.length > 0 ? [] : faultsOf(type, params, expressions.length > 0);
      found.push(...expressions);
      errors.push(...faults, ...inner.map((fault) => ({ ...fault, field: `${field}.${fault.field}` })));
    });
    errors.push(...(await this.syntaxFaults(clientId, found)));
    if (errors.length === 0) return;
    const [{ field, message }] = errors as [FieldError];
    throw new Problem('validation_failed', `${field}: ${message}`, { errors });
  }

  private async syntaxFaults(clientId: string, found: FoundExpression[]): Promise<FieldError[]> {
    const faults = await Promise.all(found.map(({ expression }) => this.expressions.check(expression, clientId)));
    return found.flatMap(({ field }, at) => {
      const fault = faults[at];
      return fault ? [{ field, message: `is not JSONata: ${fault.message}` }] : [];
    });
  }
}
