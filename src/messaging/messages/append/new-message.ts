import type { Problem } from '../../../platform/common/problem.js';
import { Existing, type Request } from '../../../tenancy/access/request.js';
import type { MessageFields, StoredMention, StoredQuote } from '../message.row.js';
import type { MessageDto } from '../messages.dto.js';
import type { UserPk } from '../../../platform/common/ids.js';

/** A message on its way in: validated, with the ids that we made for it, not yet judged. */
export interface NewMessage extends MessageFields {
  client_id: string;
  event_id: string;
  /** The user that sends; null: none, see `sender_type`. */
  sender_pk: UserPk | null;
  /** Which room types and roles may write, by the settings that it was judged by (`writersOf`). */
  writers: number;
  /** Of those settings: when they have changed by the time it is written, it comes back as stale. */
  settings_rev: number;
  /** What few messages have; null: nothing of it. */
  extras: Extras | null;
  /** What makes two bodies under one client_msg_id equal; null without one. */
  body_hash: Buffer | null;
  /** An earlier transaction with it ended without an answer: it may be written. */
  again: boolean;
  /** A message has its client_msg_id: each body under it is judged by itself. */
  taken?: true;
  /** What it was asked with: its Idempotency-Key is completed in the transaction of the message. */
  request: Request;
}

/** What the statement reads of a message besides its columns. A flag holds by being there. */
export interface Extras {
  reply_to_id?: string;
  /** As they are stored; without `user_pk`: everybody. */
  mentions?: StoredMention[];
  quoted?: StoredQuote;
  flags?: string[];
  silent?: true;
  /** The sender's marker moves only if it stood at the end: it did not just look. */
  keep_marker?: true;
  /** Of the trace that sends it, kept with its event. */
  traceparent?: string;
}

/** Written: `epoch` is the room's. */
export interface Sent {
  verdict: 'sent';
  message: MessageDto;
  epoch: string;
  /** Only its sender sees it. */
  shadowed: boolean;
  /** The event that told of the room's reactivation, at the rev before the message's; null: it was active. */
  reactivation_id: string | null;
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
export type SendVerdict = Sent | Duplicate | typeof STALE | Problem;

/** The client's settings have changed since it was judged: it is to be judged by what they are now. */
export const STALE = Symbol('stale');

/** Thrown to who sent it, for the same reason. */
export class StaleSettings extends Error {}

/** The room could not be locked at once: nothing is decided. */
export const HELD = Symbol('held');

/** It repeats the client_msg_id of one of its batch with another body, and that one was refused: it is to be asked for by itself. */
export const APART = Symbol('apart');

/** As {@link APART}, where it is known that a message has the client_msg_id: none of the others can become one. */
export const TAKEN = Symbol('taken');

/** What one transaction makes of a message. */
export type SendOutcome = SendVerdict | typeof HELD | typeof APART | typeof TAKEN;
