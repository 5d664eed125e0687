import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database, type Tx } from '../../platform/database/database.js';
import type { Caller } from '../../tenancy/access/caller.js';
import { Existing, type Request } from '../../tenancy/access/request.js';
import { Idempotency } from '../../tenancy/idempotency/idempotency.js';
import { derivedKey } from './derived-key.js';

/** For so long endpoints are told of what a rule made: attempts end after some 28 hours, and begin when a backlog is over. */
const KEPT_DAYS = 7;
/** Forgotten with each that is added, so that there is never more than what is kept. */
const FORGOTTEN_AT_ONCE = 20;

const MARK = `
  with over as (
    delete from made_by_rules where (client_id, id) in (
      select client_id, id from made_by_rules where made_at < statement_timestamp() - interval '${KEPT_DAYS} days'
       order by made_at limit ${FORGOTTEN_AT_ONCE} for update skip locked))
  insert into made_by_rules (client_id, id, hops) select $1, id, $3 from unnest($2::uuid[]) as w (id)
  on conflict (client_id, id) do update set hops = excluded.hops, made_at = excluded.made_at`;

/** The id by which somebody's membership is known here. */
export const membershipId = (roomId: string, userId: string): string => derivedKey('membership', roomId, userId);

/** What rules made, and how many requests of ours stand behind it: of rooms, members and notifications by rows, of messages by their `client_msg_id`. */
@Injectable()
export class RuleHops implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly idempotency: Idempotency,
  ) {}

  onModuleInit(): void {
    this.idempotency.registerObserver((tx, request, answer) => this.mark(tx, request, answer));
  }

  /** @returns by id; what no rule made is not there */
  async of(ids: { client_id: string; id: string }[]): Promise<Map<string, number>> {
    if (ids.length === 0) return new Map();
    const rows = await this.database.query<{ id: string; hops: number }>(
      `select m.id, m.hops from unnest($1::uuid[], $2::uuid[]) as w (client_id, id)
         join made_by_rules m on m.client_id = w.client_id and m.id = w.id`,
      [ids.map(({ client_id }) => client_id), ids.map(({ id }) => id)],
    );
    return new Map(rows.map(({ id, hops }) => [id, hops]));
  }

  /** Before a rule adds them: nobody is told of a member whom this does not know. */
  async markMembers({ clientId, hops }: Caller, roomId: string, userIds: string[]): Promise<void> {
    if (hops === undefined || userIds.length === 0) return;
    const ids = [...new Set(userIds)].map((userId) => membershipId(roomId, userId)).toSorted();
    await this.database.execute(MARK, [clientId, ids, hops]);
  }

  /** In the transaction that makes it: whoever is told of it finds how it came about. */
  private async mark(tx: Tx, { caller: { clientId, hops } }: Request, answer: unknown): Promise<void> {
    const { id } = (answer ?? {}) as { id?: unknown };
    if (hops === undefined || answer instanceof Existing || typeof id !== 'string') return;
    await tx.execute(MARK, [clientId, [id], hops]);
  }
}

/** The `client_msg_id` of what a rule says: made of the action, and of how many requests stand behind it. */
export const ruleMessageIdOf = (key: string, hops: number): string => `rule-${key}${hops > 1 ? `-${hops}` : ''}`;

/** What {@link ruleMessageIdOf} says of a message; 0 where it is no such id. Only a bot's may be asked: others choose theirs. */
export function hopsOfMessageId(id: unknown): number {
  const found = typeof id === 'string' ? /^rule-[0-9a-f-]{36}(?:-(\d{1,9}))?$/.exec(id) : null;
  return found ? Number(found[1] ?? 1) : 0;
}
