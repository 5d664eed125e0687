import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ClientEntity } from './client.entity.js';
import { ClientsController } from './clients.controller.js';
import { ClientsRepository } from './clients.repository.js';
import { ClientsService } from './clients.service.js';
import { OwnClientController } from './own-client.controller.js';
import { RateLimitsController } from './rate-limits.controller.js';
import { Quotas } from './quotas.js';
import { RateLimits } from './rate-limits.js';
import { SocketLimit } from './socket-limit.js';
import { SuspendedClients } from './suspended-clients.js';
import { SigningSecretsService } from './signing-secrets.service.js';

/** Tenants: what the operator grants them, what they set for themselves, and how much their users may do. */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature([ClientEntity])],
  controllers: [OwnClientController, ClientsController, RateLimitsController],
  providers: [
    ClientsRepository,
    ClientsService,
    Quotas,
    RateLimits,
    SigningSecretsService,
    SocketLimit,
    SuspendedClients,
  ],
  exports: [ClientsService, Quotas, RateLimits, SigningSecretsService, SocketLimit, SuspendedClients],
})
export class ClientsModule {}
