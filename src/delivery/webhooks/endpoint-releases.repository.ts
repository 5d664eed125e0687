import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../platform/database/database.js';
import { LaneRates } from '../../engine/deliveries/routing/lane-rates.js';
import { Conditions, type Judged } from './conditions.js';
import { laneOfEndpoint, type EndpointRow } from './endpoint.js';
import { EndpointMessagesRepository } from './endpoint-messages.repository.js';
import { targetsOf } from './endpoint-targets.js';
import { EndpointsRepository } from './endpoints.repository.js';

const BATCH = 100;
const SHORTEST_WAIT_MS = 50;
/** Of what goes at a rate, so much is let go before its time: less than the engine takes ahead, so that it does not come to be held. */
const AHEAD_MS = 1_000;

export interface Released {
  released: number;
  /** Is there, perhaps, more? */
  more: boolean;
  /** Until it is worth asking again. */
  waitMs: number;
}

/** Nothing is let go more often than its rate allows; a second's worth may be saved up. */
const TOKENS = `floor(extract(epoch from clock_timestamp() - greatest(next_release_at, clock_timestamp() - interval '1 second'))
  * rate_limit_per_second)::int`;

/** Lets go what waits at one endpoint: judged outside of any transaction, written under the endpoint's lock. */
@Injectable()
export class EndpointReleasesRepository {
  constructor(
    private readonly database: Database,
    private readonly endpoints: EndpointsRepository,
    private readonly messages: EndpointMessagesRepository,
    private readonly conditions: Conditions,
    private readonly rates: LaneRates,
  ) {}

  waiting(limit: number): Promise<{ client_id: string; id: string }[]> {
    return this.messages.waiting(limit);
  }

  /** @throws Problem `overloaded` when too many expressions wait */
  async release(clientId: string, endpointId: string): Promise<Released> {
    const endpoint = await this.endpoints.read(clientId, endpointId);
    if (endpoint?.status !== 'enabled') return NOTHING;
    const rate = endpoint.rate_limit_per_second;
    const waitMs = rate === null ? 0 : Math.max(SHORTEST_WAIT_MS, Math.ceil(1_000 / rate));
    // What would not be let go need not be judged.
    const batch = rate === null ? BATCH : Math.min(BATCH, await this.tokens(clientId, endpointId));
    if (batch <= 0) return { released: 0, more: true, waitMs };
    const next = endpoint.ordered_by === null ? 'nextWaiting' : 'nextInOrder';
    const found = await this.messages[next](clientId, endpointId, batch);
    if (found.length === 0) return NOTHING;
    const judged = await this.conditions.judge(clientId, endpoint.condition, found);
    const released = await this.database.transaction((tx) => this.write(tx, endpoint, judged));
    // Another process is at it, and will go on.
    if (released === null) return { released: 0, more: true, waitMs: 250 };
    return { released, more: found.length === batch || judged.skipped.length > 0, waitMs };
  }

  /** What is let go is begun soon: not where retries, or what was sent again, take the rate already. */
  private async tokens(clientId: string, endpointId: string): Promise<number> {
    if ((await this.rates.busyForMs(clientId, laneOfEndpoint(endpointId))) > AHEAD_MS) return 0;
    const [row] = await this.database.query<{ tokens: number }>(
      `select ${TOKENS} as tokens from webhook_endpoints where client_id = $1 and id = $2`,
      [clientId, endpointId],
    );
    return row?.tokens ?? 0;
  }

  /** @returns null where somebody else has its lock, or it changed meanwhile */
  private async write(tx: Tx, before: EndpointRow, { sent, skipped, faults }: Judged): Promise<number | null> {
    const { client_id, id } = before;
    const [locked] = await tx.query<{ tokens: number | null; updated_at: Date; url: string }>(
      `select case when rate_limit_per_second is not null then ${TOKENS} end as tokens, updated_at
         from webhook_endpoints where client_id = $1 and id = $2 and status = 'enabled' for no key update skip locked`,
      [client_id, id],
    );
    if (!locked || locked.updated_at.getTime() !== before.updated_at.getTime()) return null;
    const now = sent.slice(0, locked.tokens ?? sent.length);
    await this.messages.skip(tx, skipped);
    const released = await this.messages.release(tx, now, targetsOf([before]));
    if (locked.tokens !== null && released > 0) {
      await tx.execute(
        `update webhook_endpoints
            set next_release_at = greatest(next_release_at, clock_timestamp() - interval '1 second')
                                  + make_interval(secs => $3::float8 / rate_limit_per_second)
          where client_id = $1 and id = $2`,
        [client_id, id, released],
      );
    }
    const faulty = now.filter((message) => faults.has(message.id));
    if (faulty.length > 0) {
      const fault = { ...faults.get(faulty[0]!.id)!, at: new Date().toISOString() };
      await this.messages.noteFaults(tx, faulty, fault);
      await this.endpoints.noteFault(tx, client_id, id, { code: fault.code, message: fault.message, at: fault.at });
    }
    return released;
  }
}

const NOTHING: Released = { released: 0, more: false, waitMs: 0 };
