import { defineEvent } from '../../platform/realtime/event.js';
import { MemberDto } from './membership/member.dto.js';
import { RoomSettingsDto } from './membership/own-side.dto.js';
import { RoomAddedDto, RoomDto, RoomRemovedDto } from './rooms.dto.js';

const ofRoom = { stream: 'room', audience: 'everybody', durable: true } as const;
const ofUser = { stream: 'user', audience: 'everybody', durable: true } as const;

const ROOM_BODY = 'The room as it is when the event is read, without `me` and `members`.';
const MEMBER_BODY = 'The role and status are those of that moment, even when the event is read later.';

export const roomCreated = defineEvent({
  ...ofRoom,
  type: 'room.created',
  body: RoomDto,
  hydrated: true,
  description: `A room was made. ${ROOM_BODY}`,
});

export const roomUpdated = defineEvent({
  ...ofRoom,
  type: 'room.updated',
  body: RoomDto,
  hydrated: true,
  description: `A room was changed. ${ROOM_BODY}`,
});

const STATE_BODY =
  'The room as it is when the event is read, but its state as it was then; without `me` and `members`.';

export const roomDeactivating = defineEvent({
  ...ofRoom,
  type: 'room.deactivating',
  body: RoomDto,
  hydrated: true,
  description: `Nobody wrote for so long that the room is to be deactivated soon: a message keeps it active. ${STATE_BODY}`,
});

export const roomDeactivated = defineEvent({
  ...ofRoom,
  type: 'room.deactivated',
  body: RoomDto,
  hydrated: true,
  description: `A room was deactivated: \`deactivated_reason\` says whether by hand or because nobody wrote. ${STATE_BODY}`,
});

export const roomReactivated = defineEvent({
  ...ofRoom,
  type: 'room.reactivated',
  body: RoomDto,
  hydrated: true,
  description: `A room is active again, by hand or by a message. ${STATE_BODY}`,
});

export const roomArchived = defineEvent({
  ...ofRoom,
  type: 'room.archived',
  body: RoomDto,
  hydrated: true,
  description: `A room was archived: it takes no messages and stays readable. ${STATE_BODY}`,
});

export const roomDeleted = defineEvent({
  ...ofRoom,
  type: 'room.deleted',
  body: RoomDto,
  hydrated: true,
  description: `A room was deleted, and can be restored for a while. It is the last event that its sockets hear. ${STATE_BODY}`,
});

export const memberJoined = defineEvent({
  ...ofRoom,
  type: 'member.joined',
  body: MemberDto,
  hydrated: true,
  description: `Somebody became a member of the room. ${MEMBER_BODY}`,
});

export const memberUpdated = defineEvent({
  ...ofRoom,
  type: 'member.updated',
  body: MemberDto,
  hydrated: true,
  description: `A member's role was changed. ${MEMBER_BODY}`,
});

export const memberLeft = defineEvent({
  ...ofRoom,
  type: 'member.left',
  body: MemberDto,
  hydrated: true,
  description: `A member left the room, was removed or banned from it. ${MEMBER_BODY}`,
});

export const roomAdded = defineEvent({
  ...ofUser,
  type: 'room.added',
  body: RoomAddedDto,
  hydrated: true,
  description:
    "The user became a member of a room: the room, and where its stream stands. The user's sockets hear it from now on.",
});

export const roomRemoved = defineEvent({
  ...ofUser,
  type: 'room.removed',
  body: RoomRemovedDto,
  description: 'The user is no longer a member of a room.',
  example: { room_id: '0199f0a2-5a6b-7c3d-8e9f-0a1b2c3d4e5f', reason: 'left' },
});

export const roomSettingsUpdated = defineEvent({
  ...ofUser,
  type: 'room.settings_updated',
  body: RoomSettingsDto,
  description: "The user's own settings of a room, all of them as they are after a change.",
  example: {
    room_id: '0199f0a2-5a6b-7c3d-8e9f-0a1b2c3d4e5f',
    muted: true,
    muted_until: null,
    mentions_only: false,
    hidden: false,
    pinned: true,
  },
});
