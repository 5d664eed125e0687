import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../../platform/database/database.js';
import { prepared } from '../../../platform/database/prepared.js';
import { traceparentNow } from '../../../platform/tracing/tracer.js';
import { unnest } from '../../../platform/database/unnest.js';
import type { DeliveryRow, Transition } from '../../../engine/deliveries/delivery.js';
import type { Chain } from './fallback.js';
import type { Accepted } from '../new-notifications.repository.js';

export interface ChainRow extends Omit<Chain, 'due_in_s'> {
  client_id: string;
  notification_id: string;
  /** Of the trace in which the notification was accepted. */
  traceparent: string | null;
}

/** A chain that goes on. */
export interface Step extends Chain {
  client_id: string;
}

interface NewChain extends Chain {
  client_id: string;
  notification_id: string;
  scheduled_for: string | null;
  traceparent: string | null;
}

const NEW = unnest<NewChain>()('w', {
  client_id: 'uuid',
  id: 'uuid',
  notification_id: 'uuid',
  step: 'smallint',
  delivery_id: 'uuid',
  until: 'text',
  user_pk: 'uuid',
  addresses: 'jsonb',
  due_in_s: 'float8',
  asks_presence: 'boolean',
  scheduled_for: 'timestamptz',
  traceparent: 'text',
});

const STEPS = unnest<Step>()('w', {
  client_id: 'uuid',
  id: 'uuid',
  step: 'smallint',
  delivery_id: 'uuid',
  until: 'text',
  due_in_s: 'float8',
  asks_presence: 'boolean',
});

const KEYS = unnest<Pick<ChainRow, 'client_id' | 'id' | 'delivery_id'>>()('w', {
  client_id: 'uuid',
  id: 'uuid',
  delivery_id: 'uuid',
});

type Change = Pick<DeliveryRow, 'client_id' | 'id' | 'source_id' | 'user_pk' | 'status'> & { exhausted: boolean };
const CHANGES = unnest<Change>()('w', {
  client_id: 'uuid',
  delivery_id: ['uuid', ({ id }) => id],
  notification_id: ['uuid', ({ source_id }) => source_id],
  user_pk: 'uuid',
  status: 'text',
  exhausted: 'boolean',
});

const COLUMNS = `c.client_id, c.id, c.notification_id, c.step, c.delivery_id, c.until, c.user_pk, c.addresses, c.asks_presence, c.traceparent`;
const DUE = `c.due_at <= statement_timestamp()`;

const NEXT_DUE = prepared(
  'notifications.next_turn',
  `select extract(epoch from min(due_at) - clock_timestamp())::float8 * 1000 as due_in_ms from notification_chains`,
);

/**
 * Recipients for whom another channel may have its turn. A chain is locked behind its notification, and that behind its
 * deliveries.
 */
@Injectable()
export class FallbackChains {
  constructor(private readonly database: Database) {}

  async insert(tx: Tx, items: Accepted[]): Promise<void> {
    const traceparent = traceparentNow();
    const chains = items.flatMap(({ client_id, row: { id: notification_id, scheduled_for }, chains }) =>
      chains.map((chain) => ({ ...chain, client_id, notification_id, scheduled_for, traceparent })),
    );
    if (chains.length === 0) return;
    await tx.execute(
      `insert into notification_chains (client_id, id, notification_id, step, delivery_id, until, user_pk, addresses, due_at, asks_presence, traceparent)
       select client_id, id, notification_id, step, delivery_id, until, user_pk, addresses,
              coalesce(scheduled_for, clock_timestamp()) + make_interval(secs => due_in_s), asks_presence, traceparent
         from ${NEW.sql}`,
      NEW.values(chains),
    );
  }

  /** In how many milliseconds somebody's next channel has its turn; null: nobody waits for one. */
  async nextDue(): Promise<number | null> {
    return (await this.database.query<{ due_in_ms: number | null }>(NEXT_DUE))[0]!.due_in_ms;
  }

  due(limit: number): Promise<ChainRow[]> {
    return this.database.query(`select ${COLUMNS} from notification_chains c where ${DUE} order by c.due_at limit $1`, [
      limit,
    ]);
  }

