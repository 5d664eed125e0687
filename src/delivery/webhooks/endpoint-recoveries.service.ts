import { Injectable } from '@nestjs/common';
import { isUuid } from '../../platform/common/ids.js';
import { invalidField, notFound, Problem } from '../../platform/common/problem.js';
import { Idempotency } from '../../tenancy/idempotency/idempotency.js';
import type { Request } from '../../tenancy/access/request.js';
import { DueSignal } from '../../engine/deliveries/due-signal.js';
import { EndpointMessagesRepository } from './endpoint-messages.repository.js';
import { targetsOf } from './endpoint-targets.js';
import { EndpointsRepository } from './endpoints.repository.js';
import type { EndpointRecoveredDto } from './endpoints.dto.js';
import { newMessageOf } from './new-message.js';
import { EndpointRecoveriesRepository } from './endpoint-recoveries.repository.js';
import { EndpointReleases } from './endpoint-releases.js';

const MOST = 10_000;
const FURTHEST_MS = 14 * 86_400_000;

/** Tells an endpoint again what it was not told. */
@Injectable()
export class EndpointRecoveriesService {
  constructor(
    private readonly repository: EndpointRecoveriesRepository,
    private readonly endpoints: EndpointsRepository,
    private readonly messages: EndpointMessagesRepository,
    private readonly idempotency: Idempotency,
    private readonly releases: EndpointReleases,
    private readonly due: DueSignal,
  ) {}

  async recover(request: Request, id: string, since: Date): Promise<EndpointRecoveredDto> {
    const { clientId } = request.caller;
    if (!isUuid(id)) throw notFound('endpoint');
    if (since.getTime() < Date.now() - FURTHEST_MS) throw invalidField('since', 'must be at most 14 days ago');
    const answer = await this.idempotency.effect(request, async (tx) => {
      const endpoint = await this.endpoints.lock(tx, clientId, id);
      if (!endpoint) throw notFound('endpoint');
      if (endpoint.status === 'disabled') throw new Problem('conflict', 'The endpoint is disabled: enable it first.');
      const missed = await this.repository.missed(tx, endpoint, since, MOST + 1);
      const now = missed.slice(0, MOST);
      const fresh = now.map((event) => ({ ...newMessageOf(endpoint, event), body: event.body }));
      if (fresh.length > 0) await this.messages.insert(tx, fresh, targetsOf([endpoint]));
      return { recovered: now.length, more: missed.length > MOST };
    });
    this.due.raise();
    this.releases.nudge(clientId, id);
    return answer;
  }
}
