import { Injectable } from '@nestjs/common';
import type { Caller, ClientSettings } from '../../tenancy/access/caller.js';
import type { Request } from '../../tenancy/access/request.js';
import { Idempotency } from '../../tenancy/idempotency/idempotency.js';
import { isUuid } from '../../platform/common/ids.js';
import { notFound } from '../../platform/common/problem.js';
import type { Tx } from '../../platform/database/database.js';
import { Database } from '../../platform/database/database.js';
import { RoomStatesRepository, type RoomLife } from '../rooms/room-states.repository.js';
import { rowOf } from '../rooms/room-access.js';
import type { LifecycleDto, PutLifecycleDto } from './lifecycle.dto.js';
import { deactivationOf, policyOf } from './policy.js';

/** What one room keeps to. */
@Injectable()
export class LifecycleService {
  constructor(
    private readonly states: RoomStatesRepository,
    private readonly idempotency: Idempotency,
    private readonly database: Database,
  ) {}

  async get({ clientId }: Caller, roomId: string): Promise<LifecycleDto> {
    return toLifecycle(await this.read(this.database, clientId, roomId));
  }

  /** Replaces what was set before. */
  put(request: Request, roomId: string, dto: PutLifecycleDto): Promise<LifecycleDto> {
    const { clientId } = request.caller;
    const inactive_after_days = dto.inactive_after_days === undefined ? null : (dto.inactive_after_days ?? 0);
    const warn_before_hours = dto.warn_before_hours ?? null;
    const change = async (tx: Tx): Promise<LifecycleDto> => {
      const state = isUuid(roomId) ? await this.states.lock(tx, clientId, roomId, null) : null;
      if (!state || state.status === 'deleted') throw notFound('room');
      if (state.inactive_after_days !== inactive_after_days || state.warn_before_hours !== warn_before_hours) {
        await this.states.change(tx, clientId, state.id, {
          inactive_after_days,
          warn_before_hours,
          lifecycle_check_at: 'now',
        });
      }
      return toLifecycle(await this.read(tx, clientId, state.id));
    };
    return this.idempotency.effect(request, change, { row: rowOf(roomId) });
  }

  private async read(on: Pick<Tx, 'query'>, clientId: string, roomId: string): Promise<RoomLife> {
    const life = isUuid(roomId) ? await this.states.find(on, clientId, roomId) : null;
    if (!life || life.status === 'deleted') throw notFound('room');
    return life;
  }
}

/** The settings of the room's client that its lifecycle goes by. */
export function settingsOf({ lifecycle, delete_grace_days }: RoomLife): ClientSettings {
  return { ...(lifecycle !== null && { lifecycle }), ...(delete_grace_days !== null && { delete_grace_days }) };
}

function toLifecycle(life: RoomLife): LifecycleDto {
  const policy = policyOf(settingsOf(life), life.room_type, life);
  const end = life.status === 'active' ? deactivationOf(policy, life) : null;
  return {
    ...policy,
    inherited: (['inactive_after_days', 'warn_before_hours'] as const).filter((name) => life[name] === null),
    announced: end?.announced ?? false,
    deactivates_at: end?.at.toISOString() ?? null,
  };
}
