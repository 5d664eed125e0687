import { Module } from '@nestjs/common';
import { ClientsModule } from '../../../tenancy/clients/clients.module.js';
import { SigningSecretsService } from '../../../tenancy/clients/signing-secrets.service.js';
import { ProviderRegistry } from '../provider.registry.js';
import { ProvidersModule } from '../providers.module.js';
import { WebhookEndpoints } from './webhook-endpoints.js';
import { webhookBuiltIn } from './webhook.provider.js';

@Module({ imports: [ProvidersModule, ClientsModule], providers: [WebhookEndpoints], exports: [WebhookEndpoints] })
export class WebhookModule {
  constructor(registry: ProviderRegistry, secrets: SigningSecretsService, endpoints: WebhookEndpoints) {
    registry.register(webhookBuiltIn((clientId) => secrets.active(clientId), endpoints));
  }
}
