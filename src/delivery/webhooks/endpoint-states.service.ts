import { Injectable } from '@nestjs/common';
import { isUuid } from '../../platform/common/ids.js';
import { notFound } from '../../platform/common/problem.js';
import { Idempotency } from '../../tenancy/idempotency/idempotency.js';
import type { Request } from '../../tenancy/access/request.js';
import { EndpointHolds } from './endpoint-holds.js';
import { EndpointMessagesRepository } from './endpoint-messages.repository.js';
import { EndpointView } from './endpoint-view.js';
import type { EndpointDto } from './endpoints.dto.js';
import { EndpointsRepository } from './endpoints.repository.js';
import { EndpointReleases } from './endpoint-releases.js';

/**
 * Endpoints that are switched on, off, and removed. While one is disabled it is told nothing new, and what is open is held; enabled again,
 * that goes on. Events that are open of one that is removed are cancelled; notifications that name it fail.
 */
@Injectable()
export class EndpointStatesService {
  constructor(
    private readonly repository: EndpointsRepository,
    private readonly messages: EndpointMessagesRepository,
    private readonly idempotency: Idempotency,
    private readonly holds: EndpointHolds,
    private readonly releases: EndpointReleases,
    private readonly view: EndpointView,
  ) {}

  async enable(request: Request, id: string): Promise<EndpointDto> {
    const dto = await this.set(request, id, null);
    await this.holds.follow({ client_id: request.caller.clientId, id: dto.id });
    this.releases.nudge(request.caller.clientId, dto.id);
    return dto;
  }

  async disable(request: Request, id: string): Promise<EndpointDto> {
    const dto = await this.set(request, id, 'manual');
    await this.holds.follow({ client_id: request.caller.clientId, id: dto.id });
    return dto;
  }

  async remove(request: Request, id: string): Promise<void> {
    const { clientId } = request.caller;
    await this.idempotency.effect(request, async (tx) => {
      const outcome = isUuid(id) ? await this.repository.remove(tx, clientId, id) : null;
      if (outcome === null) throw notFound('endpoint');
      if (outcome === 'was removed') request.unchanged();
      await this.messages.skipAll(tx, clientId, id);
    });
    await this.holds.follow({ client_id: clientId, id });
  }

  private async set(request: Request, id: string, reason: string | null): Promise<EndpointDto> {
    const { clientId } = request.caller;
    if (!isUuid(id)) throw notFound('endpoint');
    return this.idempotency.effect(request, async (tx) => {
      const done = await this.repository.setStatus(tx, clientId, id, reason);
      if (!done) throw notFound('endpoint');
      if (!done.changed) request.unchanged();
      return this.view.of(done.row);
    });
  }
}
