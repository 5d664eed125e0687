import { Injectable } from '@nestjs/common';
import { Problem, PROBLEMS } from '../../platform/common/problem.js';
import { NIL_UUID, type Caller } from '../../tenancy/access/caller.js';
import { ClientsService } from '../../tenancy/clients/clients.service.js';
import { SourcesService } from '../sources/sources.service.js';
import { read } from './rule-actions.js';
import { actingFor } from './rule-caller.js';
import { RuleRehearsal } from './rule-rehearsal.js';
import { RuleEvaluation, RuleFault, type Scope, type SeenResult } from './rule-evaluation.js';
import type {
  RuleActionDto,
  RuleFaultDto,
  SampleDto,
  TestRuleDto,
  TestedRuleDto,
  WorkedOutActionDto,
} from './rules.dto.js';

/** Once expressions took so long, no further action is tried: all of them together could take minutes. */
const TRIED_MS = 2_000;
const NOT_TRIED = `was not tried: expressions before it took more than ${TRIED_MS / 1_000} s`;

/** Tries rules out on samples: what they would do, and nothing is done. */
@Injectable()
export class RuleTestsService {
  constructor(
    private readonly sources: SourcesService,
    private readonly evaluation: RuleEvaluation,
    private readonly rehearsal: RuleRehearsal,
    private readonly clients: ClientsService,
  ) {}

  /** @throws Problem `not_found` for an unknown source, `overloaded` */
  async test(clientId: string, { rule, sample }: TestRuleDto): Promise<TestedRuleDto> {
    const scope = await this.scopeOf(clientId, rule.source_id ?? null, sample);
    const errors: RuleFaultDto[] = [];
    const matched = await caught(errors, () => this.evaluation.matches(clientId, rule.condition ?? null, scope, []));
    if (matched !== true) return { matched: false, actions: [], errors };
    const caller = actingFor(clientId, await this.clients.readFacts(clientId));
    const actions: WorkedOutActionDto[] = [];
    const results: SeenResult[] = [];
    let spentMs = 0;
    for (const [index, action] of rule.actions.entries()) {
      if (spentMs > TRIED_MS) {
        errors.push({ field: `actions[${index}]`, code: 'timeout', message: NOT_TRIED });
        continue;
      }
      const begun = performance.now();
      const params = await caught(errors, () => this.paramsOf(caller, action, index, scope, results));
      spentMs += performance.now() - begun;
      if (params === undefined) continue;
      actions.push({ type: action.type, params });
      const made = results.some(({ action: earlier }) => earlier === 'create_room');
      const would = () => this.rehearsal.check({ type: action.type, params }, caller, made);
      // What it would make has no id.
      if (await caught(errors, () => named(index, would).then(() => true)))
        results.push({ rule_id: null, action: action.type, resource_id: NIL_UUID });
    }
    return { matched, actions, errors };
  }

  private async paramsOf(
    { clientId }: Caller,
    action: RuleActionDto,
    index: number,
    scope: Scope,
    results: SeenResult[],
  ): Promise<Record<string, unknown>> {
    const params = await this.evaluation.paramsOf(clientId, action, index, scope, results);
    await named(index, async () => read(action.type, params));
    return params as Record<string, unknown>;
  }

  private async scopeOf(clientId: string, sourceId: string | null, sample: SampleDto): Promise<Scope> {
    const { payload: came = null, headers: given = {} } = sample;
    const headers = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name.toLowerCase(), String(value)]),
    );
    const { identity, payload } =
      sourceId === null
        ? { identity: null, payload: came }
        : await this.sources.identify(clientId, sourceId, { headers, payload: came });
    const { external_id = null, type = null } = identity ?? {};
    return {
      payload,
      headers,
      event: { id: NIL_UUID, source_id: sourceId, external_id, type, created_at: new Date().toISOString() },
    };
  }
}

/** What is wrong with an action, by the place that it has in its rule. @throws RuleFault; what passes by itself, as it is */
async function named(index: number, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Problem) || 'retryable' in PROBLEMS[error.code]) throw error;
    const { code, message } = error;
    const faults = error.options.errors ?? [{ field: '', message }];
    const field = `actions[${index}].params`;
    throw new RuleFault(
      faults.map((fault) => ({ ...fault, code, field: fault.field === '' ? field : `${field}.${fault.field}` })),
    );
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
