import { Int, Nested, NestedList, Text, Time, Uuid } from '../../platform/common/fields.js';
import type { Envelope } from '../../platform/realtime/envelope.js';
import type { UserId } from '../../platform/common/ids.js';

/** More positions than one answer holds are welcome: `more` says to ask again for those left out. */
const MAX_POSITIONS = 2_000;

/** How far a caller has applied a stream. */
export class PositionDto {
  @Text({ max: 64, description: 'As the stream gave it; opaque.' })
  epoch: string;

  @Int({ description: 'The last rev applied.' })
  rev: number;

  @Time({
    optional: true,
    description: 'When the last applied event occurred. Only makes reading faster: a wrong time never loses an event.',
  })
  at?: string;
}

export class RoomPositionDto extends PositionDto {
  @Uuid()
  room_id: string;
}

export class ResumeDto {
  @Nested(() => PositionDto, { optional: true })
  user?: PositionDto;

  @NestedList(() => RoomPositionDto, { optional: true, max: MAX_POSITIONS })
  rooms?: RoomPositionDto[];
}

/** Everything since the position, or the fact that it can't be told: then REST. */
export type Recovery =
  | { recovered: true; epoch: string; events: Envelope[]; rev: number }
  | { recovered: false; epoch: string; rev: number; last_seq?: number };

/** A member's up-to markers. */
export interface Receipt {
  user_id: UserId;
  last_read_seq: number;
  last_delivered_seq: number;
}

/** The caller's own side of a room, as in Room. */
export interface OwnSide {
  role: string;
  last_read_seq: number;
  unread: number;
  mentions: number;
  muted: boolean;
  hidden: boolean;
}

export type RoomRecovery = Recovery & {
  room_id: string;
  /** Of the active members; none in rooms of more than 100 members, whose markers GET …/members tells. */
  receipts: Receipt[];
  /** null for a master key that acts for nobody. */
  me: OwnSide | null;
};

/** Rooms in the order asked. Those that aren't (or are no longer) the caller's are left out. */
export interface ResumeAnswer {
  user?: Recovery;
  rooms: RoomRecovery[];
  /** Not all fitted: ask again for those missing. */
  more: boolean;
}

/** Where a stream stands. */
export class HeadDto {
  @Text({ max: 64, description: 'Opaque; another one means that history was rewound.' })
  epoch: string;

  @Int({ description: "The stream's last rev." })
  rev: number;
}

export class RoomHeadDto extends HeadDto {
  @Uuid()
  room_id: string;

  @Int({ description: 'The place of its last message.' })
  last_seq: number;
}

/** Body of `sync.heads`. */
export class SyncHeadsDto {
  @NestedList(() => RoomHeadDto, { max: 'resume_rooms' })
  rooms: RoomHeadDto[];

  @Nested(() => HeadDto, { optional: true, description: "On the user's stream: where that stands." })
  user?: HeadDto;
}

export interface StreamPosition {
  epoch: string;
  rev: number;
}

/** Where everything stands for a user who connects. */
export interface SessionPositions {
  server_time: string;
  user: StreamPosition | null;
  /** All active memberships, the most recent rooms first. */
  rooms: (StreamPosition & { room_id: string })[];
}
