import { Module } from '@nestjs/common';
import { ProviderRegistry } from '../provider.registry.js';
import { ProvidersModule } from '../providers.module.js';
import { SMTP } from './smtp.provider.js';

@Module({ imports: [ProvidersModule] })
export class SmtpModule {
  constructor(registry: ProviderRegistry) {
    registry.register(SMTP);
  }
}
