import { Injectable } from '@nestjs/common';
import { Database } from '../../../platform/database/database.js';
import { DeliveryChanges } from '../../../engine/deliveries/changes/delivery-changes.js';
import type { Transition } from '../../../engine/deliveries/delivery.js';
import { Transitions } from '../../../engine/deliveries/transitions.js';
import type { EventRow } from '../../../engine/events/events.repository.js';
import { FallbackChains, type ChainRow } from './fallback-chains.repository.js';
import { FallbackCircumstances } from './fallback-circumstances.js';
import { FallbackSteps } from './fallback-steps.js';
import { LOOK_S, OFFLINE } from './fallback.js';

/** Its time is over, and another channel has its turn. */
const SUPERSEDED = 'fallback';

/** What was about to be left has its turn again: somebody moved its time between the look and the locks. */
class TurnMoved extends Error {}

/** The turn of the next channel: what still waits on the one before is cancelled, and the next delivery is made. */
@Injectable()
export class FallbackTurns {
  constructor(
    private readonly database: Database,
    private readonly deliveries: DeliveryChanges,
    private readonly transitions: Transitions,
    private readonly chains: FallbackChains,
    private readonly circumstances: FallbackCircumstances,
    private readonly steps: FallbackSteps,
  ) {}

  /** In one transaction, so that nobody's turn is taken twice. @param due may be anybody's meanwhile: then nothing is done, until the next look */
  async take(due: ChainRow[]): Promise<void> {
    try {
      await this.takeAll(due);
    } catch (error) {
      if (!(error instanceof TurnMoved)) throw error;
    }
  }

  private async takeAll(due: ChainRow[]): Promise<void> {
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
        const { gone, suppressed, told } = await this.steps.go(tx, chains, circumstances);
        const left = new Set(gone.map(({ delivery_id }) => delivery_id));
        // Deliveries are locked before chains, so they are cancelled before it is known whose turn it is.
        if (cancelled.some(({ row }) => !left.has(row.id))) throw new TurnMoved();
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
}

const refsOf = (chains: ChainRow[]) => chains.map(({ client_id, delivery_id }) => ({ client_id, id: delivery_id }));
