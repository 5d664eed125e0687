import { limits } from '../../platform/config/limits.js';
import type { StreamRange } from '../../engine/events/events.repository.js';
import type { Envelope } from '../../platform/realtime/envelope.js';
import { RECEIPTS_MEMBERS, type ReceiptDto } from '../receipts/receipts.dto.js';
import { isMember, toRoomMe } from '../rooms/membership/own-side.js';
import type { PositionDto, StreamRecoveryDto, ResumeAnswerDto, RoomRecoveryDto, StreamPosition } from './sync.dto.js';
import type { RoomHead } from './sync.repository.js';

/** `at` is the time of an event, and the next one's may be a little earlier: it is taken before the commit. */
const CLOCK_SLACK_MS = 60_000;
/** The rest of an answer, beside its streams. */
const FRAME_BYTES = 100;

/** A stream that was asked for, and what is known of it before its events are read. */
export interface PlannedStream {
  head: StreamPosition;
  /** null: not recoverable. */
  range: StreamRange | null;
  room: RoomHead | null;
}

/**
 * @param streamId of the room, or the user
 * @param room null: the user's own stream
 */
export function plan(
  streamId: string,
  position: PositionDto,
  head: StreamPosition,
  room: RoomHead | null,
): PlannedStream {
  const from = room?.history === 'since_join' ? (room.joined_rev ?? 0) : 0;
  return { head, range: rangeOf(streamId, position, head, from), room };
}

/**
 * @param from the first rev that the caller may see
 * @returns what to read, or null when the caller's position can't be continued
 */
function rangeOf(streamId: string, position: PositionDto, head: StreamPosition, from: number): StreamRange | null {
  const missed = head.rev - position.rev;
  const continuous = position.epoch === head.epoch && missed >= 0 && position.rev + 1 >= from;
  if (!continuous || missed > limits.resume_events_per_stream) return null;
  const since = position.at === undefined ? undefined : new Date(Date.parse(position.at) - CLOCK_SLACK_MS);
  return { stream_id: streamId, after: position.rev, upto: head.rev, since };
}

/** How many events there are to read. */
export const missedBy = ({ range }: PlannedStream): number => (range ? range.upto - range.after : 0);

/** Of how many members markers are told. */
export const receiptsOf = ({ room }: PlannedStream): number =>
  room && room.member_count <= RECEIPTS_MEMBERS ? room.member_count : 0;

/** What was read of one stream, by everybody who reads it. */
export interface StreamRead {
  /** null: not recoverable. */
  events: Envelope[] | null;
  receipts: ReceiptDto[];
}

/** An answer that fills up, in the order planned, until its bytes are used up. */
export class CatchUp {
  readonly answer: ResumeAnswerDto;
  /** What is still to be read. */
  private left: PlannedStream[];
  private bytesLeft = limits.resume_bytes - FRAME_BYTES;

  /** @param more not all was planned that was asked for */
  constructor(planned: PlannedStream[], more: boolean) {
    this.left = within(limits.resume_events, planned);
    this.answer = { rooms: [], more: more || this.left.length < planned.length };
  }

  get next(): readonly PlannedStream[] {
    return this.left;
  }

  /** @param told what was read of the first that were {@link next} */
  tell(told: StreamRead[], bytesOf: (shared: object) => number): void {
    this.left.splice(0, told.length).forEach((planned, at) => this.add(planned, told[at]!, bytesOf));
    // What a byte budget cuts off would be read in vain.
    if (this.answer.more && this.bytesLeft < limits.resume_bytes / 8) this.left = [];
  }

  private add(planned: PlannedStream, told: StreamRead, bytesOf: (shared: object) => number): void {
    let part = toPart(planned, told);
    let bytes = bytesOfPart(part, bytesOf);
    // A stream too large for any answer would be left out for ever.
    if (bytes > limits.resume_bytes - FRAME_BYTES) {
      part = toPart(planned, { ...told, events: null });
      bytes = bytesOfPart(part, bytesOf);
    }
    if (bytes > this.bytesLeft) {
      this.answer.more = true;
      return;
    }
    this.bytesLeft -= bytes;
    if (planned.room) this.answer.rooms.push(part as RoomRecoveryDto);
    else this.answer.user = part;
  }
}

/** Those whose events fit into one answer. */
function within(events: number, all: PlannedStream[]): PlannedStream[] {
  let left = events;
  return all.filter((planned) => {
    const missed = missedBy(planned);
    if (missed > left) return false;
    left -= missed;
    return true;
  });
}

function toPart({ head, room }: PlannedStream, { events, receipts }: StreamRead): StreamRecoveryDto | RoomRecoveryDto {
  const { epoch, rev } = head;
  const recovery: StreamRecoveryDto = events
    ? { recovered: true, epoch, events, rev }
    : { recovered: false, epoch, rev, ...(room && { last_seq: room.last_seq }) };
  if (!room) return recovery;
  return { room_id: room.id, ...recovery, receipts, me: isMember(room) ? toRoomMe(room, room.last_seq) : null };
}

/** @param bytesOf of what readers share, which is counted once */
function bytesOfPart(part: Partial<RoomRecoveryDto>, bytesOf: (shared: object) => number): number {
  const { events = [], receipts = [] } = part;
  const own = Buffer.byteLength(JSON.stringify({ ...part, events: [], receipts: [] }));
  return own + bytesOf(events) + bytesOf(receipts) + 1;
}
