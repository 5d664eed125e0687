import { Injectable } from '@nestjs/common';
import { itemProblem } from '../../platform/common/batch.js';
import { metrics } from '../../platform/common/metrics.js';
import { Problem, PROBLEMS } from '../../platform/common/problem.js';
import { toProblem } from '../../platform/common/to-problem.js';
import type { Caller } from '../../tenancy/access/caller.js';
import { ClientsService } from '../../tenancy/clients/clients.service.js';
import {
  shownResult,
  type InboundEffect,
  type InboundEvent,
  type InboundProgress,
  type KeptResult,
} from '../sources/inbound-effects.js';
import type { InboundResultDto } from '../sources/sources.dto.js';
import { actingFor } from './rule-caller.js';
import { RuleActions } from './rule-actions.js';
import { RuleEvaluation, RuleFault, type Scope } from './rule-evaluation.js';
import { actionKeyOf, digestOf, doneOf } from './rule-records.js';
import { RulesRepository, type RuleRow } from './rules.repository.js';

/** One event on its way through the rules of its source. */
interface Run {
  event: InboundEvent;
  scope: Scope;
  caller: Caller;
  progress: InboundProgress;
  /** What earlier rules have done: what later ones may see, the same whenever they are worked on again. */
  before: InboundResultDto[];
}

/** Lets events meet the rules of their source: in order, each on its own, so that a fault of one is on record and holds up no other. */
@Injectable()
export class RuleRuns implements InboundEffect {
  constructor(
    private readonly rules: RulesRepository,
    private readonly evaluation: RuleEvaluation,
    private readonly actions: RuleActions,
    private readonly clients: ClientsService,
  ) {}

  async run(event: InboundEvent, progress: InboundProgress): Promise<void> {
    const rules = await this.rules.enabledOf(event.client_id, event.source_id);
    if (rules.length === 0) return;
    const caller = await this.callerOf(event);
    const run: Run = { event, scope: scopeOf(event), caller, progress, before: [] };
    let passing: unknown;
    for (const rule of rules) {
      try {
        await this.runRule(run, rule);
      } catch (error) {
        passing ??= error;
      }
      run.before = [...run.before, ...resultsOf(run, rule).map(shownResult)];
      await progress.save();
    }
    if (passing !== undefined) throw passing;
  }

  /** @throws what passes by itself, after what was done before it */
  private async runRule(run: Run, rule: RuleRow): Promise<void> {
    const { event, scope, before } = run;
    try {
      if (!(await this.evaluation.matches(event.client_id, rule.condition, scope, before))) return;
    } catch (error) {
      return this.recordFault(run, { rule_id: rule.id, action: null }, error);
    }
    const records = resultsOf(run, rule).filter((one) => one.error === undefined);
    const done = doneOf(rule.actions, records);
    for (const index of rule.actions.keys())
      done[index] ??= await this.runAction(run, rule, index, actionKeyOf(event, rule, index, records), done);
  }

  /**
   * @param done what was done of the rule, by place
   * @returns what was done, if it was
   */
  private async runAction(
    run: Run,
    rule: RuleRow,
    index: number,
    key: string,
    done: (KeptResult | undefined)[],
  ): Promise<KeptResult | undefined> {
    const { event, scope, caller, progress, before } = run;
    const action = rule.actions[index]!;
    const place = { rule_id: rule.id, action: action.type, index, digest: digestOf(action) };
    const earlier = done.slice(0, index).flatMap((one, at) => (one ? [{ ...shownResult(one), index: at }] : []));
    const roomId = earlier.findLast((one) => one.action === 'create_room')?.resource_id ?? null;
    try {
      const params = await this.evaluation.paramsOf(event.client_id, action, index, scope, [...before, ...earlier]);
      const resource_id = await this.actions.perform({ type: action.type, params }, { caller, key, roomId });
      const result = { ...place, resource_id };
      progress.record(result);
      metrics.ruleActions.inc({ action: action.type, outcome: 'done' });
      return result;
    } catch (error) {
      this.recordFault(run, place, error);
      return undefined;
    }
  }

  /** @throws the error where it passes by itself */
  private recordFault(
    { progress }: Run,
    place: Pick<KeptResult, 'rule_id' | 'action' | 'index' | 'digest'>,
    error: unknown,
  ): void {
    const problem = error instanceof RuleFault ? problemOf(error) : toProblem(error);
    if ('retryable' in PROBLEMS[problem.code]) throw error;
    progress.record({ ...place, error: itemProblem(problem) });
    metrics.ruleActions.inc({ action: place.action ?? 'condition', outcome: 'failed' });
  }

  /** As the client itself, in everything. @throws Problem `client_suspended` */
  private async callerOf({ client_id: clientId, hops }: InboundEvent): Promise<Caller> {
    const [facts, client] = await Promise.all([this.clients.readFacts(clientId), this.clients.get(clientId)]);
    if (!client.is_active) throw new Problem('client_suspended', 'The client is suspended.');
    return { ...actingFor(clientId, facts), hops: hops + 1 };
  }
}

const resultsOf = ({ progress }: Run, { id }: RuleRow): KeptResult[] =>
  progress.results.filter(({ rule_id }) => rule_id === id);

const scopeOf = ({ id, source_id, external_id, type, created_at, headers, payload }: InboundEvent): Scope => ({
  payload,
  headers,
  event: { id, source_id, external_id, type, created_at: created_at.toISOString() },
});

/** What is on record of an expression that could not be worked out. */
const problemOf = ({ message, faults }: RuleFault): Problem =>
  new Problem('validation_failed', message, { errors: faults.map(({ field, message }) => ({ field, message })) });
