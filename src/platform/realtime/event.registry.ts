import { Injectable, Optional, type Provider } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { EventDescriptor, SessionEvent } from './event.js';

type AnyEvent = EventDescriptor | SessionEvent;

/** What a feature declares, as a provider of its module. */
class DeclaredEvents {
  constructor(readonly events: Readonly<Record<string, AnyEvent>>) {}
}

/** Every event that the modules of this application declare: complete as soon as it is made. */
@Injectable()
export class EventRegistry {
  private readonly events = new Map<string, EventDescriptor>();
  private readonly session = new Map<string, SessionEvent>();

  /** @throws Error when two modules declare an event of the same type, which ends the start */
  constructor(@Optional() modules?: ModulesContainer) {
    for (const module of modules?.values() ?? []) {
      for (const { instance } of module.providers.values()) {
        if (instance instanceof DeclaredEvents) for (const event of Object.values(instance.events)) this.add(event);
      }
    }
  }

  /** @throws Error when there is an event of the same type already */
  add(event: AnyEvent): void {
    const { type } = event;
    if (this.events.has(type) || this.session.has(type)) throw new Error(`the event ${type} is declared twice`);
    if ('session' in event) this.session.set(type, event);
    else this.events.set(type, event);
  }

  find(type: string): EventDescriptor | undefined {
    return this.events.get(type);
  }

  /** What comes in envelopes, by type. */
  all(): EventDescriptor[] {
    return byType(this.events);
  }

  /** What comes bare, by type. */
  ofSession(): SessionEvent[] {
    return byType(this.session);
  }
}

const byType = <T extends AnyEvent>(events: Map<string, T>): T[] =>
  [...events.values()].toSorted((a, b) => (a.type < b.type ? -1 : 1));

/**
 * Hands a feature's events to the registry: one of the providers of its module.
 * @param events what `x.events.ts` exports (`import * as xEvents`), so that none is forgotten
 */
export const registerEvents = (events: Readonly<Record<string, AnyEvent>>): Provider => ({
  provide: Symbol('events'),
  useValue: new DeclaredEvents(events),
});
