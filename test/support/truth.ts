import type { TestDatabase } from './postgres.js';

/** Reads the rows themselves: what faults tests judge by, whatever the API says. */
export class Truth {
  constructor(private readonly database: TestDatabase) {}

  query<T>(sql: string, params: unknown[] = []): Promise<T[]> {
    return this.database.query<T>(sql, params);
  }

  /** Deliveries of a client by state. */
  async states(clientId: string): Promise<Record<string, number>> {
    const rows = await this.query<{ status: string; n: number }>(
      'select status, count(*)::int as n from deliveries where client_id = $1 group by status',
      [clientId],
    );
    return Object.fromEntries(rows.map(({ status, n }) => [status, n]));
  }

  /** Leases of a dead worker run out after a while; this makes it be now. */
  async expireLeases(): Promise<void> {
    await this.query(
      `update open_deliveries set lease_until = clock_timestamp() - interval '1 second' where status = 'sending'`,
    );
  }

  /** Retries that are due later become due now. */
  async bringRetriesForward(): Promise<void> {
    await this.query(
      `update open_deliveries set next_attempt_at = clock_timestamp() where status in ('retrying', 'unknown')`,
    );
  }

  /**
   * The ledger of a client: what was accepted, by the notifications, equals the sum of delivery states; attempts are
   * numbered without gap and match the deliveries' counts; settled notifications have no open delivery.
   */
  async expectBalancedLedger(clientId: string): Promise<void> {
    const [totals] = await this.query<{ accepted: number; in_states: number }>(
      `select (select coalesce(sum(total), 0)::int from notifications where client_id = $1) as accepted,
              (select count(*)::int from deliveries where client_id = $1 and source_kind = 'notification') as in_states`,
      [clientId],
    );
    expect(totals!.in_states).toBe(totals!.accepted);
    const wrongAttempts = await this.query(
      `select d.id, d.status, d.attempt_count, count(a.*)::int as recorded, max(a.number) as last
         from deliveries d left join attempts a on a.client_id = d.client_id and a.delivery_id = d.id
        where d.client_id = $1 and d.status not in ('pending', 'sending')
        group by d.client_id, d.id, d.status, d.attempt_count
       having count(a.*) <> d.attempt_count or coalesce(max(a.number), 0) <> d.attempt_count`,
      [clientId],
    );
    expect(wrongAttempts).toEqual([]);
    const wrongNotifications = await this.query(
      `select n.id, n.status, n.open_count, count(d.*) filter (where d.status in ('pending', 'held', 'sending', 'retrying', 'unknown'))::int as open
         from notifications n join deliveries d on d.client_id = n.client_id and d.source_kind = 'notification' and d.source_id = n.id
        where n.client_id = $1 group by n.client_id, n.id
       having n.open_count <> count(d.*) filter (where d.status in ('pending', 'held', 'sending', 'retrying', 'unknown'))
           or (n.open_count = 0) <> (n.status in ('completed', 'partially_failed', 'failed', 'cancelled', 'expired'))`,
      [clientId],
    );
    expect(wrongNotifications).toEqual([]);
  }

  /** seq 1…n of messages and rev 1…m of events, without gap or repeat, and as far as the room says. */
  async expectGaplessRoom(clientId: string, roomId: string): Promise<void> {
    const [room] = await this.query<{ last_seq: string; last_rev: string }>(
      'select last_seq::text, last_rev::text from rooms where client_id = $1 and id = $2',
      [clientId, roomId],
    );
    const seqs = await this.query<{ seq: string }>(
      'select seq::text from messages m where client_id = $1 and room_id = $2 order by m.seq',
      [clientId, roomId],
    );
    expect(seqs.map(({ seq }) => Number(seq))).toEqual(upTo(Number(room!.last_seq)));
    const revs = await this.query<{ rev: string }>(
      'select rev::text from events e where client_id = $1 and stream_id = $2 order by e.rev',
      [clientId, roomId],
    );
    expect(revs.map(({ rev }) => Number(rev))).toEqual(upTo(Number(room!.last_rev)));
  }
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, index) => index + 1);
