import { Injectable } from '@nestjs/common';
import type { Caller } from '../../../tenancy/access/caller.js';
import type { Request } from '../../../tenancy/access/request.js';
import { ClientsService } from '../../../tenancy/clients/clients.service.js';
import { checkUrl } from '../../../engine/providers/webhook/webhook.channel.js';
import { notFound } from '../../../platform/common/problem.js';
import { DEFAULT_TIMEOUT_MS, type HookDto, type HookInputDto } from './hook.dto.js';
import { PRE_SEND_HOOK } from './hook.settings.js';

/** A client's pre-send hook, as the client sees and sets it. */
@Injectable()
export class HookService {
  constructor(private readonly clients: ClientsService) {}

  /** @throws Problem `not_found` where there is none */
  async get({ clientId }: Caller): Promise<HookDto> {
    const { settings } = await this.clients.readFacts(clientId);
    const hook = PRE_SEND_HOOK.of(settings);
    if (!hook) throw notFound('pre-send hook');
    return hook;
  }

  /** It is asked about the next message, on every node. */
  async put(request: Request, { url, timeout_ms, on_failure, room_types }: HookInputDto): Promise<HookDto> {
    const hook: HookDto = {
      url: checkUrl(url, 'url'),
      timeout_ms: timeout_ms ?? DEFAULT_TIMEOUT_MS,
      on_failure: on_failure ?? 'allow',
      ...(room_types && { room_types: [...new Set(room_types)] }),
    };
    await this.clients.set(request, PRE_SEND_HOOK, hook);
    return hook;
  }

  async remove(request: Request): Promise<void> {
    await this.clients.set(request, PRE_SEND_HOOK, null);
  }
}
