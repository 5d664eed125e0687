import { Injectable } from '@nestjs/common';
import { isUuid } from '../../platform/common/ids.js';
import { decodeCursor, encodeCursor, type Cursor, type Page } from '../../platform/common/pagination.js';
import { Problem } from '../../platform/common/problem.js';
import type { Caller } from '../../tenancy/access/caller.js';
import type { DirectoryQueryDto, DirectoryRoomDto } from './directory.dto.js';
import { DirectoryRepository, type DirectoryRow, type DirectoryStretch } from './directory.repository.js';

/** Rooms whose names are looked at for one page of a search; where none of them matches, the page is empty and has a next one. */
const LOOKS = 5_000;

/** The public rooms that users can join. */
@Injectable()
export class DirectoryService {
  constructor(private readonly directory: DirectoryRepository) {}

  async list(caller: Caller, query: DirectoryQueryDto): Promise<Page<DirectoryRoomDto>> {
    const { limit = 50, q = null } = query;
    const cursor = readCursor(query.cursor);
    const looks = q === null ? limit + 1 : LOOKS;
    const viewer = caller.user?.user_pk ?? null;
    return pageOf(await this.directory.read(caller.clientId, viewer, q, { limit, looks, cursor }), limit, cursor);
  }
}

/** @throws Problem `invalid_cursor` */
function readCursor(text: string | undefined): Cursor | null {
  const cursor = decodeCursor(text, 2);
  if (!cursor) return null;
  const [name, id] = cursor.key;
  if (typeof name === 'string' && !name.includes('\u0000') && isUuid(id)) return cursor;
  throw new Problem('invalid_cursor', 'cursor: use next_cursor or prev_cursor of an earlier answer, unchanged.');
}

/** Goes on from the last room shown, or, where the search stopped before the page was full, from the last one looked at. */
function pageOf({ rows, end }: DirectoryStretch, limit: number, cursor: Cursor | null): Page<DirectoryRoomDto> {
  const backwards = cursor?.direction === 'prev';
  const shown = rows.slice(0, limit);
  const on = rows.length > limit ? shown.at(-1)! : end;
  if (backwards) shown.reverse();
  const ahead = on && placeOf(on);
  const behind = cursor && (shown.length > 0 ? placeOf(backwards ? shown.at(-1)! : shown[0]!) : cursor.key);
  const [next, prev] = backwards ? [behind, ahead] : [ahead, behind];
  return {
    data: shown.map(toDirectoryRoom),
    page: {
      next_cursor: next && encodeCursor('n', next),
      prev_cursor: prev && encodeCursor('p', prev),
      has_more: next !== null,
    },
  };
}

const placeOf = ({ key, id }: { key: string; id: string }): Cursor['key'] => [key, id];

const toDirectoryRoom = (row: DirectoryRow): DirectoryRoomDto => ({
  id: row.id,
  room_type: row.room_type,
  name: row.name,
  slug: row.slug,
  description: row.description,
  member_count: row.member_count,
  max_members: row.max_members,
  joined: row.joined,
  created_at: row.created_at.toISOString(),
});
