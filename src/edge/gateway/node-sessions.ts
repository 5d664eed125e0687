import { Injectable } from '@nestjs/common';
import type { Listeners } from '../../platform/realtime/listeners.js';
import { RealtimePublisher } from '../../platform/realtime/realtime.publisher.js';
import { Session, Sessions } from './session.js';

/** This node's sessions, whatever transport carries them. Who waits for an answer listens too, and is none. */
@Injectable()
export class NodeSessions extends Sessions {
  private readonly listeners: Listeners;

  constructor({ listeners }: RealtimePublisher) {
    super();
    this.listeners = listeners;
  }

  *all(): Generator<Session> {
    for (const one of this.listeners.all()) if (one instanceof Session) yield one;
  }

  channels(): Iterable<string> {
    return this.listeners.channels;
  }

  *on(channel: string): Generator<Session> {
    for (const id of this.listeners.on(channel) ?? []) {
      const one = this.listeners.find(id);
      if (one instanceof Session) yield one;
    }
  }
}
