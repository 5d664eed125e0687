import { Injectable } from '@nestjs/common';
import { Problem } from '../../platform/common/problem.js';
import { NIL_UUID } from '../../tenancy/access/caller.js';
import { SourcesService } from '../sources/sources.service.js';
import { read } from './rule-actions.js';
import { RuleEvaluation, RuleFault, type Scope, type SeenResult } from './rule-evaluation.js';
import type {
  RuleActionDto,
  RuleFaultDto,
  SampleDto,
  TestRuleDto,
  TestedRuleDto,
  WorkedOutActionDto,
} from './rules.dto.js';

/** Tries rules out on samples: what they would do, and nothing is done. */
@Injectable()
export class RuleTestsService {
  constructor(
    private readonly sources: SourcesService,
    private readonly evaluation: RuleEvaluation,
  ) {}

  /** @throws Problem `not_found` for an unknown source, `overloaded` */
  async test(clientId: string, { rule, sample }: TestRuleDto): Promise<TestedRuleDto> {
    const scope = await this.scopeOf(clientId, rule.source_id ?? null, sample);
    const errors: RuleFaultDto[] = [];
    const matched = await caught(errors, () => this.evaluation.matches(clientId, rule.condition ?? null, scope, []));
    if (matched !== true) return { matched: false, actions: [], errors };
    const actions: WorkedOutActionDto[] = [];
    const results: SeenResult[] = [];
    for (const [index, action] of rule.actions.entries()) {
      const params = await caught(errors, () => this.paramsOf(clientId, action, index, scope, results));
      if (params === undefined) continue;
      actions.push({ type: action.type, params });
      // What it would make has no id.
      results.push({ rule_id: null, action: action.type, resource_id: NIL_UUID });
    }
    return { matched, actions, errors };
  }

  private async paramsOf(
    clientId: string,
    action: RuleActionDto,
    index: number,
    scope: Scope,
    results: SeenResult[],
  ): Promise<Record<string, unknown>> {
    const params = await this.evaluation.paramsOf(clientId, action, index, scope, results);
    try {
      read(action.type, params);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const faults = error.options.errors ?? [{ field: '', message: error.message }];
      throw new RuleFault(
        faults.map(({ field, message }) => ({
          field: `actions[${index}].params${field === '' ? '' : `.${field}`}`,
          code: error.code,
          message,
        })),
      );
    }
    return params as Record<string, unknown>;
  }

  private async scopeOf(clientId: string, sourceId: string | null, sample: SampleDto): Promise<Scope> {
    const { payload = null, headers: given = {} } = sample;
    const headers = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name.toLowerCase(), String(value)]),
    );
    const identity = sourceId === null ? null : await this.sources.identify(clientId, sourceId, { headers, payload });
    const { external_id = null, type = null } = identity ?? {};
    return {
      payload,
      headers,
      event: { id: NIL_UUID, source_id: sourceId, external_id, type, created_at: new Date().toISOString() },
    };
  }
}

/** What it gives, or undefined with its faults on the list. */
async function caught<T>(errors: RuleFaultDto[], work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RuleFault)) throw error;
    errors.push(...error.faults);
    return undefined;
  }
}
