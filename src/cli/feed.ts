import { setTimeout as sleep } from 'node:timers/promises';
import type { ListedEventsDto } from '../delivery/webhooks/event-feed.dto.js';
import type { Envelope } from '../platform/realtime/envelope.js';
import type { Connection } from './connection.js';

const WAIT_S = 20;
/** Where the server lets nobody wait any more, it is asked so often. */
const CROWDED_MS = 1_000;

export type FedEvent = Envelope<Record<string, unknown>>;

/** The events of the whole client from now on, each once, over any number of connections. Needs a master key. */
export class EventFeed {
  private cursor: string | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly eventTypes?: string[],
    /** Is told where events cannot be told any more. */
    private readonly gap: () => void = () => undefined,
  ) {}

  /** From here on. */
  async start(): Promise<void> {
    this.cursor = (await this.list(0)).cursor;
  }

  async *events(): AsyncGenerator<FedEvent> {
    for (;;) {
      const askedAt = performance.now();
      const answer = await this.list(WAIT_S);
      const isEmpty = answer.events.length === 0 && !answer.more;
      if (isEmpty && performance.now() - askedAt < CROWDED_MS) await sleep(CROWDED_MS);
      if (!answer.recovered) this.gap();
      yield* answer.events as FedEvent[];
      this.cursor = answer.cursor;
    }
  }

  private list(timeout_s: number): Promise<ListedEventsDto> {
    const asked = { after: this.cursor, event_types: this.eventTypes, timeout_s };
    return this.connection.ask<ListedEventsDto>('event.list', asked, timeout_s);
  }
}
