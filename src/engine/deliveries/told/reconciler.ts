import { Injectable } from '@nestjs/common';
import { logger } from '../../../platform/common/logger.js';
import { inTime } from '../../../platform/common/within.js';
import { cleanOutcome } from '../../providers/clean-text.js';
import type { Reconciled, UnknownDelivery } from '../../providers/provider.js';
import { ProviderRegistry, type ConfiguredProvider, type DeliveryRules } from '../../providers/provider.registry.js';
import { ProviderRoutes } from '../../providers/provider-routes.js';
import { ProviderEvents } from './provider-events.js';
import { nextLookMs } from '../attempts/retry.js';
import { SweeperRepository, type Resolution, type UnknownRow } from '../upkeep/sweeper.repository.js';
import { Transitions } from '../transitions.js';

/** Well below what anybody would wait for; what is not answered then can't be told. */
const ASK_TIMEOUT_MS = 30_000;
/** Providers of clients that are asked at once: who does not answer must not take all there is. */
const MAX_ASKED = 50;

/** Who had it may be readable later: for so long nothing else is done, and it is looked again after this. */
const UNREADABLE_FOR_MS = 3_600_000;
const UNREADABLE_AGAIN_MS = 60_000;

/** The reason of those whose worker went away before it could say who had them. */
export const WORKER_LOST_CODE = 'worker_lost';

const CANNOT_TELL: Reconciled = {
  kind: 'unknown',
  fault: 'provider',
  code: 'outcome_unknown',
  message: 'Nobody can say whether it arrived.',
};

/** What is known of an unknown outcome now. */
interface Verdict {
  outcome: Reconciled;
  /** Who said so; null: nobody could be asked. */
  by: ConfiguredProvider | null;
}

const NOBODY: Verdict = { outcome: CANNOT_TELL, by: null };

/** Deliveries about which the same providers are asked. */
interface Question {
  providers: ConfiguredProvider[];
  /** Nobody else can have had them. */
  complete: boolean;
  rows: UnknownRow[];
}

/**
 * Settles unknown outcomes when they were left alone for long enough: by asking the provider where it can be asked, in the
 * background, because the sweep must not wait for it.
 */
@Injectable()
export class Reconciler {
  private asking = 0;

  constructor(
    private readonly repository: SweeperRepository,
    private readonly transitions: Transitions,
    private readonly registry: ProviderRegistry,
    private readonly routes: ProviderRoutes,
    private readonly events: ProviderEvents,
  ) {}

  async settle(limit: number): Promise<void> {
    const due = await this.repository.findUnknown(limit);
    const questions = new Map<string, Question>();
    const others: Resolution[] = [];
    for (const row of due) {
      const found = await this.askable(row);
      if (found === null) {
        others.push(this.unreadable(row));
        continue;
      }
      const { providers, complete } = found;
      const key = providers.map(({ config }) => config.key).join(' ');
      const question = questions.get(key);
      if (providers.length === 0) others.push(this.resolutionOf(row, NOBODY));
      else if (question) question.rows.push(row);
      else questions.set(key, { providers, complete, rows: [row] });
    }
    await this.resolve(others);
    await this.askAll([...questions.values()]);
  }

  /** Those who may have had it and can be asked; null where that can't be read now. */
  private async askable(row: UnknownRow): Promise<Omit<Question, 'rows'> | null> {
    const { client_id, channel, provider, reason } = row;
    const nobody = { providers: [], complete: false };
    if (this.registry.configurable(channel).every((known) => !known.provider.reconcile)) return nobody;
    try {
      const { routes } = await this.routes.of(client_id, channel);
      const canTell = (one: ConfiguredProvider): boolean => one.provider.reconcile !== undefined;
      // Whose worker was lost, nobody knows who had it.
      if (reason === WORKER_LOST_CODE) return { providers: routes.filter(canTell), complete: routes.every(canTell) };
      // The operator's may have had it before the client had one of its own.
      const others = this.routes.operators().filter(({ descriptor }) => descriptor.channel.name === channel);
      const had = [...routes, ...others].find(({ name }) => name === provider);
      return had && canTell(had) ? { providers: [had], complete: true } : nobody;
    } catch (error) {
      // One client's settings that can't be read must not hold up the others.
      logger.warn({ client_id, reason: (error as Error).message }, 'Who had a delivery could not be read.');
      return null;
    }
  }

  private async askAll(questions: Question[]): Promise<void> {
    const now = questions.slice(0, Math.max(0, MAX_ASKED - this.asking));
    if (now.length === 0) return;
    const ours = await this.repository.askAbout(now.flatMap(({ rows }) => rows));
    for (const question of now) {
      const rows = question.rows.filter(({ id }) => ours.has(id));
      if (rows.length > 0) void this.ask({ ...question, rows });
    }
  }

