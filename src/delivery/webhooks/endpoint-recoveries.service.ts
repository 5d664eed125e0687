import { Injectable } from '@nestjs/common';
import { isUuid } from '../../platform/common/ids.js';
import { invalidField, notFound, Problem } from '../../platform/common/problem.js';
import { Database } from '../../platform/database/database.js';
import { Idempotency } from '../../tenancy/idempotency/idempotency.js';
import type { Request } from '../../tenancy/access/request.js';
import type { RecoveryDto } from '../recoveries/recoveries.dto.js';
import { COUNT_MS, RATE_PER_SECOND, RecoveriesService } from '../recoveries/recoveries.service.js';
import type { EndpointRow } from './endpoint.js';
import { OF_ENDPOINT } from './endpoint-recoveries.js';
import { EndpointRecoveriesRepository, type LogSpan, type LogPlace } from './endpoint-recoveries.repository.js';
import { EndpointsService } from './endpoints.service.js';
import type { EndpointRecoverDto } from './endpoint-history.dto.js';

const FURTHEST_MS = 14 * 86_400_000;
/** Of the log, read at once to count. */
const COUNTED_AT_ONCE = 5_000;

/** Begins to tell an endpoint again what it was not told, or counts what that would be. */
@Injectable()
export class EndpointRecoveriesService {
  constructor(
    private readonly repository: EndpointRecoveriesRepository,
    private readonly endpoints: EndpointsService,
    private readonly recoveries: RecoveriesService,
    private readonly idempotency: Idempotency,
    private readonly database: Database,
  ) {}

  async recover(request: Request, id: string, dto: EndpointRecoverDto): Promise<RecoveryDto> {
    const { clientId } = request.caller;
    if (!isUuid(id)) throw notFound('endpoint');
    const { dry_run = false, rate_per_second = RATE_PER_SECOND } = dto;
    const { since, upto } = periodOf(dto);
    const endpoint = await this.endpoints.find(clientId, id);
    if (!dry_run && endpoint.status === 'disabled')
      throw new Problem('conflict', 'The endpoint is disabled: enable it first.');
    const matched = await this.count(endpoint, { since, upto }, dry_run ? COUNT_MS.dry : COUNT_MS.real);
    if (dry_run && matched === null)
      throw invalidField('since', 'has more behind it than can be counted at once: give a shorter time');
    const filter = { from: since.toISOString(), to: upto.toISOString() };
    const row = { client_id: clientId, kind: OF_ENDPOINT, subject_id: endpoint.id, filter, since, upto, dry_run };
    return this.idempotency.effect(request, (tx) =>
      this.recoveries.begin(tx, { ...row, rate_per_second, matched: matched ?? 0 }),
    );
  }

  /** @returns null when that takes longer than so many milliseconds */
  private async count(endpoint: EndpointRow, period: LogSpan, ms: number): Promise<number | null> {
    const deadline = performance.now() + ms;
    let matched = 0;
    let place: LogPlace | null = this.repository.start(period);
    while (place !== null) {
      if (performance.now() > deadline) return null;
      const walked = await this.repository.walk(this.database, endpoint, period, place, COUNTED_AT_ONCE);
      matched += walked.missed.length;
      place = walked.next;
    }
    return matched;
  }
}

/** @throws Problem `validation_failed` */
function periodOf({ since, until }: EndpointRecoverDto): LogSpan {
  const now = Date.now();
  const from = Date.parse(since);
  if (from < now - FURTHEST_MS) throw invalidField('since', 'must be at most 14 days ago');
  if (from > now) throw invalidField('since', 'must not be in the future');
  if (until !== undefined && Date.parse(until) <= from) throw invalidField('until', 'must be after since');
  // What happens from now on is not meant.
  return { since: new Date(from), upto: new Date(until === undefined ? now : Math.min(Date.parse(until), now)) };
}
