import { Injectable } from '@nestjs/common';
import type { UserPk } from '../../platform/common/ids.js';
import type { Cursor } from '../../platform/common/pagination.js';
import { Database } from '../../platform/database/database.js';
import type { DirectoryRoomDto } from './directory.dto.js';

export interface DirectoryRow extends Omit<DirectoryRoomDto, 'created_at'> {
  created_at: Date;
  /** The beginning of the name, by which the directory is ordered. */
  key: string;
}

/** A stretch of the directory: those that were looked for, and where the look ended. */
export interface DirectoryStretch {
  rows: DirectoryRow[];
  /** The last room that was looked at, where there may be more behind it. */
  end: { key: string; id: string } | null;
}

const KEY = `left(lower(coalesce(r.name, '')), 64)`;

/** Public rooms of a client, in the order of the index `rooms_directory`. */
@Injectable()
export class DirectoryRepository {
  constructor(private readonly database: Database) {}

  /**
   * @param text that the name must hold; null: any name
   * @param looks how many rooms are looked at, at most, however few of them match
   */
  async read(
    clientId: string,
    viewer: UserPk | null,
    text: string | null,
    { limit, looks, cursor }: { limit: number; looks: number; cursor: Cursor | null },
  ): Promise<DirectoryStretch> {
    const back = cursor?.direction === 'prev';
    const order = back ? 'desc' : 'asc';
    const rows = await this.database.query<DirectoryRow & { matches: boolean; place: number }>(
      `with looked as materialized (
         select l.*, row_number() over (order by key ${order}, id ${order})::int as place
           from (select ${KEY} as key, r.id, lower(coalesce(r.name, '')) as name from rooms r
                  where r.client_id = $1 and r.privacy = 'public' and r.room_type <> 'direct'
                    and r.status in ('active', 'inactive')
                    and ($3::text is null or (${KEY}, r.id) ${back ? '<' : '>'} ($3, $4::uuid))
                  order by ${KEY} ${order}, r.id ${order} limit $5) l
       ), shown as (
         select key, id, place, true as matches from looked
          where $6::text is null or strpos(name, lower($6)) > 0 order by place limit $7
       ), wanted as (
         select * from shown
         union all
         select key, id, place, false from looked where place = $5 and id not in (select id from shown)
       )
       select w.key, w.id, w.place, w.matches, r.room_type, r.name, r.slug, r.description, r.member_count, r.max_members,
              r.created_at, m.user_pk is not null as joined
         from wanted w
         join rooms r on r.client_id = $1 and r.id = w.id
         left join room_members m
           on m.client_id = $1 and m.room_id = w.id and m.user_pk = $2 and m.status = 'active'
        order by w.place`,
      [clientId, viewer, cursor?.key[0] ?? null, cursor?.key[1] ?? null, looks, text, limit + 1],
    );
    const matching = rows.filter(({ matches }) => matches);
    return { rows: matching, end: rows.find(({ place }) => place === looks) ?? null };
  }
}
