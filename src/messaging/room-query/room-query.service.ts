import { Injectable } from '@nestjs/common';
import type { Caller } from '../../tenancy/access/caller.js';
import { encodeCursor, toPage, type Page } from '../../platform/common/pagination.js';
import { Database } from '../../platform/database/database.js';
import { MessagesService } from '../messages/messages.service.js';
import { toMember } from '../rooms/membership/member.row.js';
import { toSeenRoom } from '../rooms/room.row.js';
import type { MemberDto } from '../rooms/membership/member.dto.js';
import type { FoundRoomDto, QueryRoomsDto } from './room-query.dto.js';
import { RoomQueryRepository, type RoomPlace, type RoomsAsked } from './room-query.repository.js';
import { fingerprintOf, ordersOf, placeOf } from './sort.js';

/** Finds rooms: those of a user, or of the whole client. A page takes the same number of queries, whatever is on it. */
@Injectable()
export class RoomQueryService {
  constructor(
    private readonly repository: RoomQueryRepository,
    private readonly messages: MessagesService,
    private readonly database: Database,
  ) {}

  /** @throws Problem `validation_failed` for what the grammar does not have, `invalid_cursor` */
  async query(caller: Caller, dto: QueryRoomsDto): Promise<Page<FoundRoomDto>> {
    const { filter = {}, limit = 50, members_limit = 3 } = dto;
    const orders = ordersOf(dto.sort, caller.user !== null);
    const fingerprint = fingerprintOf([filter, orders.map(({ name, descending }) => [name, descending])]);
    const cursor = placeOf(dto.cursor, fingerprint, orders);
    const asked: RoomsAsked = { filter, orders, cursor, limit };
    const { found, edge } = caller.user
      ? await this.repository.placesOf(caller.clientId, caller.user.user_pk, asked)
      : await this.repository.placesOfAll(caller.clientId, asked);
    const keyOf = ({ key }: RoomPlace) => [fingerprint, ...key];
    const { data, page } = toPage(found, limit, cursor, keyOf, ({ id }) => id);
    if (edge && cursor?.direction === 'prev') page.prev_cursor = encodeCursor('p', keyOf(edge));
    else if (edge) Object.assign(page, { next_cursor: encodeCursor('n', keyOf(edge)), has_more: true });
    return { data: await this.show(caller, data, members_limit), page };
  }

  /** In their order; who was lost in between is left out. */
  private async show(caller: Caller, ids: string[], membersOfEach: number): Promise<FoundRoomDto[]> {
    if (ids.length === 0) return [];
    const viewerPk = caller.user?.user_pk ?? null;
    const [rooms, members] = await Promise.all([
      this.repository.find(caller.clientId, viewerPk, ids),
      this.repository.members(caller.clientId, ids, membersOfEach),
    ]);
    const lastIds = [...rooms.values()].flatMap(({ last_message_id: id }) => (id === null ? [] : [id]));
    const messages = await this.messages.findSeen(caller, lastIds);
    const membersOf = new Map<string, MemberDto[]>();
    for (const row of members) {
      const known = membersOf.get(row.room_id);
      if (known) known.push(toMember(row));
      else membersOf.set(row.room_id, [toMember(row)]);
    }
    return ids.flatMap((id): FoundRoomDto[] => {
      const row = rooms.get(id);
      if (!row) return [];
      const room = toSeenRoom(row, this.database.epochOf(row.epoch));
      const last_message = messages.get(row.last_message_id ?? '') ?? null;
      return [{ ...room, last_message, members: membersOf.get(id) ?? [] }];
    });
  }
}
