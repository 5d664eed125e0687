import { Injectable } from '@nestjs/common';
import type { Tx } from '../../../platform/database/database.js';

/** A message that says nothing any more. */
export interface GoneMessage {
  client_id: string;
  room_id: string;
  id: string;
  seq: number;
  created_at: Date;
}

/** What a feature above keeps of messages: it goes with what they said. */
export interface MessageRemain {
  /** @param messages of one room, a bounded number; in the transaction that blanks them */
  forget(tx: Tx, messages: GoneMessage[]): Promise<void>;
}

/** Who keeps something of messages: features register here, and whoever ends messages for good asks them. */
@Injectable()
export class MessageRemains {
  private readonly all: MessageRemain[] = [];

  register(one: MessageRemain): void {
    this.all.push(one);
  }

  /** One after the other, because a transaction has one connection. */
  async forget(tx: Tx, messages: GoneMessage[]): Promise<void> {
    if (messages.length === 0) return;
    for (const one of this.all) await one.forget(tx, messages);
  }
}
