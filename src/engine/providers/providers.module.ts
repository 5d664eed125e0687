import { Module, type OnModuleInit } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ProviderEntity } from './provider.entity.js';
import { ClientsModule } from '../../tenancy/clients/clients.module.js';
import { DefaultProviders } from './default-providers.js';
import { ProviderRegistry } from './provider.registry.js';
import { ProviderRoutes } from './provider-routes.js';
import { ProviderTypesController } from './provider-types.controller.js';
import { ProvidersController } from './providers.controller.js';
import { ProvidersRepository } from './providers.repository.js';
import { ProvidersService } from './providers.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([ProviderEntity]), ClientsModule],
  controllers: [ProvidersController, ProviderTypesController],
  providers: [DefaultProviders, ProviderRegistry, ProviderRoutes, ProvidersRepository, ProvidersService],
  exports: [ProviderRegistry, ProviderRoutes, ProvidersService],
})
export class ProvidersModule implements OnModuleInit {
  constructor(private readonly defaults: DefaultProviders) {}

  /** Every provider's module was made by now, and has registered it. */
  onModuleInit(): void {
    this.defaults.check();
  }
}
