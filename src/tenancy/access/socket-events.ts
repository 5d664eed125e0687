import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { SOCKET_EVENT, type SocketEventDescriptor, type SocketRequest } from './socket-event.js';

/** An event with the method that serves it. What that returns becomes the ack's `data`. */
export type ServedEvent = SocketEventDescriptor & { run(request: SocketRequest): unknown };

type Method = (request: SocketRequest) => unknown;

/** The table of all events that clients send, whichever feature serves them: read from `@SocketEvent` at the start. */
@Injectable()
export class SocketEvents implements OnModuleInit {
  private readonly byName = new Map<unknown, ServedEvent>();

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  /** @throws Error when two methods serve one event, which ends the start */
  onModuleInit(): void {
    for (const { instance } of this.discovery.getProviders()) {
      if (typeof instance === 'object' && instance !== null) this.addHandlersOf(instance as Record<string, Method>);
    }
  }

  /** @returns undefined for a name that nobody serves, whatever was sent as a name */
  find(name: unknown): ServedEvent | undefined {
    return this.byName.get(name);
  }

  private addHandlersOf(provider: Record<string, Method>): void {
    for (const method of this.scanner.getAllMethodNames(Object.getPrototypeOf(provider) as object)) {
      const event = this.reflector.get<SocketEventDescriptor | undefined>(SOCKET_EVENT, provider[method]!);
      if (!event) continue;
      if (this.byName.has(event.name)) throw new Error(`Two handlers serve the event ${event.name}.`);
      this.byName.set(event.name, { ...event, run: provider[method]!.bind(provider) });
    }
  }
}

/** What the handlers of these classes declare, by name: for documents, which are made without any instance. */
export function socketEventsOf(classes: Function[]): SocketEventDescriptor[] {
  const scanner = new MetadataScanner();
  const declared = [...new Set(classes)].flatMap(({ prototype }) =>
    typeof prototype === 'object' && prototype !== null
      ? scanner.getAllMethodNames(prototype as object).flatMap((method) => {
          const handler = (prototype as Record<string, object>)[method]!;
          return (Reflect.getMetadata(SOCKET_EVENT, handler) as SocketEventDescriptor | undefined) ?? [];
        })
      : [],
  );
  return declared.sort((a, b) => (a.name < b.name ? -1 : 1));
}
