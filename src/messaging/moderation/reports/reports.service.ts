import { Injectable } from '@nestjs/common';
import type { Caller } from '../../../tenancy/access/caller.js';
import { actorTypeOf } from '../../../tenancy/access/caller.js';
import { Existing, type Request } from '../../../tenancy/access/request.js';
import { Idempotency } from '../../../tenancy/idempotency/idempotency.js';
import { isUuid, newId } from '../../../platform/common/ids.js';
import { decodeIdCursor, toPage, type Page } from '../../../platform/common/pagination.js';
import { notFound } from '../../../platform/common/problem.js';
import { Database, type Tx } from '../../../platform/database/database.js';
import type { EventRow } from '../../../engine/events/events.repository.js';
import { EventsService } from '../../../engine/events/events.service.js';
import { newEvent } from '../../../engine/events/new-event.js';
import { FlagsRepository } from '../../messages/flags.repository.js';
import type { SeenMessage } from '../../messages/messages.dto.js';
import { MessagesService } from '../../messages/messages.service.js';
import { actorOf } from '../../rooms/room-access.js';
import type { CreateReportDto, ReportDto, ReporterType, ReportsQueryDto, UpdateReportDto } from './reports.dto.js';
import { reportCreated, reportUpdated } from './reports.events.js';
import { ReportsRepository, type ReportRow } from './reports.repository.js';

/** Messages that somebody wants to be looked at, and what the client's moderators decided. */
@Injectable()
export class ReportsService {
  constructor(
    private readonly reports: ReportsRepository,
    private readonly messages: MessagesService,
    private readonly flags: FlagsRepository,
    private readonly events: EventsService,
    private readonly idempotency: Idempotency,
    private readonly database: Database,
  ) {}

  /**
   * By who sees the message; each reports it once.
   * @returns Existing, the first report, the second time
   * @throws Problem `not_found`
   */
  async report(
    request: Request,
    roomId: string,
    messageId: string,
    { reason, text = null }: CreateReportDto,
  ): Promise<ReportDto | Existing<ReportDto>> {
    const { caller } = request;
    const message = await this.messages.find(caller, roomId, messageId);
    if (message.hidden) throw notFound('message');
    const reporter_type = actorTypeOf(caller) as ReporterType;
    const report = {
      id: newId(),
      room_id: message.room_id,
      message_id: message.id,
      reporter_type,
      reporter_pk: caller.user?.user_pk ?? null,
      reason,
      text,
    };
    let events: EventRow[] = [];
    const answer = await this.idempotency.effect(request, async (tx) => {
      const row = await this.reports.insert(tx, caller.clientId, report);
      if (!row) return new Existing(toReport(await this.reports.getOf(tx, caller.clientId, report)));
      events = await this.events.append(tx, [eventOf(reportCreated, row, actorOf(caller))]);
      return toReport(row);
    });
    await this.events.publish(events);
    return answer;
  }

  /** Newest first, with their messages as the client sees them. */
  async list(caller: Caller, { limit = 50, cursor: text, status }: ReportsQueryDto): Promise<Page<ReportDto>> {
    const cursor = decodeIdCursor(text);
    const rows = await this.reports.list(caller.clientId, status ?? null, limit, cursor);
    const messages = await this.messagesOf(
      caller,
      rows.map(({ message_id }) => message_id),
    );
    return toPage(
      rows,
      limit,
      cursor,
      ({ id }) => [id],
      (row) => withMessage(row, messages),
    );
  }

  /** @throws Problem `not_found` */
  async decide(request: Request, id: string, dto: UpdateReportDto): Promise<ReportDto> {
    const { caller } = request;
    if (!isUuid(id)) throw notFound('report');
    let events: EventRow[] = [];
    const decided = await this.idempotency.effect(
      request,
      async (tx) => {
        const row = await this.reports.lock(tx, caller.clientId, id);
        if (!row) throw notFound('report');
        const { status = row.status, note = row.note } = dto;
        if (status === row.status && note === row.note) return row;
        const updated_at = await this.reports.decide(tx, caller.clientId, id, { status, note });
        const after = { ...row, status, note, updated_at };
        events = await this.events.append(tx, [eventOf(reportUpdated, after, actorOf(caller))]);
        return after;
      },
      { row: `report ${id}` },
    );
    await this.events.publish(events);
    return withMessage(decided, await this.messagesOf(caller, [decided.message_id]));
  }

  /**
   * Makes reports of what word lists have flagged: what a message was stored with is theirs in one transaction, so that
   * nothing is lost whenever the process ends.
   * @returns how many of at most `limit` messages
   */
  async takeFlags(limit: number): Promise<number> {
    let events: EventRow[] = [];
    const taken = await this.database.transaction(async (tx) => {
      const flagged = await this.flags.take(tx, limit);
      if (flagged.length > 0) events = await this.reportFlagged(tx, flagged);
      return flagged.length;
    });
    await this.events.publish(events);
    return taken;
  }

  private async reportFlagged(tx: Tx, flagged: Awaited<ReturnType<FlagsRepository['take']>>): Promise<EventRow[]> {
    const rows = await this.reports.flag(
      tx,
      flagged.map(({ client_id, room_id, id, flags }) => ({
        client_id,
        id: newId(),
        room_id,
        message_id: id,
        lists: [...new Set(flags)],
      })),
    );
    if (rows.length === 0) return [];
    const actor = { id: null, type: 'system' } as const;
    return this.events.append(
      tx,
      rows.map((row) => eventOf(row.is_new ? reportCreated : reportUpdated, row, actor)),
    );
  }

  private messagesOf(caller: Caller, ids: string[]): Promise<Map<string, SeenMessage>> {
    return this.messages.findSeen({ ...caller, user: null }, ids);
  }
}

const eventOf = (
  event: typeof reportCreated,
  row: ReportRow,
  actor: ReturnType<typeof actorOf> | { id: null; type: 'system' },
) =>
  newEvent({
    event,
    client_id: row.client_id,
    stream: { type: 'client', id: row.client_id },
    room_id: row.room_id,
    subject_id: row.id,
    actor,
    data: toReport(row),
  });

const withMessage = (row: ReportRow, messages: Map<string, SeenMessage>): ReportDto => ({
  ...toReport(row),
  message: messages.get(row.message_id) ?? null,
});

const toReport = (row: ReportRow): ReportDto => ({
  id: row.id,
  room_id: row.room_id,
  message_id: row.message_id,
  reporter_type: row.reporter_type,
  reporter_id: row.reporter_id,
  reason: row.reason,
  text: row.text,
  lists: row.lists,
  status: row.status,
  note: row.note,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
});
