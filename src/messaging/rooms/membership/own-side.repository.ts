import { Injectable } from '@nestjs/common';
import type { UserPk } from '../../../platform/common/ids.js';
import type { Tx } from '../../../platform/database/database.js';
import { mutedNow } from './own-side.js';
import type { UpdateOwnSideDto } from './own-side.dto.js';

/** A member's own settings of a room, as they hold just now. */
export interface SettingsRow {
  muted: boolean;
  muted_until: Date | null;
  mentions_only: boolean;
  hidden: boolean;
  pinned: boolean;
}

/** What only the member itself sees of its membership. Its callers hold the room's lock. */
@Injectable()
export class OwnSideRepository {
  /** @returns null when nothing changed. A mute whose time is over is none. */
  async update(
    tx: Tx,
    clientId: string,
    roomId: string,
    userPk: UserPk,
    { muted, muted_until, mentions_only, hidden, pinned }: UpdateOwnSideDto,
  ): Promise<SettingsRow | null> {
    const [row] = await tx.query<SettingsRow>(
      `with mine as (
         select m.*, ${mutedNow('m')} as muted_now from room_members m
          where m.client_id = $1 and m.room_id = $2 and m.user_pk = $3 and m.status = 'active'
       ), wanted as (
         select coalesce($4::boolean, $6::timestamptz is not null or muted_now) as muted,
                case when $5::boolean then $6::timestamptz when muted_now then muted_until end as muted_until,
                coalesce($7::boolean, mentions_only) as mentions_only,
                coalesce($8::boolean, hidden) as hidden,
                case coalesce($9::boolean, pinned_at is not null)
                  when true then coalesce(pinned_at, clock_timestamp()) end as pinned_at
           from mine
       )
       update room_members m
          set muted = w.muted, muted_until = case when w.muted then w.muted_until end, mentions_only = w.mentions_only,
              hidden = w.hidden, pinned_at = w.pinned_at, updated_at = clock_timestamp()
         from wanted w, mine b
        where m.client_id = $1 and m.room_id = $2 and m.user_pk = $3
          and (w.muted, case when w.muted then w.muted_until end, w.mentions_only, w.hidden, w.pinned_at)
              is distinct from
              (b.muted_now, case when b.muted_now then b.muted_until end, b.mentions_only, b.hidden, b.pinned_at)
       returning ${mutedNow('m')} as muted, case when ${mutedNow('m')} then m.muted_until end as muted_until,
                 m.mentions_only, m.hidden, m.pinned_at is not null as pinned`,
      [
        clientId,
        roomId,
        userPk,
        muted ?? null,
        muted_until !== undefined,
        muted_until ?? null,
        mentions_only ?? null,
        hidden ?? null,
        pinned ?? null,
      ],
    );
    return row ?? null;
  }
}
