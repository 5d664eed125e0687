import type { Problem } from '../../../platform/common/problem.js';
import { Existing, type Request } from '../../../tenancy/access/request.js';
import type { MessageFields } from '../message.row.js';
import type { MessageDto } from '../messages.dto.js';
import type { UserPk } from '../../../platform/common/ids.js';

/** A message on its way in: validated, with the ids that we made for it, not yet judged. */
export interface NewMessage extends MessageFields {
  client_id: string;
  event_id: string;
  /** The user that sends; null: none, see `sender_type`. */
  sender_pk: UserPk | null;
  /** What makes two bodies under one client_msg_id equal; null without one. */
  body_hash: Buffer | null;
  /** An earlier transaction with it ended without an answer: it may be written. */
  again: boolean;
  /** What it was asked with: its Idempotency-Key is completed in the transaction of the message. */
  request: Request;
}

/** Written: `epoch` is the room's. */
export interface Sent {
  verdict: 'sent';
  message: MessageDto;
  epoch: string;
}

/** The client_msg_id was there before, with this message. */
export interface Duplicate {
  verdict: 'duplicate';
  message: MessageDto;
}

/** What the sender is told. */
export const answerOf = ({ verdict, message }: Sent | Duplicate): MessageDto | Existing<MessageDto> =>
  verdict === 'duplicate' ? new Existing({ ...message, deduplicated: true }) : message;

/** What became of a message; a Problem is for the sender. */
export type SendVerdict = Sent | Duplicate | Problem;

/** The room could not be locked at once: nothing is decided. */
export const HELD = Symbol('held');
