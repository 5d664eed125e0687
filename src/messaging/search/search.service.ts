import { Injectable } from '@nestjs/common';
import type { Caller } from '../../tenancy/access/caller.js';
import { UsersService } from '../../tenancy/users/users.service.js';
import { isUuid, type UserId, type UserPk } from '../../platform/common/ids.js';
import { decodeCursor, encodeCursor, wholePage, type Page } from '../../platform/common/pagination.js';
import { Problem } from '../../platform/common/problem.js';
import { limits } from '../../platform/config/limits.js';
import { Database } from '../../platform/database/database.js';
import { Turns } from '../../platform/database/turns.js';
import type { SeenMessage } from '../messages/messages.dto.js';
import { MessagesService } from '../messages/messages.service.js';
import { floorOf, RoomAccess } from '../rooms/room-access.js';
import type { SearchHitDto, SearchQueryDto } from './search.dto.js';
import { NEWEST, SearchRun } from './search-run.js';
import { SearchTerms } from './search-terms.js';
import { SearchRepository, type ReadableRoom, type SearchPlace } from './search.repository.js';

const DEFAULT_LIMIT = 50;
/** Months are made by a job once a day at most. */
const MONTHS_MS = 60_000;

/** Finds messages by what they say. */
@Injectable()
export class SearchService {
  private readonly turns: Turns;
  private months: { at: number; found: Promise<string[]> } | undefined;

  constructor(
    private readonly repository: SearchRepository,
    private readonly access: RoomAccess,
    private readonly users: UsersService,
    private readonly messages: MessagesService,
    database: Database,
  ) {
    const { max } = database.pool.options;
    // A tenant that searches much waits for itself; what all of them search leaves most connections to others.
    this.turns = new Turns({
      atOnce: Math.max(2, Math.floor(max / 4)),
      atOncePerKey: 2,
      maxWaiting: 200,
      maxWaitingPerKey: 20,
      patienceMs: 2_000,
    });
  }

  /** @throws Problem `not_found` for a room that the caller does not see, `invalid_cursor`, `overloaded` */
  async find(caller: Caller, query: SearchQueryDto): Promise<Page<SearchHitDto>> {
    const behind = placeOf(query.cursor);
    const terms = new SearchTerms(query.q);
    if (terms.empty) return wholePage([]);
    return this.turns.run(caller.clientId, () => this.search(caller, query, terms, behind));
  }

  private async search(
    caller: Caller,
    query: SearchQueryDto,
    terms: SearchTerms,
    behind: SearchPlace,
  ): Promise<Page<SearchHitDto>> {
    const { clientId } = caller;
    const rooms = await this.roomsOf(caller, query.room_id);
    const sender = query.sender_id === undefined ? null : await this.findSender(clientId, query.sender_id);
    if (rooms?.length === 0 || sender === undefined) return wholePage([]);
    const run = new SearchRun(
      {
        terms,
        behind,
        limit: query.limit ?? Math.min(DEFAULT_LIMIT, limits.page),
        months: await this.allMonths(),
        floors: new Map(rooms?.filter(({ floor }) => floor > 0).map(({ room_id, floor }) => [room_id, floor])),
        filter: {
          clientId,
          patterns: terms.patterns,
          rooms: rooms?.map(({ room_id }) => room_id) ?? null,
          sender,
          contentType: query.content_type ?? null,
          has: query.has ?? null,
          from: query.from === undefined ? null : new Date(query.from),
          to: query.to === undefined ? null : new Date(query.to),
        },
      },
      this.repository,
      (ids) => this.present(caller, ids),
    );
    const { hits, next } = await run.run();
    const nextCursor = next && encodeCursor('n', [next.created_at.getTime(), next.message_id]);
    return { data: hits, page: { next_cursor: nextCursor, prev_cursor: null, has_more: next !== null } };
  }

  /** As the messages' own routes show them: what is hidden from the caller as its stub. */
  private async present(caller: Caller, ids: string[]): Promise<Map<string, SeenMessage>> {
    return this.messages.findSeen(caller, await this.repository.inLiveRooms(caller.clientId, ids));
  }

  /** null: any of the client's. */
  private async roomsOf(caller: Caller, roomId: string | undefined): Promise<ReadableRoom[] | null> {
    if (roomId !== undefined) {
      const room = await this.access.get(caller, roomId);
      return [{ room_id: room.id, floor: floorOf(caller, room) }];
    }
    return caller.user ? this.repository.readableRooms(caller.clientId, caller.user.user_pk) : null;
  }

  /** undefined: there is no such user. */
  private async findSender(clientId: string, userId: UserId): Promise<UserPk | undefined> {
    try {
      const found = await this.users.resolve(clientId, [userId], { create: false });
      return found.get(userId)?.user_pk;
    } catch (error) {
      if (error instanceof Problem && error.code === 'user_unavailable') return undefined;
      throw error;
    }
  }

  private allMonths(): Promise<string[]> {
    const now = performance.now();
    if (!this.months || now - this.months.at > MONTHS_MS) {
      this.months = { at: now, found: this.repository.months() };
      this.months.found.catch(() => (this.months = undefined));
    }
    return this.months.found;
  }
}

/** @throws Problem `invalid_cursor` */
function placeOf(text: string | undefined): SearchPlace {
  const cursor = decodeCursor(text, 2);
  if (!cursor) return NEWEST;
  const [at, message_id] = cursor.key;
  // Within what a Date and PostgreSQL both hold.
  const valid = Number.isSafeInteger(at) && Math.abs(at as number) < 253_402_300_800_000 && isUuid(message_id);
  if (!valid || cursor.direction !== 'next') {
    throw new Problem('invalid_cursor', 'cursor: use next_cursor of an earlier answer, unchanged.');
  }
  return { created_at: new Date(at as number), message_id: message_id as string };
}
