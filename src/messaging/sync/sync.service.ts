import { Injectable } from '@nestjs/common';
import { may, type Caller } from '../../tenancy/access/caller.js';
import { Problem } from '../../platform/common/problem.js';
import { SharedTurns } from '../../platform/database/shared-turns.js';
import type { MessagePageDto } from '../messages/messages.dto.js';
import { MessagesService } from '../messages/messages.service.js';
import { CatchUpReader, type Ask } from './catch-up.reader.js';
import type { ResumeAnswerDto, ResumeDto, SessionPositions } from './sync.dto.js';
import { SyncRepository } from './sync.repository.js';

/**
 * Who catches up reads several times, one after the other: when thousands come back at once and all begin, each waits for a connection
 * longer than it may, and in vain. So a few go through, and the others wait their turn in memory, where those of the same rooms
 * gather and are read together.
 */
const TOGETHER = {
  atOnce: 8,
  atOncePerKey: 4,
  maxTogether: 16,
  maxWaiting: 20_000,
  maxWaitingPerKey: 10_000,
  patienceMs: 30_000,
};
/** By so many of the rooms asked for, the most recent first, company is found. */
const ROOMS_COMPARED = 4;

/** Catching up: proves that nothing was missed, or says that it can't. */
@Injectable()
export class SyncService {
  private readonly asks: SharedTurns<Ask, ResumeAnswerDto>;

  constructor(
    private readonly repository: SyncRepository,
    private readonly messages: MessagesService,
    reader: CatchUpReader,
  ) {
    this.asks = new SharedTurns({
      ...TOGETHER,
      needs: ({ dto: { rooms = [] } }) => rooms.slice(0, ROOMS_COMPARED).map(({ room_id }) => room_id.toLowerCase()),
      run: (clientId, asks) => reader.read(clientId, asks),
    });
  }

  /** Where the caller's streams stand. Read it after subscribing: then nothing falls between it and the live stream. */
  session(caller: Caller): Promise<SessionPositions> {
    return caller.user ? this.repository.findSession(caller.clientId, caller.user.user_pk) : this.repository.findTime();
  }

  /** The newest messages of a room, for who begins to listen to it. @throws Problem `not_found` */
  history(caller: Caller, roomId: string, limit: number): Promise<MessagePageDto> {
    return this.messages.list(caller, roomId, { limit });
  }

  /** @throws Problem `forbidden` for rooms without `read_messages`, `overloaded` where too many catch up */
  async resume(caller: Caller, dto: ResumeDto): Promise<ResumeAnswerDto> {
    if (dto.rooms?.length && !may(caller, 'read_messages')) {
      throw new Problem('forbidden', 'Recovering rooms needs the permission read_messages.');
    }
    return this.asks.add(caller.clientId, { caller, dto });
  }
}
