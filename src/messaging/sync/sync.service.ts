import { Injectable } from '@nestjs/common';
import { may, type Caller } from '../../tenancy/access/caller.js';
import { Problem } from '../../platform/common/problem.js';
import { Turns } from '../../platform/database/turns.js';
import { limits } from '../../platform/config/limits.js';
import type { StreamRange } from '../../engine/events/events.repository.js';
import { EventsService } from '../../engine/events/events.service.js';
import type { Envelope } from '../../platform/realtime/envelope.js';
import type { MessagePageDto } from '../messages/messages.dto.js';
import { MessageViews } from '../messages/message-views.js';
import { MessagesService } from '../messages/messages.service.js';
import { RECEIPTS_MEMBERS } from '../receipts/receipts.dto.js';
import { isMember, toRoomMe } from '../rooms/membership/own-side.js';
import {
  type PositionDto,
  type RecoveryDto,
  type ResumeAnswerDto,
  type ResumeDto,
  type RoomPositionDto,
  type RoomRecoveryDto,
  type SessionPositions,
  type StreamPosition,
} from './sync.dto.js';
import { SyncRepository, type RoomHead } from './sync.repository.js';

/** `at` is the time of an event, and the next one's may be a little earlier: it is taken before the commit. */
const CLOCK_SLACK_MS = 60_000;
/** Read at once: what a byte budget cuts off has been read in vain. */
const EVENTS_PER_READ = 300;

/**
 * Who catches up reads several times, one after the other: when thousands come back at once and all begin, each waits for a connection
 * longer than it may, and in vain. So a few go through, and the others wait their turn in memory, each tenant's in the order they came.
 */
const TOGETHER = { atOnce: 8, atOncePerKey: 8, maxWaiting: 20_000, maxWaitingPerKey: 10_000, patienceMs: 30_000 };

/** A stream that was asked for, and what is known of it before its events are read. */
interface Planned {
  position: PositionDto;
  head: StreamPosition;
  /** null: not recoverable. */
  range: StreamRange | null;
  room: RoomHead | null;
}

/** Catching up: proves that nothing was missed, or says that it can't. */
@Injectable()
export class SyncService {
  private readonly turns = new Turns(TOGETHER);

  constructor(
    private readonly repository: SyncRepository,
    private readonly events: EventsService,
    private readonly messages: MessagesService,
    private readonly views: MessageViews,
  ) {}

  /** Where the caller's streams stand. Read it after subscribing: then nothing falls between it and the live stream. */
  session(caller: Caller): Promise<SessionPositions> {
    return caller.user ? this.repository.findSession(caller.clientId, caller.user.user_pk) : this.repository.findTime();
  }

  /** The newest messages of a room, for who begins to listen to it. @throws Problem `not_found` */
  history(caller: Caller, roomId: string, limit: number): Promise<MessagePageDto> {
    return this.messages.list(caller, roomId, { limit });
  }

  /** @throws Problem `forbidden` for rooms without `read_messages`, `overloaded` where too many catch up */
  async resume(caller: Caller, dto: ResumeDto): Promise<ResumeAnswerDto> {
    if (dto.rooms?.length && !may(caller, 'read_messages')) {
      throw new Problem('forbidden', 'Recovering rooms needs the permission read_messages.');
    }
    return this.turns.run(caller.clientId, () => this.read(caller, dto.rooms ?? [], dto.user));
  }

  private async read(
    caller: Caller,
    asked: RoomPositionDto[],
    user: PositionDto | undefined,
  ): Promise<ResumeAnswerDto> {
    const { planned, more } = fit([
      ...(await this.planUser(caller, user)),
      ...(await this.planRooms(caller, asked.slice(0, limits.resume_rooms))),
    ]);
    const answer: ResumeAnswerDto = { rooms: [], more: more || asked.length > limits.resume_rooms };
    await this.recover(caller, planned, answer);
    return answer;
  }

  private async planUser(caller: Caller, position: PositionDto | undefined): Promise<Planned[]> {
    if (!position || !caller.user) return [];
    const head = await this.repository.findUserHead(caller.clientId, caller.user.user_pk);
    return head ? [{ position, head, range: rangeOf(caller.user.user_pk, position, head, 0), room: null }] : [];
  }

