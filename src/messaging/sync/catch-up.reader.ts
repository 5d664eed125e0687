import { Injectable } from '@nestjs/common';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Caller } from '../../tenancy/access/caller.js';
import { limits } from '../../platform/config/limits.js';
import type { StreamRange } from '../../engine/events/events.repository.js';
import { EventsService } from '../../engine/events/events.service.js';
import type { Envelope } from '../../platform/realtime/envelope.js';
import { MessageViews } from '../messages/message-views.js';
import { CatchUp, missedBy, plan, receiptsOf, type PlannedStream, type StreamRead } from './catch-up.js';
import type { ResumeAnswerDto, ResumeDto, StreamPosition } from './sync.dto.js';
import { SyncRepository, type RoomHead } from './sync.repository.js';

/** Who catches up, and from where. */
export interface Ask {
  caller: Caller;
  dto: ResumeDto;
}

/** Held at once, of all that are read together: an event counts as such, a member's marker as a tenth of one. */
const EVENTS_AT_ONCE = 400;
const RECEIPTS_PER_EVENT = 10;

/** What one of them reads in one go: the first of what it still has to read. */
interface Part {
  reader: CatchUp;
  caller: Caller;
  planned: PlannedStream[];
}

/**
 * Reads what several of one client's users missed. Who comes back together was mostly in the same rooms and dropped at the same
 * time: what they have in common is read once, counted once and told to each.
 */
@Injectable()
export class CatchUpReader {
  constructor(
    private readonly repository: SyncRepository,
    private readonly events: EventsService,
    private readonly views: MessageViews,
  ) {}

  /** @returns an answer for each ask, in order */
  async read(clientId: string, asks: Ask[]): Promise<ResumeAnswerDto[]> {
    const readers = await this.plan(clientId, asks);
    for (let left = readers; left.length > 0; left = left.filter(({ reader }) => reader.next.length > 0)) {
      await this.readOn(clientId, partsOf(left));
    }
    return readers.map(({ reader }) => reader.answer);
  }

  private async plan(clientId: string, asks: Ask[]): Promise<{ reader: CatchUp; caller: Caller }[]> {
    const [heads, userHeads] = await Promise.all([
      this.repository.findHeads(
        clientId,
        asks.map(({ caller, dto }) => ({ user_pk: caller.user?.user_pk ?? null, room_ids: roomsOf(dto) })),
      ),
      this.repository.findUserHeads(
        clientId,
        asks.flatMap(({ caller, dto }) => (dto.user && caller.user ? caller.user.user_pk : [])),
      ),
    ]);
    return asks.map(({ caller, dto }, at) => {
      const planned = [...planOfUser(caller, dto, userHeads), ...planOfRooms(dto, heads[at]!)];
      return { caller, reader: new CatchUp(planned, (dto.rooms?.length ?? 0) > limits.resume_rooms) };
    });
  }

  private async readOn(clientId: string, parts: Part[]): Promise<void> {
    const planned = parts.flatMap((part) => part.planned);
    const [events, receipts] = await Promise.all([
      this.readEvents(clientId, planned),
      this.repository.findReceipts(clientId, [
        ...new Set(planned.flatMap((one) => (receiptsOf(one) > 0 ? one.room!.id : []))),
      ]),
    ]);
    const seen = await this.views.seenBy(
      clientId,
      parts.map((part) => ({ caller: part.caller, streams: part.planned.map((one) => events.get(one) ?? []) })),
    );
    const bytesOf = countedOnce();
    for (const [at, part] of parts.entries()) {
      // An answer takes long enough to make that nobody else should wait for all of them.
      if (at > 0) await nextTurn();
      const told = part.planned.map((one, nth): StreamRead => ({
        events: events.get(one) === null ? null : seen[at]![nth]!,
        receipts: (one.room && receipts.get(one.room.id)) ?? [],
      }));
      part.reader.tell(told, bytesOf);
    }
  }

  /** The events of each, as everybody sees them; null where they are not recoverable. What is the same is the same array. */
  private async readEvents(clientId: string, planned: PlannedStream[]): Promise<Map<PlannedStream, Envelope[] | null>> {
    const ranges = new Map<string, StreamRange>();
    for (const one of planned) {
      if (missedBy(one) === 0) continue;
      const range = one.range!;
      const same = ranges.get(keyOf(range));
      ranges.set(keyOf(range), same ? { ...range, since: earlier(same.since, range.since) } : range);
    }
    const found = await this.events.readRanges(clientId, [...ranges.values()]);
    const byKey = new Map([...ranges.keys()].map((key, at) => [key, found[at]!]));
    return new Map(planned.map((one) => [one, missedBy(one) === 0 ? one.range && [] : byKey.get(keyOf(one.range!))!]));
  }
}

const roomsOf = ({ rooms = [] }: ResumeDto): string[] =>
  rooms.slice(0, limits.resume_rooms).map(({ room_id }) => room_id.toLowerCase());

function planOfUser({ user }: Caller, dto: ResumeDto, heads: Map<string, StreamPosition>): PlannedStream[] {
  const head = user && dto.user && heads.get(user.user_pk);
  return head ? [plan(user.user_pk, dto.user!, head, null)] : [];
}

function planOfRooms({ rooms = [] }: ResumeDto, heads: Map<string, RoomHead>): PlannedStream[] {
  return rooms.slice(0, limits.resume_rooms).flatMap((position) => {
    const room = heads.get(position.room_id.toLowerCase());
    return room ? [plan(room.id, position, { epoch: room.epoch, rev: room.last_rev }, room)] : [];
  });
}

/** As much as may be held at once: of each in its turn what fits, of the first at least one stream. */
function partsOf(readers: { reader: CatchUp; caller: Caller }[]): Part[] {
  const held = new Set<string>();
  let left = EVENTS_AT_ONCE;
  const parts = readers.map(({ reader, caller }): Part => {
    const planned: PlannedStream[] = [];
    for (const one of reader.next) {
      const key = `${one.room?.id ?? ''} ${one.range ? keyOf(one.range) : ''}`;
      const weight = held.has(key) ? 0 : missedBy(one) + receiptsOf(one) / RECEIPTS_PER_EVENT;
      if (weight > left && held.size > 0) break;
      held.add(key);
      left -= weight;
      planned.push(one);
    }
    return { reader, caller, planned };
  });
  return parts.filter(({ planned }) => planned.length > 0);
}

const keyOf = ({ stream_id, after, upto }: StreamRange): string => `${stream_id} ${after} ${upto}`;

/** From the beginning, where one of them says nothing. */
const earlier = (a: Date | undefined, b: Date | undefined): Date | undefined => (a && b ? (a < b ? a : b) : undefined);

/** How many bytes of JSON a value has, which is not changed meanwhile. */
function countedOnce(): (shared: object) => number {
  const counted = new WeakMap<object, number>();
  return (shared) => {
    let bytes = counted.get(shared);
    if (bytes === undefined) counted.set(shared, (bytes = Buffer.byteLength(JSON.stringify(shared))));
    return bytes;
  };
}
