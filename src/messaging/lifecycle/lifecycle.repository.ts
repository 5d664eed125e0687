import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import { LifecycleRescanEntity } from './lifecycle-rescan.entity.js';

export type Rescan = Pick<LifecycleRescanEntity, 'client_id' | 'after' | 'missed'>;

/** Which clients' rooms are to be looked at because their settings changed. */
@Injectable()
export class LifecycleRepository {
  /** Begins with the client's first room, unless nothing of what its rooms keep to has changed. */
  async begin(tx: Tx, clientId: string): Promise<void> {
    await tx.execute(
      `insert into lifecycle_rescans as s (client_id, policy)
       select id, jsonb_build_array(settings -> 'lifecycle', settings -> 'delete_grace_days') from clients where id = $1
       on conflict (client_id) do update
          set policy = excluded.policy, open = true, after = null, missed = false
        where s.policy is distinct from excluded.policy`,
      [clientId],
    );
  }

  /** Locks one that somebody else does not work on. */
  async lockOpen(tx: Tx): Promise<Rescan | null> {
    const [row] = await tx.query<Rescan>(
      `select client_id, after, missed from lifecycle_rescans where open order by client_id limit 1
          for update skip locked`,
    );
    return row ?? null;
  }

  async move(tx: Tx, { client_id, after, missed }: Rescan, open: boolean): Promise<void> {
    await tx.manager.update(LifecycleRescanEntity, { client_id }, { after, missed, open });
  }
}
