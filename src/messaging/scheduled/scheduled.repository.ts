import { Injectable } from '@nestjs/common';
import type { UserId, UserPk } from '../../platform/common/ids.js';
import type { Cursor } from '../../platform/common/pagination.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { prepared } from '../../platform/database/prepared.js';
import type { SendMessageDto } from '../messages/sending.dto.js';
import type { ScheduledStatus } from './scheduled.dto.js';

export interface ScheduledRow {
  id: string;
  room_id: string;
  sender_pk: UserPk | null;
  sender_id: UserId | null;
  body: SendMessageDto;
  send_at: Date;
  /** `sending`: claimed by a process, or left by one that was killed. */
  status: ScheduledStatus | 'sending';
  message_id: string | null;
  reason: string | null;
  created_at: Date;
  updated_at: Date;
}

/** A row that is to be sent now, by whoever claimed it. */
export interface ClaimedRow extends Pick<ScheduledRow, 'id' | 'room_id' | 'sender_pk' | 'body' | 'send_at'> {
  client_id: string;
  /** Which claim it is: a later one has the next number. */
  attempt: number;
  /** For how long it has been due. */
  late_s: number;
  suspended: boolean;
}

const COLUMNS = `s.id, s.room_id, s.sender_pk, u.user_id as sender_id, s.body, s.send_at, s.status, s.message_id, s.reason,
  s.created_at, s.updated_at`;
const PEOPLE = `left join users u on u.client_id = s.client_id and u.user_pk = s.sender_pk`;

/** Within which a message may be scheduled. */
const IN_TIME = (at: string): string =>
  `${at}::timestamptz > clock_timestamp() and ${at}::timestamptz <= clock_timestamp() + interval '1 year'`;

/** For so long a claim holds; then whoever made it counts as killed. */
const LEASE = `interval '60 seconds'`;
const KEEP_DAYS = 30;

const NEXT_DUE = prepared(
  'scheduled.next_due',
  `select extract(epoch from min(next_attempt_at) - clock_timestamp())::float8 * 1000 as due_in_ms
     from scheduled_messages where next_attempt_at is not null`,
);

const CLAIM = prepared(
  'scheduled.claim',
  `with due as materialized (
     select client_id, id from scheduled_messages
      where next_attempt_at <= statement_timestamp() order by next_attempt_at limit $1 for update skip locked)
   update scheduled_messages s
      set status = 'sending', attempt = s.attempt + 1, next_attempt_at = clock_timestamp() + ${LEASE}
     from due left join clients c on c.id = due.client_id
    where s.client_id = due.client_id and s.id = due.id
   returning s.client_id, s.id, s.room_id, s.sender_pk, s.body, s.send_at, s.attempt,
             extract(epoch from clock_timestamp() - s.send_at)::float8 as late_s, c.suspended_at is not null as suspended`,
);

@Injectable()
export class ScheduledRepository {
  constructor(private readonly database: Database) {}

  /** For a process that has just started and is the only one: whoever held a claim is gone. */
  async endLeases(): Promise<void> {
    await this.database.execute(
      `update scheduled_messages set next_attempt_at = clock_timestamp()
        where status = 'sending' and next_attempt_at between clock_timestamp() and clock_timestamp() + ${LEASE}`,
    );
  }

  /**
   * The first lock, which the foreign key would take last: whoever changes a room locks it, and then its members. Who held
   * the sender meanwhile, and waited for the room, would wait for ever.
   */
  async holdRoom(tx: Tx, clientId: string, roomId: string): Promise<void> {
    await tx.execute('select from rooms where client_id = $1 and id = $2 for key share', [clientId, roomId]);
  }

  /** How many of a sender's are to be sent yet, under the sender's lock: until the transaction ends, no other is added. */
  async countOpen(tx: Tx, clientId: string, senderPk: UserPk | null): Promise<number> {
    if (senderPk === null) await tx.execute('select from clients where id = $1 for no key update', [clientId]);
    else {
      await tx.execute('select from users where client_id = $1 and user_pk = $2 for no key update', [
        clientId,
        senderPk,
      ]);
    }
    const [row] = await tx.query<{ n: number }>(
      `select count(*)::int as n from scheduled_messages
        where client_id = $1 and sender_pk ${senderPk === null ? 'is null and $2::uuid is null' : '= $2'}
          and next_attempt_at is not null`,
      [clientId, senderPk],
    );
    return row!.n;
  }

  /** @returns false for a time that is over, or too far away */
  async insert(
    tx: Tx,
    clientId: string,
    row: Pick<ScheduledRow, 'id' | 'room_id' | 'sender_pk' | 'body'> & { send_at: string },
  ): Promise<boolean> {
    const inserted = await tx.execute(
      `insert into scheduled_messages (client_id, id, room_id, sender_pk, body, send_at, next_attempt_at)
       select $1, $2, $3, $4, $5, $6, $6::timestamptz where ${IN_TIME('$6')}`,
      [clientId, row.id, row.room_id, row.sender_pk, JSON.stringify(row.body), row.send_at],
    );
    return inserted > 0;
  }

