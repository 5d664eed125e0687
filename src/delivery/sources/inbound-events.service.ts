import { Injectable } from '@nestjs/common';
import { inOneCase, isUuid, timeOfId } from '../../platform/common/ids.js';
import { decodeIdCursor, toPage, type Page } from '../../platform/common/pagination.js';
import { invalidField, notFound, notTogether } from '../../platform/common/problem.js';
import { Config } from '../../platform/config/config.js';
import type { Request } from '../../tenancy/access/request.js';
import { Idempotency } from '../../tenancy/idempotency/idempotency.js';
import { shownResult } from './inbound-effects.js';
import { InboundQueue } from './inbound.queue.js';
import { InboundRepository, type InboundRow } from './inbound.repository.js';
import { InboundWorkRepository } from './inbound-work.repository.js';
import { exactTextOf, payloadOf } from './payload.js';
import type { InboundEventDto, InboundEventsQueryDto, ReplayDto, ReplayedDto } from './sources.dto.js';
import { SourcesService } from './sources.service.js';

/** What is larger is shown on its own only. */
const LISTED_BYTES = 65_536;
const DAY_MS = 86_400_000;
const REPLAYED_AT_ONCE = 5_000;
const NO_ID = '00000000-0000-0000-0000-000000000000';

/** What came to a source, to be looked at and worked on again. */
@Injectable()
export class InboundEventsService {
  constructor(
    private readonly sources: SourcesService,
    private readonly repository: InboundRepository,
    private readonly work: InboundWorkRepository,
    private readonly queue: InboundQueue,
    private readonly idempotency: Idempotency,
    private readonly config: Config,
  ) {}

  async list(clientId: string, sourceId: string, query: InboundEventsQueryDto): Promise<Page<InboundEventDto>> {
    const { limit = 50, ...filter } = query;
    const cursor = decodeIdCursor(query.cursor);
    const source = await this.sources.find(clientId, sourceId);
    const range = { limit, cursor, maxBytes: LISTED_BYTES, keptDays: this.config.inboundEventsKeptDays };
    const rows = await this.repository.list(clientId, source.id, filter, range);
    return toPage(
      rows,
      limit,
      cursor,
      ({ id }) => [id],
      (row) => toInboundEvent(row),
    );
  }

  async get(clientId: string, sourceId: string, eventId: string): Promise<InboundEventDto> {
    const source = await this.sources.find(clientId, sourceId);
    const row = isUuid(eventId) ? await this.repository.find(clientId, source.id, inOneCase(eventId)) : null;
    if (!row) throw notFound('event');
    return toInboundEvent(row);
  }

  /**
   * What has been done is not done again; what went wrong is, and what rules that were made since ask for.
   * @throws Problem `not_found`, `validation_failed`
   */
  async replay(request: Request, sourceId: string, { event_ids, from, to }: ReplayDto): Promise<ReplayedDto> {
    const { clientId } = request.caller;
    const source = await this.sources.find(clientId, sourceId);
    const isRange = from !== undefined || to !== undefined;
    if (event_ids !== undefined && isRange) throw notTogether('event_ids', from === undefined ? 'to' : 'from');
    if (event_ids === undefined && !isRange) throw invalidField('event_ids', 'give event_ids, or from and to');
    const { matched, replayed } = event_ids
      ? await this.replayThese(clientId, source.id, [...new Set(event_ids.map(inOneCase))])
      : await this.replayRange(clientId, source.id, from, to);
    // Doing so twice changes nothing: the record of the Idempotency-Key may come after.
    return this.idempotency.effect(request, async () => ({ matched, replayed, skipped: matched - replayed }));
  }

  private async replayThese(clientId: string, sourceId: string, ids: string[]) {
    const wrong = ids.findIndex((id) => !isUuid(id));
    if (wrong >= 0) throw invalidField(`event_ids[${wrong}]`, 'must be a UUID');
    const days = daysOf(ids);
    const known = await this.repository.known(clientId, sourceId, ids, days);
    if (known < ids.length) throw notFound('event');
    const replayed = await this.work.again(clientId, sourceId, ids, days);
    for (const id of ids) this.queue.add({ client_id: clientId, id });
    return { matched: ids.length, replayed };
  }

  /** However many there are, no statement is of more than some. */
  private async replayAll(clientId: string, sourceId: string, range: [Date, Date]) {
    const sum = { matched: 0, replayed: 0 };
    for (let after: string | null = NO_ID; after !== null;) {
      const some = await this.work.nextAgain(clientId, sourceId, range, after, REPLAYED_AT_ONCE);
      sum.matched += some.matched;
      sum.replayed += some.replayed;
      after = some.matched < REPLAYED_AT_ONCE ? null : some.last;
    }
    return sum;
  }

  private replayRange(clientId: string, sourceId: string, from: string | undefined, to: string | undefined) {
    const earliest = Date.now() - (this.config.inboundEventsKeptDays + 1) * DAY_MS;
    const first = Math.max(from === undefined ? earliest : Date.parse(from), earliest);
    const end = Math.min(to === undefined ? Number.POSITIVE_INFINITY : Date.parse(to), Date.now() + DAY_MS);
    if (from !== undefined && to !== undefined && Date.parse(from) >= Date.parse(to)) {
      throw invalidField('to', 'must be after from');
    }
    return this.replayAll(clientId, sourceId, [new Date(first), new Date(Math.max(first, end))]);
  }
}

/** When the rows of these events were made, give or take the difference of two clocks. */
function daysOf(ids: string[]): [from: Date, to: Date] {
  // Ids of callers' own making name any time, also none that PostgreSQL has.
  const times = ids.map((id) => Math.min(timeOfId(id).getTime(), Date.now() + DAY_MS));
  return [new Date(Math.min(...times) - DAY_MS), new Date(Math.max(...times) + DAY_MS)];
}

const toInboundEvent = (row: InboundRow): InboundEventDto => ({
  id: row.id,
  source_id: row.source_id,
  external_id: row.external_id,
  type: row.type,
  verified: row.verified,
  reason: row.reason,
  status: row.status,
  duplicate_of: row.duplicate_of,
  headers: row.headers,
  payload: row.body === null ? null : payloadOf(row.content_type, row.body),
  payload_text: row.body === null ? null : exactTextOf(row.body),
  payload_bytes: row.body_bytes,
  results: row.results.map(shownResult),
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
});
