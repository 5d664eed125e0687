import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import { prepared } from '../../platform/database/prepared.js';

/** A message that is to be looked at by its client's moderators. */
export interface FlaggedMessage {
  client_id: string;
  room_id: string;
  id: string;
  flags: string[];
}

/** Prepared: with nothing flagged, planning it would be all that it costs, every few seconds. */
const TAKE = prepared(
  'messages.take_flags',
  `with taken as materialized (
     select client_id, room_id, seq, flags from messages
      where flags is not null order by client_id, room_id, seq limit $1 for no key update skip locked)
   update messages m set flags = null from taken t
    where m.client_id = t.client_id and m.room_id = t.room_id and m.seq = t.seq
   returning m.client_id, m.room_id, m.id, t.flags`,
);

/** What messages were flagged with when they were sent or edited, until somebody takes it over. */
@Injectable()
export class FlagsRepository {
  /** Takes flags off at most `limit` messages, of any clients. What another transaction holds is left for the next time. */
  async take(tx: Tx, limit: number): Promise<FlaggedMessage[]> {
    return tx.query<FlaggedMessage>(TAKE, [limit]);
  }
}
