import { Injectable } from '@nestjs/common';
import type { UserPk } from '../../platform/common/ids.js';
import { Database, type Tx } from '../../platform/database/database.js';
import type { MessageDto } from './messages.dto.js';

/** Fields of a message that tables of other features hold. A message that was just written has none of them yet. */
type PartField = 'reactions' | 'me';

/** A feature's own part of messages. */
export interface MessagePart<Field extends PartField = PartField> {
  readonly fields: readonly Field[];
  /**
   * One query for all of them, which only reads.
   * @param on what to ask: it may be a transaction that holds the locks of rooms, so no other connection may be taken
   * @param viewerPk the user who reads them, for `me` and what only it sees; null: what everybody sees
   * @returns by id of the message; those that are not in it keep what a new message has
   */
  load(
    on: Pick<Tx, 'query'>,
    clientId: string,
    messageIds: string[],
    viewerPk: UserPk | null,
  ): Promise<ReadonlyMap<string, Partial<Pick<MessageDto, Field>>>>;
}

export interface CompleteOptions {
  /** The transaction, within one. */
  on?: Pick<Tx, 'query'>;
  /** Left out: as everybody sees them, which is what events say. */
  viewerPk?: UserPk | null;
}

/** Completes messages that were read by what features above keep of them. */
@Injectable()
export class MessageParts {
  private readonly parts: MessagePart[] = [];

  constructor(private readonly database: Database) {}

  /** @throws Error for a second part of one field */
  register(part: MessagePart): void {
    const twice = part.fields.find((field) => this.parts.some(({ fields }) => fields.includes(field)));
    if (twice) throw new Error(`There are two parts of messages for ${twice}.`);
    this.parts.push(part);
  }

  /** @returns the messages in their order, copied where there are parts; the very same array where there is none */
  complete(
    clientId: string,
    messages: MessageDto[],
    { on = this.database, viewerPk = null }: CompleteOptions = {},
  ): MessageDto[] | Promise<MessageDto[]> {
    return this.parts.length === 0 || messages.length === 0 ? messages : this.load(on, clientId, messages, viewerPk);
  }

  private async load(
    on: Pick<Tx, 'query'>,
    clientId: string,
    messages: MessageDto[],
    viewerPk: UserPk | null,
  ): Promise<MessageDto[]> {
    const whole = messages.map((message) => ({ ...message }));
    // A tombstone shows nothing of what it was.
    const ids = whole.flatMap(({ id, deleted_at }) => (deleted_at ? [] : id));
    if (ids.length === 0) return whole;
    // One after the other, because a transaction has one connection.
    for (const part of this.parts) {
      const values = await part.load(on, clientId, ids, viewerPk);
      for (const message of whole) Object.assign(message, values.get(message.id));
    }
    return whole;
  }
}
