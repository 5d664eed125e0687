import type { MemberDto } from './members.dto.js';
import type { RoomDto } from './rooms.dto.js';

declare module '../../platform/realtime/catalogue.js' {
  interface EventCatalogue {
    /** As the room is when the event is read, without `me` and `members`. */
    'room.created': RoomDto;
    'room.updated': RoomDto;
    'member.joined': MemberDto;
    'member.updated': MemberDto;
    'member.left': MemberDto;
    /** On the user's stream: a room gained, and where its stream stands. */
    'room.added': { room: RoomDto; epoch: string; rev: number };
    'room.removed': { room_id: string; reason: 'left' | 'removed' };
  }
}