  private async planRooms(caller: Caller, positions: RoomPositionDto[]): Promise<Planned[]> {
    const heads = await this.repository.findHeads(
      caller.clientId,
      caller.user?.user_pk ?? null,
      positions.map(({ room_id }) => room_id.toLowerCase()),
    );
    return positions.flatMap((position) => {
      const room = heads.get(position.room_id.toLowerCase());
      if (!room) return [];
      const head = { epoch: room.epoch, rev: room.last_rev };
      const from = room.history === 'since_join' ? (room.joined_rev ?? 0) : 0;
      return [{ position, head, range: rangeOf(room.id, position, head, from), room }];
    });
  }

  /** Fills the answer in the order planned, until its bytes are used up. */
  private async recover(caller: Caller, planned: Planned[], answer: ResumeAnswerDto): Promise<void> {
    const receipts = await this.repository.findReceipts(
      caller.clientId,
      planned.flatMap(({ room }) => (room && room.member_count <= RECEIPTS_MEMBERS ? [room.id] : [])),
    );
    let bytesLeft = limits.resume_bytes - 100;
    for (const batch of batchesOf(planned)) {
      const found = await this.readBatch(caller, batch);
      for (const [index, { head, room }] of batch.entries()) {
        const of = (recovery: RecoveryDto): RoomRecoveryDto | RecoveryDto =>
          room
            ? {
                room_id: room.id,
                ...recovery,
                receipts: receipts.get(room.id) ?? [],
                me: isMember(room) ? toRoomMe(room, room.last_seq) : null,
              }
            : recovery;
        let part = of(toRecovery(head, room, found[index]!));
        // A stream too large for any answer would be left out for ever.
        if (bytesOf(part) > limits.resume_bytes - 100) part = of(toRecovery(head, room, null));
        const bytes = bytesOf(part);
        if (bytes > bytesLeft) {
          answer.more = true;
          continue;
        }
        bytesLeft -= bytes;
        if (room) answer.rooms.push(part as RoomRecoveryDto);
        else answer.user = part;
      }
      if (answer.more && bytesLeft < limits.resume_bytes / 8) return;
    }
  }

  /** The events of each stream; null where they are not recoverable. */
  private async readBatch(caller: Caller, batch: Planned[]): Promise<(Envelope[] | null)[]> {
    const behind = batch.filter(({ range }) => range && range.upto > range.after);
    const read = await this.events.readRanges(
      caller.clientId,
      behind.map(({ range }) => range!),
    );
    const seen = await this.views.seenBy(
      caller,
      read.flatMap((events) => events ?? []),
    );
    let at = 0;
    const byPlan = new Map(
      behind.map((plan, index) => [plan, read[index] && seen.slice(at, (at += read[index].length))]),
    );
    return batch.map((plan) => (byPlan.has(plan) ? byPlan.get(plan)! : plan.range && []));
  }
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

const missedBy = ({ range }: Planned): number => (range ? range.upto - range.after : 0);

/** Those whose events fit into one answer. */
function fit(all: Planned[]): { planned: Planned[]; more: boolean } {
  let left = limits.resume_events;
  const planned = all.filter((plan) => {
    const missed = missedBy(plan);
    if (missed > left) return false;
    left -= missed;
    return true;
  });
  return { planned, more: planned.length < all.length };
}

/** Streams read together: as many as hold EVENTS_PER_READ events, at least one. */
function* batchesOf(planned: Planned[]): Generator<Planned[]> {
  let batch: Planned[] = [];
  let events = 0;
  for (const plan of planned) {
    if (batch.length > 0 && events + missedBy(plan) > EVENTS_PER_READ) {
      yield batch;
      batch = [];
      events = 0;
    }
    batch.push(plan);
    events += missedBy(plan);
  }
  if (batch.length > 0) yield batch;
}

function toRecovery(head: StreamPosition, room: RoomHead | null, events: Envelope[] | null): RecoveryDto {
  if (events) return { recovered: true, epoch: head.epoch, events, rev: head.rev };
  return { recovered: false, epoch: head.epoch, rev: head.rev, ...(room ? { last_seq: room.last_seq } : {}) };
}

const bytesOf = (part: object): number => Buffer.byteLength(JSON.stringify(part)) + 1;
