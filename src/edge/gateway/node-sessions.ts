import { Injectable } from '@nestjs/common';
import type { Listeners } from '../../platform/realtime/listeners.js';
import { RealtimePublisher } from '../../platform/realtime/realtime.publisher.js';
import { Sessions, type Session } from './session.js';

/** This node's sessions, whatever transport carries them: what a transport of the gateway keeps of a connection is one. */
@Injectable()
export class NodeSessions extends Sessions {
  private readonly listeners: Listeners;

  constructor({ listeners }: RealtimePublisher) {
    super();
    this.listeners = listeners;
  }

  all(): Iterable<Session> {
    return this.listeners.all() as Iterable<Session>;
  }

  channels(): Iterable<string> {
    return this.listeners.channels;
  }

  *on(channel: string): Generator<Session> {
    for (const id of this.listeners.on(channel) ?? []) {
      const session = this.listeners.find(id);
      if (session) yield session as Session;
    }
  }
}
