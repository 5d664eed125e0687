import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../platform/database/database.js';
import type { MessageDto } from './messages.dto.js';

/** Fields of a message that tables of other features hold. A message that was just written has none of them yet. */
type PartField = 'reactions';

/** A feature's own part of messages. */
export interface MessagePart<Field extends PartField = PartField> {
  readonly field: Field;
  /**
   * One query for all of them, which only reads.
   * @param on what to ask: it may be a transaction that holds the locks of rooms, so no other connection may be taken
   * @returns by id of the message; those that are not in it keep what a new message has
   */
  load(on: Pick<Tx, 'query'>, clientId: string, messageIds: string[]): Promise<ReadonlyMap<string, MessageDto[Field]>>;
}

/** Completes messages that were read by what features above keep of them. */
@Injectable()
export class MessageParts {
  private readonly parts: MessagePart[] = [];

  constructor(private readonly database: Database) {}

  /** @throws Error for a second part of one field */
  register(part: MessagePart): void {
    if (this.parts.some(({ field }) => field === part.field))
      throw new Error(`There are two parts of messages for ${part.field}.`);
    this.parts.push(part);
  }

  /**
   * @param on the transaction, within one
   * @returns the messages in their order, copied where there are parts; the very same array where there is none
   */
  complete(
    clientId: string,
    messages: MessageDto[],
    on: Pick<Tx, 'query'> = this.database,
  ): MessageDto[] | Promise<MessageDto[]> {
    return this.parts.length === 0 || messages.length === 0 ? messages : this.load(on, clientId, messages);
  }

  private async load(on: Pick<Tx, 'query'>, clientId: string, messages: MessageDto[]): Promise<MessageDto[]> {
    const ids = messages.map(({ id }) => id);
    const whole = messages.map((message) => ({ ...message }));
    // One after the other, because a transaction has one connection.
    for (const part of this.parts) {
      const values = await part.load(on, clientId, ids);
      for (const message of whole) message[part.field] = values.get(message.id) ?? message[part.field];
    }
    return whole;
  }
}
