import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { OutageSource, ProviderOutage } from '../../providers/provider-outage.js';
import { ProvidersService } from '../../providers/providers.service.js';
import { BreakersRepository } from './breakers.repository.js';

/** Tells a client which of its providers are left alone just now, whichever process found that out. */
@Injectable()
export class ProviderOutages implements OutageSource, OnModuleInit {
  constructor(
    private readonly providers: ProvidersService,
    private readonly breakers: BreakersRepository,
  ) {}

  onModuleInit(): void {
    this.providers.registerOutages(this);
  }

  async outages(clientId: string, keys: string[]): Promise<Map<string, ProviderOutage>> {
    if (keys.length === 0) return new Map();
    return new Map((await this.breakers.openOf(clientId, keys)).map(({ key, ...outage }) => [key, outage]));
  }
}
