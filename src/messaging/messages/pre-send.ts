import { Injectable } from '@nestjs/common';
import type { Caller } from '../../tenancy/access/caller.js';
import type { MessageDto } from './messages.dto.js';
import type { AttachmentDto, MentionDto } from './sending.dto.js';

/** What a message is to say. */
export interface Draft {
  content_type: string;
  content: string | null;
  attachments: AttachmentDto[];
  mentions: MentionDto[];
  metadata: Record<string, unknown>;
  /** Why it is to be looked at by the client's moderators; stored with the message. */
  flags?: string[];
}

/** Of what a draft is judged. */
export interface DraftOrigin {
  caller: Caller;
  room_id: string;
  purpose: 'send' | 'edit' | 'scheduled';
  /** With a client_msg_id a message may have been sent before: then its draft is of no consequence. */
  client_msg_id: string | null;
}

/** What a message says from now on. */
export interface SaidMessage {
  caller: Caller;
  message: MessageDto;
  /** What it said before it was edited; null: it is new, or said nothing. */
  before: string | null;
}

/** Judges messages before they are written. Registered by features above. */
export interface PreSend {
  /**
   * @returns the draft, or another in its place; no promise where there is nothing to be waited for
   * @throws Problem that refuses the message
   */
  judge(origin: DraftOrigin, draft: Draft): Draft | Promise<Draft>;
  /** Is told of each message after the commit of its send or edit. Must not wait, nor throw. */
  said?(said: SaidMessage): void;
}

/** All that judge, in the order of their registration. */
@Injectable()
export class PreSends {
  private readonly all: PreSend[] = [];

  register(one: PreSend): void {
    this.all.push(one);
  }

  judge(origin: DraftOrigin, draft: Draft): Draft | Promise<Draft> {
    let judged: Draft | Promise<Draft> = draft;
    for (const one of this.all) {
      judged = judged instanceof Promise ? judged.then((so) => one.judge(origin, so)) : one.judge(origin, judged);
    }
    return judged;
  }

  /** A message that is committed says something else than before. */
  tell(said: SaidMessage): void {
    for (const one of this.all) one.said?.(said);
  }
}
