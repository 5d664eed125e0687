import { Injectable } from '@nestjs/common';
import { isUuid } from '../../platform/common/ids.js';
import { Problem } from '../../platform/common/problem.js';
import { Config } from '../../platform/config/config.js';
import type { Envelope } from '../../platform/realtime/envelope.js';
import { EventsService } from './events.service.js';
import type { EventRow } from './events.repository.js';
import type { LogCursor } from './log-reader.js';
import { LogReadersRepository } from './log-readers.repository.js';

/** Rows of the log, of all clients, that one step goes over. */
const STEP = 100;
const DAY_MS = 86_400_000;

/** What a client's log holds after a place. */
export interface LogStep {
  events: Envelope[];
  /** Where to go on. */
  place: LogCursor;
  /** Was the step as long as it may be? Then there may be more at once. */
  full: boolean;
}

/** The events of one client on all of its streams, in the order in which they were committed, for who keeps his own place. */
@Injectable()
export class ClientLog {
  constructor(
    private readonly repository: LogReadersRepository,
    private readonly events: EventsService,
    private readonly config: Config,
  ) {}

  /** Where the log stands. */
  end(): Promise<LogCursor> {
    return this.repository.end();
  }

  /** Is everything since the place still there? Not after a restore, nor when the days since have been dropped. */
  holds(place: LogCursor, now: LogCursor): boolean {
    const age = now.read_at!.getTime() - place.read_at!.getTime();
    return place.generation === now.generation && age < this.config.eventsKeptDays * DAY_MS;
  }

  /**
   * @param where SQL over the columns of `events`: which it is about
   * @param wants which of those are to be read whole
   */
  async after(
    clientId: string,
    place: LogCursor,
    where: string,
    wants: (event: EventRow) => boolean,
  ): Promise<LogStep> {
    const { events, end, full } = await this.repository.readOfClient(clientId, place, where, STEP);
    const wanted = events.filter(wants);
    return {
      events: wanted.length > 0 ? await this.events.toEnvelopes(wanted) : [],
      // A place at which nothing happened is told to be of now, so that the days which are looked at don't become more.
      place: end ?? { ...place, read_at: new Date() },
      full,
    };
  }
}

/** A place as callers hold it: opaque. */
export const encodePlace = ({ generation, tx, stream_id, rev, read_at }: LogCursor): string =>
  Buffer.from(JSON.stringify([generation, tx, stream_id, rev, read_at!.getTime()])).toString('base64url');

/** @throws Problem `invalid_cursor` for text that is no place of ours */
export function decodePlace(text: string): LogCursor {
  try {
    const parts = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as unknown[];
    const [generation, tx, stream_id, rev, at] = parts;
    const numbers = [generation, rev, at].every((part) => Number.isSafeInteger(part) && (part as number) >= -1);
    const isTx = typeof tx === 'string' && /^\d{1,19}$/.test(tx);
    const read_at = new Date(at as number);
    if (parts.length === 5 && numbers && isTx && isUuid(stream_id) && !Number.isNaN(read_at.getTime())) {
      return { generation: generation as number, tx, stream_id, rev: rev as number, read_at };
    }
  } catch {
    // Falls through: whatever is wrong with it, it is not ours.
  }
  throw new Problem('invalid_cursor', 'after: use the cursor of an earlier answer, unchanged.');
}
