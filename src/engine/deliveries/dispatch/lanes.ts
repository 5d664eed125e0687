import { Injectable } from '@nestjs/common';
import type { Tx } from '../../../platform/database/database.js';
import { DueSignal } from '../due-signal.js';
import { LanesRepository } from './lanes.repository.js';
import { Transitions } from '../transitions.js';

const AT_ONCE = 1_000;

/** Is it still to be done? Asked in each transaction of it; what this locks stays as it is until that ends. */
export type StillSo = (tx: Tx) => Promise<boolean>;

/** What is open in a lane, as a whole. What is in hand at the moment is not touched: it settles as it would have. */
@Injectable()
export class Lanes {
  constructor(
    private readonly repository: LanesRepository,
    private readonly transitions: Transitions,
    private readonly due: DueSignal,
  ) {}

  /** Nothing more of it is tried until it is resumed. @param reason by which {@link resume} knows them again */
  async hold(clientId: string, lane: string, reason: string, still?: StillSo): Promise<void> {
    await this.each('hold', clientId, lane, [reason], still);
  }

  /** What was held for this reason goes on now. */
  async resume(clientId: string, lane: string, reason: string, still?: StillSo): Promise<void> {
    await this.each('resume', clientId, lane, [reason], still);
    this.due.raise();
  }

  /** @param kind of the sources whose deliveries are meant */
  async cancel(clientId: string, lane: string, reason: string, kind: string): Promise<void> {
    await this.each('cancel', clientId, lane, [reason, kind]);
  }

  /** What waits to be tried again, or is held, is tried now. What has not begun for its time has not come stays. */
  async rouse(clientId: string, lane: string): Promise<void> {
    await this.each('rouse', clientId, lane, []);
    this.due.raise();
  }

  private async each(
    what: 'hold' | 'resume' | 'cancel' | 'rouse',
    clientId: string,
    lane: string,
    more: string[],
    still?: StillSo,
  ): Promise<void> {
    for (;;) {
      const moved = await this.transitions.commit(async (tx) => {
        if (still && !(await still(tx))) return [];
        const rows = await this.repository.move(tx, what, clientId, lane, AT_ONCE, more);
        return rows.map(({ from, ...row }) => ({ from, row, content: null }));
      });
      if (moved.length < AT_ONCE) return;
    }
  }
}
