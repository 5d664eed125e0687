import { toProblem } from '../../../platform/common/to-problem.js';
import { Problem } from '../../../platform/common/problem.js';
import type { NewMessage, SendVerdict } from './new-message.js';

interface Waiting {
  message: NewMessage;
  resolve: (verdict: SendVerdict) => void;
}

/** Of one room. It is ready, or its batch is running, until nothing waits in it. */
interface Lane {
  key: string;
  waiting: Waiting[];
}

interface Tenant {
  /** Lanes whose turn is to come. */
  ready: Lane[];
  running: number;
  /** Messages, in all of its lanes. */
  waiting: number;
}

interface SlowLanesOptions {
  /** Transactions at once: each may hold a connection while it waits for its lock. */
  concurrency: number;
  /** Of those, one tenant's at most: the rest is there for the rooms of others, however long these take. */
  concurrencyPerTenant: number;
  /** Messages of one transaction. */
  maxBatch: number;
  /** Messages waiting, in all lanes and in those of one tenant. */
  maxWaiting: number;
  maxWaitingPerTenant: number;
  /** Writes messages of one room, waiting for its lock. */
  run: (messages: NewMessage[]) => Promise<SendVerdict[]>;
}

/**
 * Where messages wait whose room is locked by someone else: a lane per room, one transaction each, so that they hold
 * up nobody else. While a room has a lane, its later messages queue there too, which keeps their order. Tenants take turns,
 * and within one its lanes, a batch at a time.
 */
export class SlowLanes {
  private readonly lanes = new Map<string, Lane>();
  /** In the order of their turns. */
  private readonly tenants = new Map<string, Tenant>();
  private running = 0;
  private waiting = 0;

  constructor(private readonly options: SlowLanesOptions) {}

  has(message: NewMessage): boolean {
    return this.lanes.has(laneOf(message));
  }

  /** @returns what became of the message; a refusal is an answer, never a rejection */
  add(message: NewMessage): Promise<SendVerdict> {
    const { client_id } = message;
    const ofTenant = this.tenants.get(client_id)?.waiting ?? 0;
    if (this.waiting >= this.options.maxWaiting || ofTenant >= this.options.maxWaitingPerTenant) {
      return Promise.resolve(new Problem('overloaded', 'Too much is waiting for locked rooms.', { retryAfterS: 1 }));
    }
    const key = laneOf(message);
    const tenant = this.tenants.get(client_id) ?? this.enter(client_id);
    const lane = this.lanes.get(key) ?? this.open(key, tenant);
    this.waiting++;
    tenant.waiting++;
    return new Promise((resolve) => {
      lane.waiting.push({ message, resolve });
    });
  }

  private enter(clientId: string): Tenant {
    const tenant: Tenant = { ready: [], running: 0, waiting: 0 };
    this.tenants.set(clientId, tenant);
    return tenant;
  }

  private open(key: string, tenant: Tenant): Lane {
    const lane: Lane = { key, waiting: [] };
    this.lanes.set(key, lane);
    tenant.ready.push(lane);
    // In the next turn, so that what is held together is written together.
    setImmediate(() => this.startMore());
    return lane;
  }

  private startMore(): void {
    while (this.running < this.options.concurrency) {
      const turn = this.nextTurn();
      if (!turn) return;
      void this.runBatch(...turn).finally(() => this.startMore());
    }
  }

  /** Of the first tenant that may run one, which goes to the end of the row. */
  private nextTurn(): [string, Tenant, Lane] | undefined {
    for (const [clientId, tenant] of this.tenants) {
      if (tenant.running >= this.options.concurrencyPerTenant) continue;
      const lane = tenant.ready.shift();
      if (!lane) continue;
      this.tenants.delete(clientId);
      this.tenants.set(clientId, tenant);
      return [clientId, tenant, lane];
    }
    return undefined;
  }

  /** One batch of a lane; then it waits for its next turn, or closes. */
  private async runBatch(clientId: string, tenant: Tenant, lane: Lane): Promise<void> {
    const batch = lane.waiting.splice(0, this.options.maxBatch);
    this.running++;
    tenant.running++;
    this.waiting -= batch.length;
    tenant.waiting -= batch.length;
    const verdicts = await this.verdictsOf(batch.map(({ message }) => message));
    this.running--;
    tenant.running--;
    if (lane.waiting.length > 0) tenant.ready.push(lane);
    else this.lanes.delete(lane.key);
    if (tenant.running === 0 && tenant.ready.length === 0) this.tenants.delete(clientId);
    batch.forEach(({ resolve }, at) => resolve(verdicts[at]!));
  }

  private async verdictsOf(messages: NewMessage[]): Promise<SendVerdict[]> {
    try {
      return await this.options.run(messages);
    } catch (error) {
      return messages.map(() => toProblem(error));
    }
  }
}

const laneOf = ({ client_id, room_id }: NewMessage): string => `${client_id} ${room_id}`;