  /** Never throws. */
  private async ask({ providers, complete, rows }: Question): Promise<void> {
    this.asking++;
    try {
      const answers = await Promise.all(providers.map((provider) => this.answersOf(provider, rows)));
      const verdicts = rows.map((_, at) =>
        verdictOf(
          answers.map((of, n): Verdict => ({ outcome: of[at]!, by: providers[n]! })),
          complete,
        ),
      );
      const moved = await this.resolve(rows.map((row, at) => this.resolutionOf(row, verdicts[at]!)));
      for (const [at, { client_id, id }] of rows.entries())
        if (moved.has(id)) await this.tell(client_id, verdicts[at]!);
    } catch (error) {
      logger.error(
        { err: error },
        'What a provider told of unknown outcomes could not be recorded: it is asked again.',
      );
    } finally {
      this.asking--;
    }
  }

  private async answersOf({ provider, descriptor, config }: ConfiguredProvider, rows: UnknownRow[]) {
    let answers: Reconciled[] = [];
    try {
      const signal = AbortSignal.timeout(ASK_TIMEOUT_MS);
      // Also where the provider does not listen to its signal.
      answers = await inTime(ASK_TIMEOUT_MS + 1_000, provider.reconcile!(rows.map(toUnknown), config, signal));
    } catch (error) {
      logger.warn({ provider: descriptor.type, reason: (error as Error).message }, 'A provider could not tell.');
    }
    return rows.map((_, at): Reconciled => {
      const { events = [], ...outcome } = answers[at] ?? CANNOT_TELL;
      return { ...cleanOutcome(outcome), events };
    });
  }

  private resolutionOf(row: UnknownRow, { outcome, by }: Verdict): Resolution {
    const { success, retryPolicy }: DeliveryRules = by?.rules ?? this.registry.rulesOf(row.channel);
    const looks = (row.routing?.unknown?.looks ?? 0) + 1;
    const as = (status: Resolution['status'], reason: string | null, more: Partial<Resolution> = {}): Resolution => ({
      row,
      status,
      reason,
      provider: null,
      provider_message_id: null,
      delay_ms: 0,
      looks,
      ...more,
    });
    if (outcome.kind === 'accepted')
      return as(success, null, { provider: by!.name, provider_message_id: outcome.provider_message_id ?? null });
    if (outcome.kind === 'permanent') return as('failed', outcome.code, { provider: by!.name });
    const again = by && row.routing?.unknown ? nextLookMs(retryPolicy, looks, row.unknown_for_ms) : null;
    if (again !== null) return as('unknown', row.reason, { delay_ms: again });
    if (row.attempt_count < row.max_attempts) return as('retrying', outcome.code);
    return as('failed', outcome.kind === 'unknown' ? 'outcome_unknown' : 'attempts_exhausted');
  }

  private unreadable(row: UnknownRow): Resolution {
    if (row.unknown_for_ms >= UNREADABLE_FOR_MS) return this.resolutionOf(row, NOBODY);
    const { looks = 0 } = row.routing?.unknown ?? {};
    const later = { status: 'unknown', reason: row.reason, delay_ms: UNREADABLE_AGAIN_MS } as const;
    return { row, ...later, provider: null, provider_message_id: null, looks };
  }

  /** @returns the ids of those that moved on by it */
  private async resolve(resolutions: Resolution[]): Promise<Set<string>> {
    if (resolutions.length === 0) return new Set();
    const done = await this.transitions.commit(async (tx) => {
      const moved = await this.repository.resolve(tx, resolutions);
      return moved.map(({ from, ...row }) => ({ from, row, content: null }));
    });
    return new Set(done.map(({ row }) => row.id));
  }

  /** What became of them since, which those who listen may have heard before there was a record to move. */
  private async tell(clientId: string, { outcome: { events = [] }, by }: Verdict): Promise<void> {
    if (events.length > 0) await this.events.apply(clientId, by!.descriptor.type, events, { park: false });
  }
}

/** One of those who may have had it took it, or gave it up; or else all of them know nothing of it. */
function verdictOf(answers: Verdict[], complete: boolean): Verdict {
  const said = (kind: Reconciled['kind']) => answers.find(({ outcome }) => outcome.kind === kind);
  const known = said('accepted') ?? said('permanent') ?? said('unknown') ?? said('retryable')!;
  return known.outcome.kind === 'retryable' && !complete ? { ...known, outcome: CANNOT_TELL } : known;
}

const toUnknown = (row: UnknownRow): UnknownDelivery => ({
  id: row.id,
  client_id: row.client_id,
  message_id: row.resend_of ?? row.id,
  address: row.address,
  created_at: row.created_at,
  attempted_at: new Date(row.routing?.unknown?.since ?? row.created_at),
  provider_message_id: row.routing?.unknown?.message_id ?? null,
});
