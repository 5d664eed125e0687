import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Idempotency } from '../../tenancy/idempotency/idempotency.js';
import { EventsService } from '../../engine/events/events.service.js';
import { MessageParts } from './message-parts.js';
import { stubOf, toMessage, withoutMe } from './message.row.js';
import type { SeenMessage } from './messages.dto.js';
import { messageCreated, messageDeleted, messageUpdated } from './messages.events.js';
import { MessagesRepository } from './messages.repository.js';
import { MessagesService } from './messages.service.js';

/** A message's body lives in its row only: here it is filled into events, and into replays of an Idempotency-Key. */
@Injectable()
export class MessagesHydrator implements OnModuleInit {
  constructor(
    private readonly events: EventsService,
    private readonly idempotency: Idempotency,
    private readonly repository: MessagesRepository,
    private readonly messages: MessagesService,
    private readonly parts: MessageParts,
  ) {}

  onModuleInit(): void {
    this.events.register({
      events: [messageCreated, messageUpdated, messageDeleted],
      hydrate: async (clientId, rows) => {
        const found = await this.repository.findMany(
          clientId,
          rows.map(({ subject_id }) => subject_id!),
        );
        const messages = await this.parts.complete(clientId, [...found.values()].map(toMessage));
        const byId = new Map(
          messages.map((message): [string, SeenMessage] => [
            message.id,
            found.get(message.id)!.shadowed ? stubOf(message) : message,
          ]),
        );
        return new Map(
          rows.flatMap(({ id, subject_id }) => {
            const message = byId.get(subject_id!);
            return message ? [[id, message]] : [];
          }),
        );
      },
    });
    this.idempotency.registerRebuilder('message', async (caller, id) =>
      withoutMe(await this.messages.get(caller, null, id)),
    );
    this.idempotency.registerRebuilder('deduplicated_message', async (caller, id) => ({
      ...withoutMe(await this.messages.get(caller, null, id)),
      deduplicated: true,
    }));
  }
}
