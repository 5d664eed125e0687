import { Injectable } from '@nestjs/common';
import type { UserId } from '../../platform/common/ids.js';
import { toDto } from '../../platform/common/validation.js';
import { activate, deactivate } from '../../messaging/lifecycle/room-actions.js';
import { RoomStatesService } from '../../messaging/lifecycle/room-states.service.js';
import { AddMembersDto } from '../../messaging/members/members.dto.js';
import { MessagesService } from '../../messaging/messages/messages.service.js';
import { CreateRoomDto, UpdateRoomDto } from '../../messaging/rooms/rooms.dto.js';
import { RoomsService } from '../../messaging/rooms/rooms.service.js';
import { managesClient } from '../../tenancy/access/caller.js';
import type { Admitted } from '../../tenancy/access/request.js';
import { ManyUsersService } from '../../tenancy/users/many-users.service.js';
import {
  changedRoomOf,
  memberInputOf,
  namesIn,
  newRoomOf,
  oldMember,
  oldRoom,
  placesIn,
  type TimesOfPlaces,
} from './rooms.words.js';
import { besides, callerOf, paramOf, queryOf, type Way, type Ways } from './way.js';
import { flagOf, isPlain, type Plain } from './words.js';

/** As many users as one call names. */
const NAMED_AT_ONCE = 100;
/** Rooms of a list whose members are read at once. */
const READ_AT_ONCE = 5;

const ROOM_ACTIONS = ['deactivate', 'activate', 'archive', 'unarchive', 'freeze', 'unfreeze', 'restore'];

/** Rooms and their members. */
@Injectable()
export class RoomsWays {
  readonly ways: Ways;

  constructor(
    private readonly rooms: RoomsService,
    private readonly states: RoomStatesService,
    private readonly messages: MessagesService,
    private readonly users: ManyUsersService,
  ) {
    const room: Way = { answer: (body, request) => this.room(body, request) };
    const member: Way = { answer: (body, request) => this.member(body, request) };
    const change: Way = { ...room, ask: (request) => this.askForChange(request) };
    this.ways = {
      'POST /rooms': { ...room, ask: (request) => this.askForRoom(request) },
      'GET /rooms': { ask: askForMembers, answer: (body, request, memo) => this.list(body, request, memo) },
      'GET /rooms/all': { ask: askForMembers, answer: (body, request, memo) => this.list(body, request, memo) },
      'GET /rooms/:room_id': { ...room, ask: askForRoomWithMembers },
      'PUT /rooms/:room_id': change,
      // Not the first version's: there, null clears a field.
      'PATCH /rooms/:room_id': room,
      ...Object.fromEntries(ROOM_ACTIONS.map((action) => [`POST /rooms/:room_id/${action}`, room])),
      'GET /rooms/:room_id/members': { answer: (body, request) => this.members(body, request) },
      'POST /rooms/:room_id/members': {
        ask: (request) => this.askForMember(request),
        answer: (body, request) => this.added(body, request),
      },
      'GET /rooms/:room_id/members/:user_id': member,
      'GET /rooms/:room_id/members/:user_id/role': member,
      'PATCH /rooms/:room_id/members/:user_id': member,
      'PUT /rooms/:room_id/members/:user_id/role': member,
      'POST /rooms/:room_id/join': member,
      'POST /rooms/:room_id/transfer': member,
    };
  }

  private async askForRoom(request: Admitted): Promise<void> {
    const { body } = request;
    if (!isPlain(body)) return;
    request.body = newRoomOf(body);
    await this.giveNames(request, body, CreateRoomDto);
  }

  private async askForMember(request: Admitted): Promise<void> {
    const { body } = request;
    if (!isPlain(body)) return;
    const { members } = body;
    request.body = {
      ...(memberInputOf(body) as Plain),
      ...(Array.isArray(members) && { members: members.map(memberInputOf) }),
    };
    await this.giveNames(request, body, AddMembersDto);
  }

  /** `is_active` is an action here. What else is wrong with the request keeps it from being done. */
  private async askForChange(request: Admitted): Promise<void> {
    const { body } = request;
    if (!isPlain(body)) return;
    const { room, isActive } = changedRoomOf(body);
    request.body = room;
    if (isActive === undefined) return;
    toDto(UpdateRoomDto, room);
    await this.states.act(besides(request), paramOf(request, 'room_id'), isActive ? activate : deactivate);
  }

  /**
   * There, members brought their names along; here they are the users' own, which only the client may set for others.
   * @param dto what the request is to be valid by, before anything comes of it
   */
  private async giveNames(request: Admitted, body: Plain, dto: new () => object): Promise<void> {
    const named = managesClient(callerOf(request)) ? namesIn(body) : [];
    if (named.length > 0) toDto(dto, request.body);
    for (let at = 0; at < named.length; at += NAMED_AT_ONCE) {
      const users = named.slice(at, at + NAMED_AT_ONCE);
      await this.users.put(besides(request), {
        users: users.map(({ user_id, display_name }) => ({ user_id: user_id as UserId, display_name })),
      });
    }
  }

  private async room(room: Plain, request: Admitted): Promise<Plain> {
    return oldRoom(room, await this.timesIn(request, room.id, room.members));
  }

  private async list(body: Plain, request: Admitted, withMembers: unknown): Promise<Plain> {
    const rooms = body.data as Plain[];
    const said: Plain[] = [];
    for (let at = 0; at < rooms.length; at += READ_AT_ONCE) {
      const some = rooms.slice(at, at + READ_AT_ONCE);
      said.push(...(await Promise.all(some.map((room) => this.roomOfList(room, request, withMembers === true)))));
    }
    return { ...body, data: said };
  }

  private async roomOfList(room: Plain, request: Admitted, withMembers: boolean): Promise<Plain> {
    if (!withMembers) return oldRoom(room, new Map());
    const whole = await this.rooms.get(callerOf(request), room.id as string, { include_members: true });
    return this.room({ ...room, members: whole.members }, request);
  }

  private async members(body: Plain, request: Admitted): Promise<Plain> {
    const times = await this.timesIn(request, paramOf(request, 'room_id'), body.data);
    return { ...body, data: (body.data as Plain[]).map((member) => oldMember(member, times)) };
  }

  private async member(member: Plain, request: Admitted): Promise<Plain> {
    return oldMember(member, await this.timesIn(request, member.room_id, [member]));
  }

  /** Who was added alone is the answer itself. */
  private async added(body: Plain, request: Admitted): Promise<Plain> {
    const said = await this.members(body, request);
    const [first] = said.data as Plain[];
    const alone = isPlain(request.body) && request.body.user_id !== undefined;
    return alone ? { ...first, ...said } : said;
  }

  private timesIn(request: Admitted, roomId: unknown, members: unknown): Promise<TimesOfPlaces> {
    return this.messages.timesOf(callerOf(request).clientId, roomId as string, placesIn(members));
  }
}

/** Python writes True and False. */
function askForRoomWithMembers(request: Admitted): void {
  const { include_members, ...query } = queryOf(request);
  request.query =
    include_members === undefined
      ? query
      : { ...query, include_members: String(flagOf('include_members', include_members)) };
}

/** @returns are members wanted? */
function askForMembers(request: Admitted): boolean {
  const { include_members, ...query } = queryOf(request);
  request.query = query;
  return include_members !== undefined && flagOf('include_members', include_members);
}
