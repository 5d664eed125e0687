import { Module } from '@nestjs/common';
import { ClientsModule } from '../../tenancy/clients/clients.module.js';
import { MailboxController } from './mailbox/mailbox.controller.js';
import { ProviderRegistry } from './provider.registry.js';
import { ProviderRoutes } from './provider-routes.js';
import { ProvidersController } from './providers.controller.js';
import { ProvidersRepository } from './providers.repository.js';
import { ProvidersService } from './providers.service.js';

@Module({
  imports: [ClientsModule],
  controllers: [ProvidersController, MailboxController],
  providers: [ProviderRegistry, ProviderRoutes, ProvidersRepository, ProvidersService],
  exports: [ProviderRegistry, ProviderRoutes],
})
export class ProvidersModule {}
