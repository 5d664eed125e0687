import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../platform/database/database.js';
import { DeliveryChanges } from '../../engine/deliveries/delivery-changes.js';
import type { Transition } from '../../engine/deliveries/delivery.js';
import { Transitions } from '../../engine/deliveries/transitions.js';
import type { EventRow } from '../../engine/events/events.repository.js';
import { FallbackChains, type ChainRow, type Step } from './fallback-chains.repository.js';
import { FallbackCircumstances } from './fallback-circumstances.js';
import { goOn, LOOK_S, OFFLINE, type Circumstances } from './fallback.js';
import type { NotificationRow } from './notification.js';
import { NotificationProgress } from './notification-progress.js';
import { NotificationsRepository, type More } from './notifications.repository.js';

/** Its time is over, and another channel has its turn. */
const SUPERSEDED = 'fallback';

type CircumstancesOf = (clientId: string, category: string | null) => Circumstances;

/** What becomes of those who are due. */
interface Plan {
  more: Map<string, More>;
  steps: Step[];
  ended: ChainRow[];
}

/** The turn of the next channel: what still waits on the one before is cancelled, and the next delivery is made. */
@Injectable()
export class FallbackTurns {
  constructor(
    private readonly database: Database,
    private readonly deliveries: DeliveryChanges,
    private readonly transitions: Transitions,
    private readonly chains: FallbackChains,
    private readonly circumstances: FallbackCircumstances,
    private readonly progress: NotificationProgress,
    private readonly repository: NotificationsRepository,
  ) {}

  /** In one transaction, so that nobody's turn is taken twice. @param due may be anybody's meanwhile */
  async take(due: ChainRow[]): Promise<void> {
    const { offline, others } = await this.ask(due);
    const chains = [...offline, ...others];
    if (chains.length === 0) return;
    const circumstances = await this.circumstances.ofAll(chains);
    const [moved, written] = await this.database.transaction(
      async (tx): Promise<[Transition[], EventRow[]]> => {
        const cancelled = [
          ...(await this.deliveries.cancelSome(tx, refsOf(offline), OFFLINE)),
          ...(await this.deliveries.cancelSome(tx, refsOf(others), SUPERSEDED)),
        ];
        const events = await this.transitions.record(tx, cancelled);
        const { suppressed, told } = await this.move(tx, chains, circumstances);
        return [
          [...cancelled, ...suppressed],
          [...events, ...told],
        ];
      },
      { retries: 5 },
    );
    await this.transitions.announce(moved, written);
  }

  /** Who is there gets time to look; for who is not, nobody waits. */
  private async ask(due: ChainRow[]): Promise<{ offline: ChainRow[]; others: ChainRow[] }> {
    const asking = due.filter(({ asks_presence }) => asks_presence);
    const others = due.filter(({ asks_presence }) => !asks_presence);
    const there = await this.circumstances.whoIsThere(asking);
    const isThere = ({ user_pk }: ChainRow): boolean => user_pk !== null && there.has(user_pk);
    await this.chains.waitFor(asking.filter(isThere), LOOK_S);
    return { offline: asking.filter((chain) => !isThere(chain)), others };
  }

  private async move(tx: Tx, due: ChainRow[], circumstancesOf: CircumstancesOf) {
    const rows = new Map<string, NotificationRow>();
    for (const row of await this.repository.lockMany(tx, keysOf(due))) rows.set(row.id, row);
    const { more, steps, ended } = planOf(await this.chains.lock(tx, due), rows, circumstancesOf);
    const made = more.size > 0 ? await this.repository.insertMore(tx, [...more.values()]) : [];
    await this.chains.goOn(tx, steps);
    await this.chains.end(tx, ended);
    const suppressed: Transition[] = [];
    for (const source of made) suppressed.push(...(await this.deliveries.made(tx, source)));
    const told = await this.transitions.record(tx, suppressed);
    return { suppressed, told: [...told, ...(await this.progress.recount(tx, made))] };
  }
}

function planOf(chains: ChainRow[], rows: Map<string, NotificationRow>, circumstancesOf: CircumstancesOf): Plan {
  const plan: Plan = { more: new Map(), steps: [], ended: [] };
  for (const row of chains) {
    const { id, client_id, priority, category, fallback, expires_at } = rows.get(row.notification_id)!;
    const isOver = expires_at !== null && expires_at.getTime() <= Date.now();
    const { deliveries, chain } = isOver
      ? { deliveries: [], chain: null }
      : goOn(fallback ?? [], row.step + 1, row, circumstancesOf(client_id, category), row.id);
    const more = plan.more.get(id) ?? { client_id, id, priority, deliveries: [], open: 0 };
    plan.more.set(id, more);
    more.deliveries.push(...deliveries);
    if (chain) plan.steps.push({ ...chain, client_id });
    else {
      plan.ended.push(row);
      more.open--;
    }
  }
  return plan;
}

const refsOf = (chains: ChainRow[]) => chains.map(({ client_id, delivery_id }) => ({ client_id, id: delivery_id }));

/** Each notification once. */
function keysOf(chains: ChainRow[]): { client_id: string; id: string }[] {
  const keys = chains.map(
    ({ client_id, notification_id }) => [notification_id, { client_id, id: notification_id }] as const,
  );
  return [...new Map(keys).values()];
}
