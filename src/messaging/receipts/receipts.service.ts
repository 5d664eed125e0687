import { Injectable } from '@nestjs/common';
import type { UserRef } from '../../tenancy/access/user-ref.js';
import { refuseBanned, type Caller } from '../../tenancy/access/caller.js';
import { isUuid } from '../../platform/common/ids.js';
import { decodeIdCursor, toPage, type Page, type PageQueryDto } from '../../platform/common/pagination.js';
import { invalidField, notFound } from '../../platform/common/problem.js';
import { floorOf, RoomAccess } from '../rooms/room-access.js';
import type { RoomMeDto } from '../rooms/membership/own-side.dto.js';
import { Markers } from './markers.js';
import type { MarkDto, MemberReceiptDto, RoomUnreadDto, UnreadDto } from './receipts.dto.js';
import { ReceiptsNews } from './receipts.news.js';
import type { MarkerMove } from '../rooms/membership/markers.repository.js';
import { ReceiptsRepository } from './receipts.repository.js';

/** What members have read and received, and what of it is still unread. */
@Injectable()
export class ReceiptsService {
  constructor(
    private readonly repository: ReceiptsRepository,
    private readonly markers: Markers,
    private readonly news: ReceiptsNews,
    private readonly access: RoomAccess,
  ) {}

  /** @throws Problem `not_found`, `validation_failed` */
  async read(caller: Caller, roomId: string, dto: MarkDto): Promise<RoomMeDto> {
    const seq = await this.placeOf(caller, roomId, dto);
    return this.move(caller, roomId, dto.private ? { private_read: seq, looked: true } : { read: seq, looked: true });
  }

  /** Privately nothing moves: others see that marker, and there is no other. */
  async delivered(caller: Caller, roomId: string, dto: MarkDto): Promise<RoomMeDto> {
    const delivered = await this.placeOf(caller, roomId, dto);
    return this.move(caller, roomId, dto.private ? {} : { delivered });
  }

  /** From that place on, for the member itself: others see no change. */
  async unread(caller: Caller, roomId: string, dto: MarkDto): Promise<RoomMeDto> {
    return this.move(caller, roomId, { unread_from: await this.placeOf(caller, roomId, dto) });
  }

  async list(caller: Caller, roomId: string, query: PageQueryDto): Promise<Page<MemberReceiptDto>> {
    const { limit = 50 } = query;
    const cursor = decodeIdCursor(query.cursor);
    const room = await this.access.get(caller, roomId);
    const rows = await this.repository.list(caller.clientId, room.id, limit, cursor);
    return toPage(
      rows,
      limit,
      cursor,
      ({ user_pk }) => [user_pk],
      ({ user_pk: _, ...receipt }) => receipt,
    );
  }

  /** Over all rooms of the acting user. */
  async total(caller: Caller): Promise<UnreadDto> {
    return this.repository.unreadOf(caller.clientId, userOf(caller).user_pk);
  }

  async ofRoom(caller: Caller, roomId: string): Promise<RoomUnreadDto> {
    const { id, my_read_seq, my_mentions, last_seq } = await this.access.get(caller, roomId);
    // The client itself has no marker, and nothing unread.
    return { room_id: id, unread: Math.max(0, last_seq - (my_read_seq ?? last_seq)), mentions: my_mentions ?? 0 };
  }

  private async move(caller: Caller, roomId: string, move: Partial<MarkerMove>): Promise<RoomMeDto> {
    const { user_pk } = await this.userIn(caller, roomId);
    const none = { read: null, private_read: null, delivered: null, unread_from: null, looked: false };
    const { moved, me } = await this.markers.move({
      client_id: caller.clientId,
      room_id: roomId.toLowerCase(),
      user_pk,
      ...none,
      ...move,
    });
    this.news.moved(moved);
    return me;
  }

  /** @throws Problem `not_found` for a room out of sight, `user_banned`, `validation_failed` for who acts for nobody */
  private async userIn(caller: Caller, roomId: string): Promise<UserRef> {
    refuseBanned(caller);
    if (!caller.user) await this.access.get(caller, roomId);
    return userOf(caller);
  }

  private async placeOf(caller: Caller, roomId: string, { seq, message_id }: MarkDto): Promise<number> {
    if (!isUuid(roomId)) throw notFound('room');
    await this.userIn(caller, roomId);
    if ((seq === undefined) === (message_id === undefined)) throw invalidField('seq', 'give seq or message_id');
    if (seq !== undefined) return seq;
    const room = await this.access.get(caller, roomId);
    const found = await this.repository.findSeq(caller.clientId, roomId, message_id!);
    if (found === null || found <= floorOf(caller, room)) throw notFound('message');
    return found;
  }
}

/** @throws Problem `validation_failed` for who acts for nobody */
function userOf({ user }: Caller) {
  if (!user) throw invalidField('X-User-Id', 'is required: what is read is read by a user');
  return user;
}
