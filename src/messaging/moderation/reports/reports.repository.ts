import { Injectable } from '@nestjs/common';
import type { UserId, UserPk } from '../../../platform/common/ids.js';
import type { Cursor } from '../../../platform/common/pagination.js';
import { Database, type Tx } from '../../../platform/database/database.js';
import { unnest } from '../../../platform/database/unnest.js';
import type { ReporterType, ReportStatus } from './reports.dto.js';

export interface ReportRow {
  client_id: string;
  id: string;
  room_id: string;
  message_id: string;
  reporter_type: ReporterType;
  reporter_pk: UserPk | null;
  reporter_id: UserId | null;
  reason: string;
  text: string | null;
  lists: string[];
  status: ReportStatus;
  note: string | null;
  created_at: Date;
  updated_at: Date;
}

export type NewReport = Pick<
  ReportRow,
  'id' | 'room_id' | 'message_id' | 'reporter_type' | 'reporter_pk' | 'reason' | 'text'
>;

/** What word lists have to say of a message. */
export interface Flagging {
  client_id: string;
  id: string;
  room_id: string;
  message_id: string;
  lists: string[];
}

const COLUMNS = `r.client_id, r.id, r.room_id, r.message_id, r.reporter_type, r.reporter_pk, r.reason, r.text, r.lists, r.status,
  r.note, r.created_at, r.updated_at`;

const FLAGGINGS = unnest<Flagging>()('f', {
  client_id: 'uuid',
  id: 'uuid',
  room_id: 'uuid',
  message_id: 'uuid',
  lists: 'jsonb',
});

/** Of `r`, rows of reports, with {@link REPORTERS}. */
const WITH_REPORTER = `${COLUMNS}, u.user_id as reporter_id`;
const REPORTERS = 'left join users u on u.client_id = r.client_id and u.user_pk = r.reporter_pk';

@Injectable()
export class ReportsRepository {
  constructor(private readonly database: Database) {}

  /** @returns null when this reporter has reported the message already */
  async insert(tx: Tx, clientId: string, report: NewReport): Promise<ReportRow | null> {
    const [row] = await tx.query<ReportRow>(
      `with r as (
         insert into reports (client_id, id, room_id, message_id, reporter_type, reporter_pk, reason, text)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (client_id, message_id, reporter_type, reporter_pk) do nothing returning *)
       select ${WITH_REPORTER} from r ${REPORTERS}`,
      [
        clientId,
        report.id,
        report.room_id,
        report.message_id,
        report.reporter_type,
        report.reporter_pk,
        report.reason,
        report.text,
      ],
    );
    return row ?? null;
  }

  async getOf(
    tx: Tx,
    clientId: string,
    { message_id, reporter_type, reporter_pk }: Pick<ReportRow, 'message_id' | 'reporter_type' | 'reporter_pk'>,
  ): Promise<ReportRow> {
    const [row] = await tx.query<ReportRow>(
      `select ${WITH_REPORTER} from reports r ${REPORTERS}
        where r.client_id = $1 and r.message_id = $2 and r.reporter_type = $3 and r.reporter_pk is not distinct from $4`,
      [clientId, message_id, reporter_type, reporter_pk],
    );
    return row!;
  }

  /**
   * The system's reports: each message has one, which is opened again when lists flag it that had not. In the order of their
   * keys, as everybody locks them.
   */
  async flag(tx: Tx, flaggings: Flagging[]): Promise<(ReportRow & { is_new: boolean })[]> {
    return tx.query(
      `with r as (
         insert into reports as r (client_id, id, room_id, message_id, reporter_type, reason, lists)
         select client_id, id, room_id, message_id, 'system', 'word_list', array(select jsonb_array_elements_text(lists))
           from ${FLAGGINGS.sql} order by client_id, message_id
         on conflict (client_id, message_id, reporter_type, reporter_pk) do update
            set lists = array(select distinct unnest(r.lists || excluded.lists) order by 1), status = 'open',
                updated_at = clock_timestamp()
          where not r.lists @> excluded.lists
         returning *, xmax = 0 as is_new)
       select ${COLUMNS}, null as reporter_id, r.is_new from r`,
      FLAGGINGS.values(flaggings),
    );
  }

  /** Newest first, one more than `limit`. */
  async list(
    clientId: string,
    status: ReportStatus | null,
    limit: number,
    cursor: Cursor | null,
  ): Promise<ReportRow[]> {
    const [beyond, order] = cursor?.direction === 'prev' ? ['>', 'asc'] : ['<', 'desc'];
    const bounds = [
      ...(status === null ? [] : ['r.status = $3']),
      ...(cursor === null ? [] : [`r.id ${beyond} $${status === null ? 3 : 4}`]),
    ];
    return this.database.query<ReportRow>(
      `select ${WITH_REPORTER} from reports r ${REPORTERS}
        where ${['r.client_id = $1', ...bounds].join(' and ')} order by r.id ${order} limit $2`,
      [clientId, limit + 1, ...(status === null ? [] : [status]), ...(cursor === null ? [] : [cursor.key[0]])],
    );
  }

  async lock(tx: Tx, clientId: string, id: string): Promise<ReportRow | null> {
    const [row] = await tx.query<ReportRow>(
      `select ${WITH_REPORTER} from reports r ${REPORTERS} where r.client_id = $1 and r.id = $2 for no key update of r`,
      [clientId, id],
    );
    return row ?? null;
  }

  async decide(
    tx: Tx,
    clientId: string,
    id: string,
    { status, note }: Pick<ReportRow, 'status' | 'note'>,
  ): Promise<Date> {
    const [row] = await tx.query<{ updated_at: Date }>(
      `update reports set status = $3, note = $4, updated_at = clock_timestamp()
        where client_id = $1 and id = $2 returning updated_at`,
      [clientId, id, status, note],
    );
    return row!.updated_at;
  }
}
