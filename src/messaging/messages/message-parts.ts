import { Injectable } from '@nestjs/common';
import type { MessageDto } from './messages.dto.js';

/** Fields of a message that tables of other features hold. A message that was just written has none of them yet. */
type PartField = 'reactions';

/** A feature's own part of messages, in one query for all of them. */
export interface MessagePart<Field extends PartField = PartField> {
  readonly field: Field;
  /** @returns by id of the message; those that are not in it keep what a new message has */
  load(clientId: string, messageIds: string[]): Promise<ReadonlyMap<string, MessageDto[Field]>>;
}

/** Completes messages that were read by what features above keep of them. */
@Injectable()
export class MessageParts {
  private readonly parts: MessagePart[] = [];

  /** @throws Error for a second part of one field */
  register(part: MessagePart): void {
    if (this.parts.some(({ field }) => field === part.field))
      throw new Error(`There are two parts of messages for ${part.field}.`);
    this.parts.push(part);
  }

  /**
   * Never within a transaction: the parts take connections of their own.
   * @returns the messages in their order, copied where a part changes them; the very same array where there is no part
   */
  complete(clientId: string, messages: MessageDto[]): MessageDto[] | Promise<MessageDto[]> {
    return this.parts.length === 0 || messages.length === 0 ? messages : this.load(clientId, messages);
  }

  private async load(clientId: string, messages: MessageDto[]): Promise<MessageDto[]> {
    const ids = messages.map(({ id }) => id);
    const loaded = await Promise.all(
      this.parts.map(async (part) => ({ field: part.field, values: await part.load(clientId, ids) })),
    );
    return messages.map((message) => {
      const whole = { ...message };
      for (const { field, values } of loaded) whole[field] = values.get(message.id) ?? whole[field];
      return whole;
    });
  }
}