  /** Those of them that are still where they were, and due. */
  lock(tx: Tx, chains: ChainRow[]): Promise<ChainRow[]> {
    return tx.query(
      `select ${COLUMNS} from ${KEYS.sql}
         join notification_chains c on c.client_id = w.client_id and c.id = w.id and c.delivery_id = w.delivery_id
        where ${DUE} order by c.client_id, c.id for update of c`,
      KEYS.values(chains),
    );
  }

  /** Somebody is there, who gets so long to look. */
  async waitFor(chains: ChainRow[], seconds: number): Promise<void> {
    if (chains.length === 0) return;
    await this.database.execute(
      `update notification_chains c set due_at = clock_timestamp() + make_interval(secs => $4), asks_presence = false
         from ${KEYS.sql} where c.client_id = w.client_id and c.id = w.id and c.delivery_id = w.delivery_id`,
      [...KEYS.values(chains), seconds],
    );
  }

  async goOn(tx: Tx, steps: Step[]): Promise<void> {
    if (steps.length === 0) return;
    await tx.execute(
      `update notification_chains c
          set step = w.step, delivery_id = w.delivery_id, until = w.until, asks_presence = w.asks_presence,
              due_at = clock_timestamp() + make_interval(secs => w.due_in_s)
         from ${STEPS.sql} where c.client_id = w.client_id and c.id = w.id`,
      STEPS.values(steps),
    );
  }

  async end(tx: Tx, chains: ChainRow[]): Promise<void> {
    if (chains.length === 0) return;
    await tx.execute(
      `delete from notification_chains c using ${KEYS.sql} where c.client_id = w.client_id and c.id = w.id`,
      KEYS.values(chains),
    );
  }

  /** @returns how many there were */
  endAll(tx: Tx, clientId: string, notificationId: string): Promise<number> {
    return tx.execute('delete from notification_chains where client_id = $1 and notification_id = $2', [
      clientId,
      notificationId,
    ]);
  }

  /** The notification begins at another time: so does the first channel's turn, within what it has. */
  async move(
    tx: Tx,
    { client_id, id, scheduled_for }: { client_id: string; id: string; scheduled_for: Date | null },
    begins: Date | null,
  ): Promise<void> {
    await tx.execute(
      `update notification_chains set due_at = coalesce($4, clock_timestamp()) + (due_at - coalesce($3, clock_timestamp()))
        where client_id = $1 and notification_id = $2`,
      [client_id, id, scheduled_for, begins],
    );
  }

  /**
   * After deliveries changed: who has come to what its step was for is done, and so is who has it after all over a channel whose time was over;
   * whose delivery did not get through, or had its channel's time, is due.
   * @returns those who are done
   */
  async settled(tx: Tx, transitions: Transition[]): Promise<Pick<ChainRow, 'client_id' | 'notification_id'>[]> {
    return tx.query(
      `with w as (
         select * from ${CHANGES.sql}
       ), late as materialized (
         select c.client_id, c.id from w join notification_chains c
             on c.client_id = w.client_id and c.notification_id = w.notification_id and c.user_pk = w.user_pk
          where w.status = 'delivered'
       ), over as (
         update notification_chains c set due_at = clock_timestamp(), asks_presence = false from w
          where c.client_id = w.client_id and c.delivery_id = w.delivery_id
            and (w.exhausted or w.status in ('failed', 'expired', 'suppressed'))
            and (c.client_id, c.id) not in (select client_id, id from late)
       ), done as (
         select c.client_id, c.id from w join notification_chains c
             on c.client_id = w.client_id and c.delivery_id = w.delivery_id
          where w.status = 'delivered' or (w.status = 'sent' and c.until = 'sent')
         union
         select client_id, id from late
       )
       delete from notification_chains c using done
        where c.client_id = done.client_id and c.id = done.id
       returning c.client_id, c.notification_id`,
      CHANGES.values(transitions.map(({ row, exhausted = false }) => ({ ...row, exhausted }))),
    );
  }
}
