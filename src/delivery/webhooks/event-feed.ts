import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { ClientLog, decodePlace, encodePlace } from '../../engine/events/client-log.js';
import type { LogCursor } from '../../engine/events/log-reader.js';
import type { ListedEventsDto, ListEventsDto } from './event-feed.dto.js';
import { hears } from './event-patterns.js';
import { EventTypes } from './event-types.js';
import { FOR_ENDPOINTS } from './planning.reader.js';

/** Between two looks of who waits. It reads by an index what was committed since the last one. */
const LOOK_MS = 100;
/** One answer goes over so many stretches of the log at most; on a busy node most of it may be others'. */
const MOST_STEPS = 20;
/** Who may wait, in this process and of one client: developers, not apps. */
const MOST_WAITING = 200;
const MOST_OF_CLIENT = 20;

/** What endpoints would hear, for a connection that asks for it: how `chatapi listen` stands in for an endpoint. */
@Injectable()
export class EventFeed implements OnModuleDestroy {
  private readonly waiting = new Map<string, number>();
  private stopping = false;

  constructor(
    private readonly log: ClientLog,
    private readonly types: EventTypes,
  ) {}

  /** A node that stops keeps nobody waiting. */
  onModuleDestroy(): void {
    this.stopping = true;
  }

  /**
   * @param isThere has the caller not gone?
   * @throws Problem `invalid_cursor`; `validation_failed` for a type that there is not
   */
  async list(clientId: string, dto: ListEventsDto, isThere: () => boolean): Promise<ListedEventsDto> {
    const { after, event_types = ['*'], timeout_s = 0 } = dto;
    this.types.check(event_types);
    const asked = after === undefined ? null : decodePlace(after);
    const now = await this.log.end();
    if (asked === null || !this.log.holds(asked, now)) return answerOf([], now, false, asked === null);
    const until = performance.now() + timeout_s * 1_000;
    const looksOn = (): boolean => performance.now() < until && isThere() && !this.stopping;
    let found = await this.look(clientId, asked, event_types);
    if (isNews(found) || timeout_s === 0 || !this.enter(clientId)) return found;
    try {
      while (!isNews(found) && looksOn()) {
        await sleep(LOOK_MS);
        found = await this.look(clientId, decodePlace(found.cursor), event_types);
      }
      return found;
    } finally {
      this.leave(clientId);
    }
  }

  private async look(clientId: string, from: LogCursor, eventTypes: string[]): Promise<ListedEventsDto> {
    let place = from;
    for (let steps = 0; steps < MOST_STEPS; steps++) {
      const step = await this.log.after(clientId, place, FOR_ENDPOINTS, ({ type }) => hears(eventTypes, type));
      if (step.events.length > 0 || !step.full) return answerOf(step.events, step.place, step.full);
      place = step.place;
    }
    return answerOf([], place, true);
  }

  private enter(clientId: string): boolean {
    const ofClient = this.waiting.get(clientId) ?? 0;
    const all = [...this.waiting.values()].reduce((sum, n) => sum + n, 0);
    if (ofClient >= MOST_OF_CLIENT || all >= MOST_WAITING) return false;
    this.waiting.set(clientId, ofClient + 1);
    return true;
  }

  private leave(clientId: string): void {
    const left = this.waiting.get(clientId)! - 1;
    if (left === 0) this.waiting.delete(clientId);
    else this.waiting.set(clientId, left);
  }
}

const isNews = ({ events, more }: ListedEventsDto): boolean => events.length > 0 || more;

const answerOf = (
  events: ListedEventsDto['events'],
  place: LogCursor,
  more: boolean,
  recovered = true,
): ListedEventsDto => ({ events, cursor: encodePlace(place), more, recovered });