  /** @param viewerPk whose it must be; null: anybody's */
  async find(
    on: Pick<Tx, 'query'>,
    clientId: string,
    id: string,
    viewerPk: UserPk | null,
  ): Promise<ScheduledRow | null> {
    const [row] = await on.query<ScheduledRow>(
      `select ${COLUMNS} from scheduled_messages s ${PEOPLE}
        where s.client_id = $1 and s.id = $2 and ($3::uuid is null or s.sender_pk = $3)`,
      [clientId, id, viewerPk],
    );
    return row ?? null;
  }

  read(clientId: string, id: string, viewerPk: UserPk | null): Promise<ScheduledRow | null> {
    return this.find(this.database, clientId, id, viewerPk);
  }

  /** The row is nobody else's to claim or change until the transaction ends. */
  async lock(tx: Tx, clientId: string, id: string, viewerPk: UserPk | null): Promise<ScheduledRow | null> {
    await tx.execute('select from scheduled_messages where client_id = $1 and id = $2 for update', [clientId, id]);
    return this.find(tx, clientId, id, viewerPk);
  }

  /** Under its lock, of one that waits for its time. @returns false for a time that is over, or too far away */
  async update(tx: Tx, clientId: string, id: string, body: SendMessageDto, sendAt: string | null): Promise<boolean> {
    const updated = await tx.execute(
      `update scheduled_messages
          set body = $3, send_at = coalesce($4, send_at), next_attempt_at = coalesce($4, next_attempt_at),
              updated_at = clock_timestamp()
        where client_id = $1 and id = $2 and ($4::timestamptz is null or ${IN_TIME('$4')})`,
      [clientId, id, JSON.stringify(body), sendAt],
    );
    return updated > 0;
  }

  /** The same. */
  async cancel(tx: Tx, clientId: string, id: string): Promise<void> {
    await tx.execute(
      `update scheduled_messages set status = 'cancelled', next_attempt_at = null, updated_at = clock_timestamp()
        where client_id = $1 and id = $2`,
      [clientId, id],
    );
  }

  /** Of a room, by their time. Cursor: [microseconds, id]. */
  async list(
    clientId: string,
    roomId: string,
    viewerPk: UserPk | null,
    { status, limit, cursor }: { status: ScheduledStatus | null; limit: number; cursor: Cursor | null },
  ): Promise<(ScheduledRow & { at: number })[]> {
    const back = cursor?.direction === 'prev';
    const [order, beyond] = back ? ['desc', '<'] : ['asc', '>'];
    return this.database.query(
      `select ${COLUMNS}, (extract(epoch from s.send_at) * 1000000)::bigint as at
         from scheduled_messages s ${PEOPLE}
        where s.client_id = $1 and s.room_id = $2 and ($3::uuid is null or s.sender_pk = $3)
          and ($4::text is null or case s.status when 'sending' then 'scheduled' else s.status end = $4)
          and ($6::bigint is null or (s.send_at, s.id) ${beyond} (timestamptz 'epoch' + $6 * interval '1 microsecond', $7::uuid))
        order by s.send_at ${order}, s.id ${order} limit $5`,
      [clientId, roomId, viewerPk, status, limit + 1, cursor?.key[0] ?? null, cursor?.key[1] ?? null],
    );
  }

  /** In how many milliseconds something is due; null: nothing is scheduled. */
  async nextDue(): Promise<number | null> {
    const [row] = await this.database.query<{ due_in_ms: number | null }>(NEXT_DUE);
    return row!.due_in_ms;
  }

  /** Takes what is due, of any clients, the longest due first; among it what a killed process has left. */
  claim(limit: number): Promise<ClaimedRow[]> {
    return this.database.query<ClaimedRow>(CLAIM, [limit]);
  }

  /** Of a claim that still holds. @returns whether it did */
  async settle(
    { client_id, id, attempt }: ClaimedRow,
    end: { status: 'sent'; message_id: string } | { status: 'failed'; reason: string },
    on: Pick<Tx, 'query'> = this.database,
  ): Promise<boolean> {
    const rows = await on.query(
      `update scheduled_messages
          set status = $4, message_id = $5, reason = $6, next_attempt_at = null, updated_at = clock_timestamp()
        where client_id = $1 and id = $2 and status = 'sending' and attempt = $3 returning id`,
      [
        client_id,
        id,
        attempt,
        end.status,
        end.status === 'sent' ? end.message_id : null,
        end.status === 'failed' ? end.reason : null,
      ],
    );
    return rows.length > 0;
  }

  /** Puts a claimed one off. @param known that it was not sent: then it can be changed and cancelled meanwhile */
  async putOff({ client_id, id, attempt }: ClaimedRow, afterS: number, known: boolean): Promise<void> {
    await this.database.query(
      `update scheduled_messages
          set status = $5, next_attempt_at = clock_timestamp() + make_interval(secs => $4)
        where client_id = $1 and id = $2 and status = 'sending' and attempt = $3`,
      [client_id, id, attempt, afterS, known ? 'scheduled' : 'sending'],
    );
  }

  /** Forgets what ended long ago. @returns how many of at most `limit` */
  async prune(limit: number): Promise<number> {
    const rows = await this.database.query(
      `delete from scheduled_messages where (client_id, id) in (
         select client_id, id from scheduled_messages
          where next_attempt_at is null and updated_at < statement_timestamp() - interval '${KEEP_DAYS} days'
          order by updated_at limit $1) returning id`,
      [limit],
    );
    return rows.length;
  }
}
