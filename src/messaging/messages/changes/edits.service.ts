import { Injectable } from '@nestjs/common';
import { may, type Caller } from '../../../tenancy/access/caller.js';
import type { Request } from '../../../tenancy/access/request.js';
import { ClientsService } from '../../../tenancy/clients/clients.service.js';
import { notFound, Problem } from '../../../platform/common/problem.js';
import { mayInRoom } from '../../rooms/room-access.js';
import { Turns } from '../../../platform/database/turns.js';
import { ChangesService, isOwn, requireWritable, type Change, type MessageChange } from './changes.service.js';
import { ChangesRepository, MAX_EDITS, type LockedMessage, type NewBody } from './changes.repository.js';
import { patchedDraft } from '../draft.js';
import type { StoredMention } from '../message.row.js';
import { MentionsService } from '../mentions.service.js';
import { MODERATORS_EDIT } from './message.settings.js';
import type { EditMessageDto } from './changes.dto.js';
import type { MessageDto, SeenMessage } from '../messages.dto.js';
import { messageUpdated } from '../messages.events.js';
import { MessagesService } from '../messages.service.js';
import { PreSends, type Draft } from '../pre-send.js';

const MAX_TRIES = 5;

/** Edits of messages; {@link VersionsService} tells what they said before. */
@Injectable()
export class EditsService {
  /** One after the other, each judged by what the one before left. */
  private readonly turns = new Turns({
    atOnce: Infinity,
    atOncePerKey: 1,
    maxWaiting: 1_000,
    maxWaitingPerKey: 50,
    patienceMs: 15_000,
  });

  constructor(
    private readonly changes: ChangesService,
    private readonly repository: ChangesRepository,
    private readonly messages: MessagesService,
    private readonly preSends: PreSends,
    private readonly mentions: MentionsService,
    private readonly clients: ClientsService,
  ) {}

  /**
   * By the sender; by roles that manage the room where the client's settings say so. What is left out stays.
   * @throws Problem `not_found`, `insufficient_role`, `conflict` when it moved on from `if_rev` or was deleted, and as a send
   */
  async edit(request: Request, roomId: string | null, id: string, dto: EditMessageDto): Promise<MessageDto> {
    if (!may(request.caller, 'send_messages'))
      throw new Problem('forbidden', 'Editing needs the permission send_messages.');
    return this.turns.run(`${request.caller.clientId} ${id.toLowerCase()}`, () =>
      this.tryEdit(request, roomId, id, dto),
    );
  }

  /** Again when it was changed meanwhile, which takes another node. */
  private async tryEdit(request: Request, roomId: string | null, id: string, dto: EditMessageDto): Promise<MessageDto> {
    for (let tries = 1; tries <= MAX_TRIES; tries++) {
      const edited = await this.editOnce(request, roomId, id, dto);
      if (edited) return edited;
    }
    throw new Problem('overloaded', 'The message changes too fast to be edited. Try again.', { retryAfterS: 1 });
  }

  /** @returns null when it changed between what was judged and the edit */
  private async editOnce(
    request: Request,
    roomId: string | null,
    id: string,
    { if_rev, ...changes }: EditMessageDto,
  ): Promise<MessageDto | null> {
    const { caller } = request;
    const before = await this.messages.find(caller, roomId, id);
    if (before.hidden) throw notFound('message');
    // A change of the client's settings holds for the next edit, too.
    const now = { ...caller, ...(await this.clients.readFacts(caller.clientId)) };
    const draft = await this.preSends.judge(
      { caller: now, room_id: before.room_id, purpose: 'edit', client_msg_id: null },
      patchedDraft(now, before, changes),
    );
    const body = { ...draft, mentions: await this.mentions.resolve(caller.clientId, before.room_id, draft.mentions) };
    let moved = false;
    let written = false;
    let mentioned: StoredMention[] = [];
    const seen = await this.changes.change(request, before.room_id, before.id, async (change) => {
      this.refuse({ ...change, caller: now }, if_rev);
      moved = change.message.rev !== before.rev;
      if (moved || !isAnother(change.message, draft)) return null;
      if (!change.message.silent) mentioned = [...change.message.stored_mentions, ...body.mentions];
      written = true;
      return this.write(change, body);
    });
    const message = await this.whole(now, seen);
    if (written) this.preSends.tell({ caller: now, message, before: before.content });
    if (mentioned.length > 0) this.mentions.tell(caller.clientId, before.room_id, mentioned);
    return moved ? null : message;
  }

  /** Who hides the message from itself while it edits it is answered what it said, and so are those who judge that. */
  private async whole(caller: Caller, message: SeenMessage): Promise<MessageDto> {
    if (!('hidden' in message)) return message;
    return (await this.messages.get({ ...caller, user: null }, message.room_id, message.id)) as MessageDto;
  }

  private refuse({ caller, room, message }: Change, ifRev: number | undefined): void {
    requireWritable(caller, room);
    if (caller.user && !isOwn(caller, message)) {
      const moderates =
        MODERATORS_EDIT.of(caller.settings) && mayInRoom(caller, room.room_type, room.actor_role, 'manage');
      if (!moderates) throw new Problem('insufficient_role', 'Only the sender may edit this message.');
    }
    if (message.deleted_at) throw new Problem('conflict', 'The message was deleted.');
    if (ifRev !== undefined && ifRev !== message.rev) {
      throw new Problem('conflict', `if_rev: the message has moved on to rev ${message.rev}. Read it again.`);
    }
  }

  private async write({ tx, caller, room, message, rev }: Change, body: NewBody): Promise<MessageChange> {
    const { clientId, user } = caller;
    if (user) {
      const directRoomId = room.room_type === 'direct' ? room.id : null;
      const { banned, blocked } = await this.repository.standing(tx, clientId, user.user_pk, directRoomId);
      if (banned) throw new Problem('user_banned', 'You are banned.');
      if (blocked) throw new Problem('user_unavailable', 'The user is not available.');
    }
    if ((await this.repository.countEdits(tx, clientId, message.id)) >= MAX_EDITS) {
      throw new Problem('conflict', `A message can be edited ${MAX_EDITS} times.`);
    }
    await this.repository.edit(tx, clientId, message, body, { rev, editorPk: user?.user_pk ?? null });
    return messageUpdated;
  }
}

/** Would the message say anything else? */
function isAnother(message: LockedMessage, draft: Draft): boolean {
  const said = ({ content_type, content, attachments, mentions, metadata }: LockedMessage | Draft): string =>
    JSON.stringify(canonical([content_type, content, attachments, mentions, metadata]));
  return said(message) !== said(draft);
}

/** PostgreSQL's own order of keys is another than the caller's. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, canonical(one)]),
  );
}
