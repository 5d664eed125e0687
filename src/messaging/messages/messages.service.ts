import { Injectable } from '@nestjs/common';
import { may, type Caller } from '../../tenancy/access/caller.js';
import { isUuid } from '../../platform/common/ids.js';
import type { Tx } from '../../platform/database/database.js';
import { notFound, Problem } from '../../platform/common/problem.js';
import { floorOf, RoomAccess } from '../rooms/room-access.js';
import { pageOf, stretchOf } from './message-page.js';
import { MessageParts } from './message-parts.js';
import { stubOf, toMessage } from './message.row.js';
import { MessagesRepository, type SeenRow } from './messages.repository.js';
import type { MessageDto, MessagePageDto, MessagesQueryDto, SeenMessage } from './messages.dto.js';

/** Reads messages, the same for REST and sockets; {@link SendingService} sends them. */
@Injectable()
export class MessagesService {
  constructor(
    private readonly messages: MessagesRepository,
    private readonly access: RoomAccess,
    private readonly parts: MessageParts,
  ) {}

  /** Ascending; at most one of the places of the query. */
  async list(caller: Caller, roomId: string, query: MessagesQueryDto): Promise<MessagePageDto> {
    if (!may(caller, 'read_messages')) throw new Problem('forbidden', 'Reading needs the permission read_messages.');
    const room = await this.access.get(caller, roomId);
    const stretch = stretchOf(query, floorOf(caller, room));
    // One more on each side than is shown tells whether there are more.
    const rows = await this.messages.list(caller.clientId, room.id, viewerOf(caller), stretch.read);
    const { at, floor } = stretch;
    const { data, page } = pageOf(rows, stretch, {
      before: Math.min(at - 1, room.last_seq) > floor,
      after: room.last_seq >= Math.max(at, floor + 1),
    });
    return { data: await this.present(caller, data), page };
  }

  /** @param roomId where it must be; null: wherever it is */
  async get(caller: Caller, roomId: string | null, id: string): Promise<SeenMessage> {
    return (await this.present(caller, [await this.find(caller, roomId, id)]))[0]!;
  }

  /** The row of a message that the caller sees, be it as a stub. @throws Problem `not_found` */
  async find(caller: Caller, roomId: string | null, id: string): Promise<SeenRow> {
    const messageId = id.toLowerCase();
    const found = isUuid(id)
      ? (await this.messages.findSeen(caller.clientId, viewerOf(caller), [messageId])).get(messageId)
      : undefined;
    if (roomId !== null) await this.access.get(caller, roomId);
    if (!found || (roomId !== null && roomId.toLowerCase() !== found.room_id)) throw notFound('message');
    const room = await this.access.get(caller, found.room_id).catch((error: unknown) => {
      throw error instanceof Problem && error.code === 'not_found' ? notFound('message') : error;
    });
    if (found.seq <= floorOf(caller, room)) throw notFound('message');
    return found;
  }

  /** Messages whose rooms the caller sees, as they are shown to it. By id; those that are not there are missing. */
  async findSeen(caller: Caller, ids: string[]): Promise<Map<string, SeenMessage>> {
    if (ids.length === 0) return new Map();
    const rows = await this.messages.findSeen(caller.clientId, viewerOf(caller), ids);
    const shown = await this.present(caller, [...rows.values()]);
    return new Map(shown.map((message) => [message.id, message]));
  }

  /** When the messages at these places of a room were sent. By seq; places without one are missing. */
  async timesOf(clientId: string, roomId: string, seqs: number[]): Promise<Map<number, Date>> {
    if (seqs.length === 0) return new Map();
    const rows = await this.messages.findTimes(clientId, roomId, seqs);
    return new Map(rows.map(({ seq, created_at }) => [seq, created_at]));
  }

  /** One of a room under its lock, as the answer to its change. @param tx that holds the lock */
  async showChanged(tx: Tx, caller: Caller, id: string): Promise<SeenMessage> {
    const rows = await this.messages.findSeen(caller.clientId, viewerOf(caller), [id], tx);
    return (await this.present(caller, [...rows.values()], tx))[0]!;
  }

  /** As the caller sees them, in their order: whole, or as stubs. @param on the transaction, within one */
  async present(caller: Caller, rows: SeenRow[], on?: Pick<Tx, 'query'>): Promise<SeenMessage[]> {
    const seen = rows.filter(({ hidden }) => !hidden).map(toOwnView);
    const whole = await this.parts.complete(caller.clientId, seen, { on, viewerPk: viewerOf(caller) });
    let at = 0;
    return rows.map((row) => (row.hidden ? stubOf(row) : whole[at++]!));
  }
}

/** Who is shadow-banned misses nothing of its own. */
function toOwnView(row: SeenRow): MessageDto {
  const message = toMessage(row);
  return row.own_replies === 0 ? message : { ...message, reply_count: message.reply_count + row.own_replies };
}

const viewerOf = ({ user }: Caller) => user?.user_pk ?? null;
