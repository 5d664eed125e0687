import type { EphemeralFacts } from '../../platform/realtime/event.js';
import type { SyncHeadsDto } from './sync.dto.js';
import type { RoomHeadNow, UserHeadNow } from './sync.repository.js';

/** What `sync.heads` says of one stream. */
export type HeadFacts = EphemeralFacts<SyncHeadsDto, 'room' | 'user'>;

export const factsOfRoom = ({ client_id, room_id, epoch, rev, last_seq, now }: RoomHeadNow): HeadFacts =>
  factsOf(client_id, now, { type: 'room', id: room_id }, { rooms: [{ room_id, epoch, rev, last_seq }] });

export const factsOfUser = ({ client_id, user_pk, user_id, epoch, rev, now }: UserHeadNow): HeadFacts =>
  factsOf(client_id, now, { type: 'user', id: user_pk, user_id }, { rooms: [], user: { epoch, rev } });

const factsOf = (client_id: string, now: Date, stream: HeadFacts['stream'], data: SyncHeadsDto): HeadFacts => ({
  client_id,
  stream,
  occurred_at: now.toISOString(),
  actor: { id: null, type: 'system' },
  data,
});
