import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { actorTypeOf, may, type Caller } from '../../tenancy/access/caller.js';
import type { Existing, Request } from '../../tenancy/access/request.js';
import { ClientsService } from '../../tenancy/clients/clients.service.js';
import { isUuid, newId } from '../../platform/common/ids.js';
import { notFound, Problem } from '../../platform/common/problem.js';
import type { ActorType } from '../../platform/realtime/envelope.js';
import { writersOf } from '../rooms/room-permissions.js';
import { GatheredSend } from './append/gathered-send.js';
import {
  answerOf,
  StaleSettings,
  type Duplicate,
  type Extras,
  type NewMessage,
  type Sent,
} from './append/new-message.js';
import { draftOf } from './draft.js';
import { MentionsService } from './mentions.service.js';
import type { MessageDto } from './messages.dto.js';
import type { SendMessageDto } from './sending.dto.js';
import { PreSends, type Draft } from './pre-send.js';
import { QuotesService } from './quotes.service.js';

/** So often a message is judged anew because the client's settings changed meanwhile. */
const MAX_TRIES = 5;

/** What a send is besides its body. */
export interface SendOptions {
  purpose?: 'send' | 'scheduled';
  /** The sender did not just look: its marker moves only if it stood at the end. */
  keepMarker?: boolean;
  /** As what the client itself sends: a program of its own, instead of itself. */
  senderType?: 'bot';
}

/** One message on its way, with what it is judged by. */
interface Sending extends SendOptions {
  caller: Caller;
  message: NewMessage;
  draft: Draft;
  dto: SendMessageDto;
}

/** Sends messages, the same for REST, sockets and what sends later. */
@Injectable()
export class SendingService {
  constructor(
    private readonly gathered: GatheredSend,
    private readonly preSends: PreSends,
    private readonly mentions: MentionsService,
    private readonly quotes: QuotesService,
    private readonly clients: ClientsService,
  ) {}

  /**
   * @returns the message, committed; Existing, with `deduplicated`, the original of its client_msg_id
   * @throws Problem `not_found`, `user_banned`, `room_frozen`, `room_inactive`, `insufficient_role`, `user_unavailable`,
   *   `rate_limited` in slow mode, `idempotency_conflict`, `overloaded`, and what a PreSend refuses with
   */
  async send(
    request: Request,
    roomId: string,
    dto: SendMessageDto,
    options: SendOptions = {},
  ): Promise<MessageDto | Existing<MessageDto>> {
    if (!may(request.caller, 'send_messages'))
      throw new Problem('forbidden', 'Sending needs the permission send_messages.');
    if (!isUuid(roomId)) throw notFound('room');
    const draft = draftOf(request.caller, dto);
    const message = newMessage(request, roomId.toLowerCase(), draft, dto, options.senderType);
    let { caller } = request;
    for (let tries = 1; tries <= MAX_TRIES; tries++) {
      try {
        const sent = await this.judgeAndSend({ caller, message, draft, dto, ...options });
        if (sent.verdict === 'sent') this.preSends.tell({ caller, message: sent.message, before: null });
        return answerOf(sent);
      } catch (error) {
        if (!(error instanceof StaleSettings)) throw error;
        caller = { ...caller, ...(await this.clients.readFacts(caller.clientId)) };
      }
    }
    throw new Problem('overloaded', "The client's settings change too fast to send by them. Try again.", {
      retryAfterS: 1,
    });
  }

  /** By the settings that the caller comes with. No promise before the message is handed over, where nothing must be looked up. */
  private judgeAndSend(sending: Sending): Promise<Sent | Duplicate> {
    const { caller, message, draft, dto, purpose = 'send', keepMarker = false } = sending;
    message.writers = writersOf(caller.settings);
    message.settings_rev = caller.settingsRev;
    const { room_id, client_msg_id } = message;
    const judged = this.preSends.judge({ caller, room_id, purpose, client_msg_id }, draft);
    if (judged instanceof Promise) return judged.then((so) => this.lookUpAndSend(sending, so));
    if (judged.mentions.length > 0 || dto.quoted_message_id !== undefined) return this.lookUpAndSend(sending, judged);
    return this.gathered.send(completed(message, judged, extrasOf(dto, judged, keepMarker)));
  }

  private async lookUpAndSend(
    { caller, message, dto, keepMarker = false }: Sending,
    draft: Draft,
  ): Promise<Sent | Duplicate> {
    const extras = extrasOf(dto, draft, keepMarker) ?? {};
    if (draft.mentions.length > 0) {
      extras.mentions = await this.mentions.resolve(message.client_id, message.room_id, draft.mentions);
    }
    if (dto.quoted_message_id !== undefined) {
      const { stored, shown } = await this.quotes.quote(caller, message.room_id, dto.quoted_message_id);
      extras.quoted = stored;
      message.quoted = shown;
    }
    const sent = await this.gathered.send(completed(message, draft, extras));
    if (extras.mentions && !extras.silent && sent.verdict === 'sent' && !sent.shadowed) {
      this.mentions.tell(message.client_id, message.room_id, extras.mentions);
    }
    return sent;
  }
}

function extrasOf({ reply_to_id, silent }: SendMessageDto, { flags }: Draft, keepMarker: boolean): Extras | null {
  if (reply_to_id === undefined && !silent && flags === undefined && !keepMarker) return null;
  return {
    ...(reply_to_id !== undefined && { reply_to_id }),
    ...(silent && { silent: true }),
    ...(flags && { flags }),
    ...(keepMarker && { keep_marker: true }),
  };
}

/** With what was judged in the end. */
function completed(message: NewMessage, draft: Draft, extras: Extras | null): NewMessage {
  message.content_type = draft.content_type;
  message.content = draft.content;
  message.attachments = draft.attachments;
  message.mentions = draft.mentions;
  message.metadata = draft.metadata;
  message.extras = extras;
  return message;
}

function newMessage(
  request: Request,
  room_id: string,
  draft: Draft,
  dto: SendMessageDto,
  senderType: ActorType = actorTypeOf(request.caller),
): NewMessage {
  const { caller } = request;
  const { client_msg_id = null, reply_to_id = null, quoted_message_id, silent = false } = dto;
  return {
    client_id: caller.clientId,
    room_id,
    id: newId(),
    event_id: newId(),
    sender_pk: caller.user?.user_pk ?? null,
    sender_id: caller.user?.user_id ?? null,
    sender_type: senderType,
    sender_display_name: caller.user?.display_name ?? null,
    content_type: draft.content_type,
    content: draft.content,
    attachments: draft.attachments,
    reply_to_id,
    mentions: draft.mentions,
    quoted: null,
    silent,
    metadata: draft.metadata,
    client_msg_id,
    writers: 0,
    settings_rev: 0,
    extras: null,
    again: false,
    body_hash: client_msg_id === null ? null : hashOf([draft, reply_to_id, quoted_message_id, silent]),
    request,
  };
}

/** Of what the sender said, whatever became of it when it was judged. */
const hashOf = (body: unknown[]): Buffer => hash('sha256', JSON.stringify(body), 'buffer');
