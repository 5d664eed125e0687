import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { ClaimedDelivery, LateRefuser } from '../../engine/deliveries/delivery.js';
import { Screening } from '../../engine/deliveries/attempts/screening.js';
import { OptOutsService, refusalOf } from '../opt-outs/opt-outs.service.js';
import { LateOptOutsRepository } from './late-opt-outs.repository.js';

/** Who opts out while something waits for its time, for a provider or for a retry does not get it. */
@Injectable()
export class LateOptOuts implements LateRefuser, OnModuleInit {
  constructor(
    private readonly optOuts: OptOutsService,
    private readonly repository: LateOptOutsRepository,
    private readonly screening: Screening,
  ) {}

  onModuleInit(): void {
    this.screening.register(this);
  }

  async refusals(late: ClaimedDelivery[]): Promise<ReadonlyMap<string, string>> {
    const ofUsers = late.flatMap((row) => (row.user_pk === null ? [] : [{ ...row, user_pk: row.user_pk }]));
    const wishes = await this.optOuts.of(ofUsers);
    const concerned = ofUsers.filter(({ user_pk }) => wishes.has(user_pk));
    if (concerned.length === 0) return new Map();
    const categories = await this.repository.categories(concerned);
    return new Map(
      concerned.flatMap(({ id, user_pk, source_id, channel }): [string, string][] => {
        const reason = refusalOf(wishes.get(user_pk), categories.get(source_id) ?? null, channel);
        return reason === null ? [] : [[id, reason]];
      }),
    );
  }
}
