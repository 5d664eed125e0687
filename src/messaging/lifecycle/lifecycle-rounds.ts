import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Database, type Tx } from '../../platform/database/database.js';
import type { EventRow } from '../../engine/events/events.repository.js';
import { EventsService } from '../../engine/events/events.service.js';
import { newEvent, type NewEvent } from '../../engine/events/new-event.js';
import { RoomPurge } from '../rooms/room-purge.js';
import { RoomStatesRepository, type RoomLife, type RoomLook, type RoomStep } from '../rooms/room-states.repository.js';
import type { RoomDto } from '../rooms/rooms.dto.js';
import { roomDeactivated, roomDeactivating } from '../rooms/rooms.events.js';
import { LifecycleRepository } from './lifecycle.repository.js';
import { settingsOf } from './lifecycle.service.js';
import { graceEndOf, nextStep, policyOf } from './policy.js';

/** Rooms in one transaction: who writes to one of them waits for it. */
const ROOMS_AT_ONCE = 200;
/** Rooms of a client read at once: hardly one of them is changed. */
const RESCANNED_AT_ONCE = 1_000;
/** Rows of a room deleted in one transaction. */
const PURGED_AT_ONCE = 1_000;
/** A round ends after this time, and the next one goes on: a stop waits for it. */
const ROUND_MS = 10_000;

/** What became of rooms that were looked at, of one kind each. */
interface Steps {
  moved: RoomStep[];
  announced: RoomLife[];
  deactivated: RoomLife[];
  purged: RoomLife[];
}

/**
 * The lifecycle of all rooms, in batches: those whose settings changed are told to be looked at, those whose time has come
 * are looked at, and what was deleted long enough ago goes. A batch that is lost is found again by its rows.
 */
@Injectable()
export class LifecycleRounds implements OnModuleDestroy {
  private stopped = false;

  constructor(
    private readonly database: Database,
    private readonly states: RoomStatesRepository,
    private readonly rescans: LifecycleRepository,
    private readonly roomPurge: RoomPurge,
    private readonly events: EventsService,
  ) {}

  onModuleDestroy(): void {
    this.stopped = true;
  }

  async run(): Promise<void> {
    const end = performance.now() + ROUND_MS;
    const goesOn = (): boolean => !this.stopped && performance.now() < end;
    // None of the three keeps the others waiting for longer than one batch.
    let left = [() => this.rescanSome(), () => this.lookAtSome(), () => this.purgeSome()];
    while (left.length > 0 && goesOn()) {
      const again: typeof left = [];
      for (const batch of left) if (goesOn() && (await batch())) again.push(batch);
      left = again;
    }
  }

  /** Looks at rooms whose time has come. @returns are there perhaps more? */
  async lookAtSome(): Promise<boolean> {
    const { found, events } = await this.database.transaction(async (tx) => {
      const rooms = await this.states.lockDue(tx, ROOMS_AT_ONCE);
      return { found: rooms.length, events: await this.carryOut(tx, stepsOf(rooms)) };
    });
    await this.events.publish(events);
    return found === ROOMS_AT_ONCE;
  }

  /** Has those rooms of a client looked at earlier whose next look would come too late for its new settings. */
  async rescanSome(): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const rescan = await this.rescans.lockOpen(tx);
      if (!rescan) return false;
      const rooms = await this.states.listOfClient(tx, rescan.client_id, rescan.after, RESCANNED_AT_ONCE);
      const late = rooms.flatMap(earlierLook);
      const told = late.length === 0 ? 0 : await this.states.lookEarlier(tx, late);
      const missed = rescan.missed || told < late.length;
      const ends = rooms.length < RESCANNED_AT_ONCE;
      const after = ends ? null : rooms.at(-1)!.id;
      await this.rescans.move(tx, { client_id: rescan.client_id, after, missed: missed && !ends }, !ends || missed);
      // Whoever holds a room does so for a moment: the next round tries again.
      return !ends || !missed;
    });
  }

  /** Deletes rows of a room that nobody brings back any more. */
  async purgeSome(): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const room = await this.states.lockPurged(tx);
      if (!room) return false;
      const some = await this.roomPurge.purgeSome(tx, room.client_id, room.id, PURGED_AT_ONCE);
      if (!some) await this.states.remove(tx, room.client_id, room.id);
      return true;
    });
  }

  private async carryOut(tx: Tx, { moved, announced, deactivated, purged }: Steps): Promise<EventRow[]> {
    await this.states.move(tx, moved);
    await this.states.beginPurge(tx, purged);
    const at = await this.states.deactivate(tx, deactivated);
    if (announced.length + deactivated.length === 0) return [];
    return this.events.append(tx, [
      ...announced.map((room) => ofSystem(room, roomDeactivating, { status: 'active' })),
      ...deactivated.map((room) =>
        ofSystem(room, roomDeactivated, {
          status: 'inactive',
          deactivated_at: at!.toISOString(),
          deactivated_reason: 'auto_inactive',
          status_reason: null,
        }),
      ),
    ]);
  }
}

function stepsOf(rooms: RoomLife[]): Steps {
  const steps: Steps = { moved: [], announced: [], deactivated: [], purged: [] };
  for (const room of rooms) {
    const { client_id, id } = room;
    if (room.status === 'deleted') {
      const check_at = graceEndOf(settingsOf(room), room.deleted_at);
      if (check_at <= room.now) steps.purged.push(room);
      else steps.moved.push({ client_id, id, check_at, deactivating_at: room.deactivating_at });
      continue;
    }
    const next = nextStep(policyOf(settingsOf(room), room.room_type, room), room);
    if (next.do === 'deactivate') steps.deactivated.push(room);
    else steps.moved.push({ client_id, id, check_at: next.check_at, deactivating_at: next.deactivating_at });
    if (next.do === 'announce') steps.announced.push(room);
  }
  return steps;
}

/** Where the settings that hold now have a room looked at before its next look: when. */
function earlierLook(room: RoomLife): RoomLook[] {
  const { client_id, id, lifecycle_check_at: planned, now } = room;
  if (planned !== null && planned <= now) return [];
  const wanted = wantedAt(room);
  return wanted !== null && (planned === null || wanted < planned) ? [{ client_id, id, check_at: wanted }] : [];
}

/** When the settings that hold now have a room looked at; null: never. */
function wantedAt(room: RoomLife): Date | null {
  if (room.status === 'deleted') return graceEndOf(settingsOf(room), room.deleted_at);
  if (room.status !== 'active') return null;
  const next = nextStep(policyOf(settingsOf(room), room.room_type, room), room);
  return next.do === 'wait' ? next.check_at : room.now;
}

const ofSystem = ({ client_id, id }: RoomLife, event: typeof roomDeactivated, data: Partial<RoomDto>): NewEvent =>
  newEvent({
    event,
    client_id,
    stream: { type: 'room', id },
    subject_id: id,
    actor: { id: null, type: 'system' },
    data,
  });
