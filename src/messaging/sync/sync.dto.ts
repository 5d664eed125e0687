import { Bool, Int, Nested, NestedList, Text, Time, Uuid } from '../../platform/common/fields.js';
import type { Envelope } from '../../platform/realtime/envelope.js';
import { EnvelopeDto } from '../../platform/realtime/envelope.dto.js';
import { MessagePageDto } from '../messages/messages.dto.js';
import { ReceiptDto, RECEIPTS_MEMBERS } from '../receipts/receipts.dto.js';
import { RoomMeDto } from '../rooms/membership/own-side.dto.js';

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
export class StreamRecoveryDto {
  @Bool({ description: 'false: read it over REST, and go on from here.' })
  recovered: boolean;

  @Text({ max: 64 })
  epoch: string;

  @Int({ description: 'Where the stream stands.' })
  rev: number;

  @NestedList(() => EnvelopeDto, {
    optional: true,
    max: 'resume_events_per_stream',
    description: 'When recovered: all since the position, ascending.',
  })
  events?: Envelope[];

  @Int({ optional: true, description: 'Of a room that was not recovered.' })
  last_seq?: number;
}

export class RoomRecoveryDto extends StreamRecoveryDto {
  @Uuid()
  room_id: string;

  @NestedList(() => ReceiptDto, {
    max: RECEIPTS_MEMBERS,
    description: 'Of the active members; none in larger rooms, whose markers `GET /rooms/{id}/members` tells.',
  })
  receipts: ReceiptDto[];

  @Nested(() => RoomMeDto, { nullable: true, description: 'null: a master key that acts for nobody.' })
  me: RoomMeDto | null;
}

/** Rooms in the order asked. Those that aren't (or are no longer) the caller's are left out. */
export class ResumeAnswerDto {
  @Nested(() => StreamRecoveryDto, { optional: true })
  user?: StreamRecoveryDto;

  @NestedList(() => RoomRecoveryDto, { max: 'resume_rooms' })
  rooms: RoomRecoveryDto[];

  @Bool({ description: 'Not all fitted: ask again for those missing.' })
  more: boolean;
}

/** `POST /sync`. */
export class PollDto extends ResumeDto {
  @Int({
    optional: true,
    max: 30,
    default: 0,
    description: 'How many seconds to wait for something to tell.',
    example: 0,
  })
  timeout_s?: number;
}

export class PolledDto extends ResumeAnswerDto {
  @Int({ description: 'When to ask again, in milliseconds.' })
  next_poll_ms: number;
}

/** Where the room stood when this connection listened to it already. */
export class SubscribedDto {
  @Uuid()
  room_id: string;

  @Text({ max: 64 })
  epoch: string;

  @Int({})
  rev: number;

  @Int({})
  last_seq: number;

  @Nested(() => MessagePageDto, { optional: true, description: 'When `history` was asked for.' })
  history?: MessagePageDto;
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
