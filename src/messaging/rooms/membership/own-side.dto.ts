import { Bool, Int, OneOf, Time, Uuid } from '../../../platform/common/fields.js';
import { ROLES, type Role } from './member.dto.js';

/** The acting user's own side of a room. */
export class RoomMeDto {
  @OneOf(ROLES)
  role: Role;

  @Int({ description: "The user's own marker." })
  last_read_seq: number;

  @Int({ description: 'Places beyond the marker.' })
  unread: number;

  @Int({})
  mentions: number;

  @Bool({ description: 'Does not count into the total of what is unread.' })
  muted: boolean;

  @Time({ nullable: true, description: 'null: until it is unmuted.' })
  muted_until: string | null;

  @Bool({ description: 'Counts into the total with its mentions only.' })
  mentions_only: boolean;

  @Bool({ description: 'Does not count into the total of what is unread.' })
  hidden: boolean;

  @Bool()
  pinned: boolean;
}

/** What is left out stays as it is. */
export class UpdateOwnSideDto {
  @Bool({ optional: true, description: 'false ends `muted_until` as well.', example: true })
  muted?: boolean;

  @Time({
    optional: true,
    nullable: true,
    description: 'Mutes until then; null: what is muted stays so until it is unmuted.',
  })
  muted_until?: string | null;

  @Bool({ optional: true, description: 'Only mentions count into the total of what is unread.' })
  mentions_only?: boolean;

  @Bool({ optional: true, description: 'Does not count into the total of what is unread.' })
  hidden?: boolean;

  @Bool({ optional: true })
  pinned?: boolean;
}

/** Body of `room.settings_updated`: all of the user's own settings of a room. */
export class RoomSettingsDto {
  @Uuid()
  room_id: string;

  @Bool()
  muted: boolean;

  @Time({ nullable: true })
  muted_until: string | null;

  @Bool()
  mentions_only: boolean;

  @Bool()
  hidden: boolean;

  @Bool()
  pinned: boolean;
}
