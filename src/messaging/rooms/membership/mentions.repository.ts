import { Injectable } from '@nestjs/common';
import type { UserPk } from '../../../platform/common/ids.js';
import type { Tx } from '../../../platform/database/database.js';
import { EVERYBODY } from './mentions.js';

/** Who is mentioned where: what {@link mentionsOf} counts. The gathered send writes those of new messages itself. */
@Injectable()
export class MentionsRepository {
  /**
   * Who is mentioned at a place from now on, in place of those who were. Of people the active members; null: everybody.
   */
  async replace(
    tx: Tx,
    clientId: string,
    { room_id, seq }: { room_id: string; seq: number },
    before: (UserPk | null)[],
    after: (UserPk | null)[],
  ): Promise<void> {
    const wanted = after.map((pk) => pk ?? EVERYBODY);
    const gone = before.map((pk) => pk ?? EVERYBODY).filter((pk) => !wanted.includes(pk));
    if (gone.length > 0) {
      await tx.execute(
        `delete from room_mentions where client_id = $1 and room_id = $2 and user_pk = any ($4::uuid[]) and seq = $3`,
        [clientId, room_id, seq, gone],
      );
    }
    if (wanted.length === 0) return;
    await tx.execute(
      `insert into room_mentions (client_id, room_id, user_pk, seq)
       select $1, $2, w.user_pk, $3
         from unnest($4::uuid[]) as w (user_pk)
        where w.user_pk = '${EVERYBODY}' or exists (
          select from room_members m
           where m.client_id = $1 and m.room_id = $2 and m.user_pk = w.user_pk and m.status = 'active')
       on conflict do nothing`,
      [clientId, room_id, seq, wanted],
    );
  }

  /** Nobody is mentioned any more. @param places as mentioned there; null: everybody */
  async remove(
    tx: Tx,
    clientId: string,
    roomId: string,
    places: { seq: number; user_pk: UserPk | null }[],
  ): Promise<void> {
    if (places.length === 0) return;
    await tx.execute(
      `delete from room_mentions x using unnest($3::bigint[], $4::uuid[]) as w (seq, user_pk)
        where x.client_id = $1 and x.room_id = $2 and x.user_pk = w.user_pk and x.seq = w.seq`,
      [clientId, roomId, places.map(({ seq }) => seq), places.map(({ user_pk }) => user_pk ?? EVERYBODY)],
    );
  }
}
