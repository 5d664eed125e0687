import { Module } from '@nestjs/common';
import { ProviderRegistry } from '../provider.registry.js';
import { ProvidersModule } from '../providers.module.js';
import { MAILGUN } from './mailgun.provider.js';

@Module({ imports: [ProvidersModule] })
export class MailgunModule {
  constructor(registry: ProviderRegistry) {
    registry.register(MAILGUN);
  }
}
