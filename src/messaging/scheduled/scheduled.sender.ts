import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Config } from '../../platform/config/config.js';
import { DueLoop } from '../../platform/common/due-loop.js';
import { newId } from '../../platform/common/ids.js';
import { logger } from '../../platform/common/logger.js';
import { Problem, type ProblemCode } from '../../platform/common/problem.js';
import { NIL_UUID, type Caller } from '../../tenancy/access/caller.js';
import { Request, valueOf } from '../../tenancy/access/request.js';
import { ClientsService } from '../../tenancy/clients/clients.service.js';
import { UsersService } from '../../tenancy/users/users.service.js';
import { SendingService } from '../messages/sending.service.js';
import { ScheduledFailures } from './scheduled.failures.js';
import { ScheduledRepository, type ClaimedRow } from './scheduled.repository.js';

/** Between two looks: what another process scheduled meanwhile is sent at most so late. */
const LOOK_MS = 3_000;
/** Somebody else is at what is due. */
const BUSY_MS = 500;
const AT_ONCE = 100;
const PRUNE_MS = 600_000;
/** What a limit or a hook refuses that may soon accept is tried again for so long; what may have been sent for longer, because it must be known. */
const PATIENCE_S = { refused: 3_600, unknown: 86_400 };
const RETRY_S = 5;
/** Refusals that pass, made before anything was written. */
const NOT_SENT = new Set<ProblemCode>(['rate_limited', 'overloaded', 'hook_unavailable']);

/**
 * Sends what is due, where jobs run: a row is claimed, sent under a client_msg_id of its own, and settled by the very claim. So
 * a process that is killed between two of these leaves what the next one finds again when the claim's lease has run out,
 * and the message is still sent once.
 */
@Injectable()
export class ScheduledSender implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop = new DueLoop({ name: 'scheduled messages', lookMs: LOOK_MS, run: () => this.sendDue() });

  private prunedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly repository: ScheduledRepository,
    private readonly failures: ScheduledFailures,
    private readonly sending: SendingService,
    private readonly clients: ClientsService,
    private readonly users: UsersService,
    private readonly config: Config,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (!this.config.runsJobs()) return;
    // Without Redis there is no other process.
    if (this.config.redisUrl === undefined) await this.repository.endLeases();
    this.loop.start();
  }

  onModuleDestroy(): Promise<void> {
    return this.loop.stop();
  }

  /** Something was scheduled: it only hastens. */
  expect(sendAt: string): void {
    this.loop.expect(Date.parse(sendAt) - Date.now());
  }

  /** @returns in how many milliseconds to look again */
  private async sendDue(): Promise<number | null> {
    let dueMs = await this.repository.nextDue();
    while (this.loop.goesOn && dueMs !== null && dueMs <= 0) {
      const claimed = await this.repository.claim(AT_ONCE);
      if (claimed.length === 0) return BUSY_MS;
      await this.sendAll(claimed);
      dueMs = await this.repository.nextDue();
    }
    if (performance.now() - this.prunedAt > PRUNE_MS) {
      this.prunedAt = performance.now();
      await this.repository.prune(1_000);
    }
    return dueMs === null ? null : Math.max(0, Math.ceil(dueMs));
  }

  /** Those of one room one after the other, in the order of their times. */
  private async sendAll(claimed: ClaimedRow[]): Promise<void> {
    const byRoom = new Map<string, ClaimedRow[]>();
    for (const row of claimed.toSorted((a, b) => b.late_s - a.late_s)) {
      byRoom.set(row.room_id, [...(byRoom.get(row.room_id) ?? []), row]);
    }
    await Promise.all(
      [...byRoom.values()].map(async (rows) => {
        for (const row of rows) await this.sendOne(row);
      }),
    );
  }

  /** Never throws: what can't be settled is claimed again. */
  private async sendOne(row: ClaimedRow): Promise<void> {
    try {
      const { client_msg_id = `scheduled-${row.id}`, ...body } = row.body;
      const request = new Request(await this.callerOf(row), newId());
      const options = { purpose: 'scheduled', keepMarker: true } as const;
      const sent = valueOf(await this.sending.send(request, row.room_id, { ...body, client_msg_id }, options));
      await this.repository.settle(row, { status: 'sent', message_id: sent.id });
    } catch (error) {
      await this.refused(row, error).catch((fault: Error) =>
        logger.warn({ reason: fault.message }, 'A scheduled message could not be settled yet.'),
      );
    }
  }

  private async refused(row: ClaimedRow, error: unknown): Promise<void> {
    const code = error instanceof Problem ? error.code : 'internal';
    const status = error instanceof Problem ? error.status : 500;
    const known = NOT_SENT.has(code);
    const transient = known || status >= 500;
    if (transient && row.late_s < (known ? PATIENCE_S.refused : PATIENCE_S.unknown)) {
      const afterS = (error instanceof Problem && error.options.retryAfterS) || RETRY_S;
      return this.repository.putOff(row, afterS, known);
    }
    if (!(error instanceof Problem)) logger.error({ err: error }, 'A scheduled message failed.');
    await this.failures.fail(row, code);
  }

  /** As the sender would ask now. @throws Problem `client_suspended`, `user_unavailable` */
  private async callerOf({ client_id, sender_pk, suspended }: ClaimedRow): Promise<Caller> {
    if (suspended) throw new Problem('client_suspended', 'The client is suspended.');
    const user = sender_pk === null ? null : (await this.users.refsOf(client_id, [sender_pk])).get(sender_pk);
    if (user === undefined) throw new Problem('user_unavailable', 'The sender is gone.');
    const facts = await this.clients.readFacts(client_id);
    return {
      kind: user ? 'scoped' : 'master',
      clientId: client_id,
      keyId: NIL_UUID,
      permissions: null,
      user,
      ...facts,
    };
  }
}
