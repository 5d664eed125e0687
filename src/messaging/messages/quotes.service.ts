import { Injectable } from '@nestjs/common';
import type { Caller } from '../../tenancy/access/caller.js';
import { invalidField, Problem } from '../../platform/common/problem.js';
import type { StoredQuote } from './message.row.js';
import type { QuotedDto } from './messages.dto.js';
import { MessagesService } from './messages.service.js';

/** Copies of messages in others: as they were when they were quoted, until they are deleted. */
@Injectable()
export class QuotesService {
  constructor(private readonly messages: MessagesService) {}

  /** @throws Problem `validation_failed` for a message that the caller does not see, or that says nothing any more */
  async quote(caller: Caller, roomId: string, id: string): Promise<{ stored: StoredQuote; shown: QuotedDto }> {
    const row = await this.messages.find(caller, roomId, id).catch((error: unknown) => {
      if (error instanceof Problem && error.code === 'not_found') return null;
      throw error;
    });
    if (!row || row.hidden || row.deleted_at) {
      throw invalidField('quoted_message_id', 'is no message of this room that can be quoted');
    }
    const { seq, content_type, content, attachments, sender_pk, sender_id, sender_display_name } = row;
    const copy = { id: row.id, seq, content_type, content, attachments, created_at: row.created_at.toISOString() };
    return { stored: { ...copy, sender_pk }, shown: { ...copy, sender_id, sender_display_name } };
  }
}
