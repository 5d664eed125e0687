import { Injectable } from '@nestjs/common';
import { jsonSchemaOf } from '../../platform/common/json-schema.js';
import { newId } from '../../platform/common/ids.js';
import { Problem } from '../../platform/common/problem.js';
import { envelopeOf, type Envelope } from '../../platform/realtime/envelope.js';
import type { DurableEvent } from '../../platform/realtime/event.js';
import { EventRegistry } from '../../platform/realtime/event.registry.js';
import type { EventTypeDto } from './endpoints.dto.js';
import { exampleOfSchema } from './example.js';

/** The events that endpoints can hear: all that are durable, and the one that tries an endpoint out. */
@Injectable()
export class EventTypes {
  private catalogue: EventTypeDto[] | undefined;

  constructor(private readonly registry: EventRegistry) {}

  list(): EventTypeDto[] {
    this.catalogue ??= this.events().map((event) => ({
      type: event.type,
      description: event.description,
      schema: jsonSchemaOf(event.body),
      example: this.example(event.type, '0199f0a2-5a6b-7c3d-8e9f-0a1b2c3d4e5f'),
    }));
    return this.catalogue;
  }

  /** What is wrong with a filter of types; undefined when nothing is. */
  private fault(pattern: string): string | undefined {
    if (pattern === '*') return undefined;
    const isPattern = /^[a-z][a-z_.]*\.\*$/.test(pattern);
    const heard = this.events().some(({ type }) =>
      isPattern ? type.startsWith(pattern.slice(0, -1)) : type === pattern,
    );
    return heard ? undefined : `${JSON.stringify(pattern)} is no type of event: GET /webhooks/event-types lists them`;
  }

  /** @throws Problem `validation_failed` that names each pattern which nothing could be heard by */
  check(patterns: string[]): void {
    const errors = patterns.flatMap((pattern, at) => {
      const message = this.fault(pattern);
      return message === undefined ? [] : [{ field: `event_types[${at}]`, message }];
    });
    if (errors.length > 0) throw new Problem('validation_failed', `event_types: ${errors[0]!.message}`, { errors });
  }

  /** An event of a type as it would be sent. @throws Problem `validation_failed` for a type that there is not */
  example(type: string, clientId: string): Envelope {
    const event = this.events().find((one) => one.type === type);
    if (!event) {
      const fault = this.fault(type) ?? 'must be one type';
      throw new Problem('validation_failed', fault, { errors: [{ field: 'event_type', message: fault }] });
    }
    return envelopeOf(event, {
      id: newId(),
      client_id: clientId,
      stream: { type: 'client', id: clientId },
      epoch: '0.0',
      rev: 0,
      actor: { id: null, type: 'system' },
      data: event.example ?? exampleOfSchema(jsonSchemaOf(event.body)),
    });
  }

  private events(): DurableEvent[] {
    return this.registry.all().filter((event): event is DurableEvent => event.durable);
  }
}
