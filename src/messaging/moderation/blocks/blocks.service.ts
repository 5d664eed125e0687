import { Injectable } from '@nestjs/common';
import type { Caller } from '../../../tenancy/access/caller.js';
import type { Request } from '../../../tenancy/access/request.js';
import type { UserRef } from '../../../tenancy/access/user-ref.js';
import { Idempotency } from '../../../tenancy/idempotency/idempotency.js';
import { BlocksRepository } from '../../../tenancy/users/blocks.repository.js';
import { UsersService } from '../../../tenancy/users/users.service.js';
import type { UserId, UserPk } from '../../../platform/common/ids.js';
import { decodeIdCursor, toPage, type Page, type PageQueryDto } from '../../../platform/common/pagination.js';
import { invalidField, notFound, Problem } from '../../../platform/common/problem.js';
import type { Tx } from '../../../platform/database/database.js';
import type { DurableEvent } from '../../../platform/realtime/event.js';
import type { EventRow } from '../../../engine/events/events.repository.js';
import { EventsService } from '../../../engine/events/events.service.js';
import { newEvent } from '../../../engine/events/new-event.js';
import { actorOf } from '../../rooms/room-access.js';
import type { BlockDto, BlockedUserDto } from './blocks.dto.js';
import { blockAdded, blockRemoved } from './blocks.events.js';

/** A user's list goes with every read of messages. */
const MAX_BLOCKS = 10_000;

/** Whom users block: their direct messages are refused, and what else they send comes as stubs. */
@Injectable()
export class BlocksService {
  constructor(
    private readonly blocks: BlocksRepository,
    private readonly users: UsersService,
    private readonly events: EventsService,
    private readonly idempotency: Idempotency,
  ) {}

  async list(caller: Caller, query: PageQueryDto): Promise<Page<BlockDto>> {
    const { limit = 50 } = query;
    const cursor = decodeIdCursor(query.cursor);
    const rows = await this.blocks.list(caller.clientId, blockerOf(caller).user_pk, limit, cursor);
    return toPage(
      rows,
      limit,
      cursor,
      ({ user_pk }) => [user_pk],
      ({ user_id, created_at }) => ({ user_id, created_at: created_at.toISOString() }),
    );
  }

  /** @throws Problem `user_unavailable` for who is unknown, `validation_failed` for the user itself, `conflict` beyond 10,000 */
  async block(request: Request, userId: UserId): Promise<void> {
    const { clientId } = request.caller;
    const blocker = blockerOf(request.caller);
    if (userId === 'me' || userId === blocker.user_id) throw invalidField('user_id', 'must be another user');
    const blocked = (await this.users.resolve(clientId, [userId], { create: false })).get(userId)!;
    await this.change(request, blocked, blockAdded, async (tx) => {
      const count = await this.blocks.lockAndCount(tx, clientId, blocker.user_pk, MAX_BLOCKS);
      if (await this.blocks.has(tx, clientId, blocker.user_pk, blocked.user_pk)) return false;
      if (count >= MAX_BLOCKS) throw new Problem('conflict', `A user can block ${MAX_BLOCKS} others.`);
      await this.blocks.add(tx, clientId, blocker.user_pk, blocked.user_pk);
      return true;
    });
  }

  /** Whoever is not blocked, unknown users among them, is so afterwards. */
  async unblock(request: Request, userId: UserId): Promise<void> {
    const { clientId } = request.caller;
    const blocker = blockerOf(request.caller);
    const blocked = await this.find(clientId, userId);
    if (!blocked) return;
    await this.change(request, blocked, blockRemoved, (tx) =>
      this.blocks.remove(tx, clientId, blocker.user_pk, blocked.user_pk),
    );
  }

  private async find(clientId: string, userId: UserId): Promise<UserRef | null> {
    try {
      return (await this.users.resolve(clientId, [userId], { create: false })).get(userId)!;
    } catch (error) {
      if (error instanceof Problem && error.code === 'user_unavailable') return null;
      throw error;
    }
  }

  /** @param change false when nothing had to be done: then nobody is told */
  private async change(
    request: Request,
    { user_id }: UserRef,
    event: DurableEvent<BlockedUserDto, 'user', false>,
    change: (tx: Tx) => Promise<boolean>,
  ): Promise<void> {
    const { caller } = request;
    const { user_pk, user_id: blocker } = blockerOf(caller);
    let rows: EventRow[] = [];
    await this.idempotency.effect(
      request,
      async (tx) => {
        if (!(await change(tx))) return;
        rows = await this.events.append(tx, [
          newEvent({
            event,
            client_id: caller.clientId,
            stream: { type: 'user', id: user_pk },
            actor: actorOf(caller),
            data: { user_id },
          }),
        ]);
      },
      { row: `user ${blocker}` },
    );
    await this.events.publish(rows);
  }
}

/** Blocks are a user's own. @throws Problem `not_found` for who acts for nobody */
function blockerOf({ user }: Caller): { user_pk: UserPk; user_id: UserId } {
  if (!user) throw notFound('user');
  return user;
}
