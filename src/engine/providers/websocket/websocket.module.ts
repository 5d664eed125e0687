import { Module } from '@nestjs/common';
import { ProviderRegistry } from '../provider.registry.js';
import { ProvidersModule } from '../providers.module.js';
import { WEBSOCKET_BUILT_IN } from './websocket.provider.js';

@Module({ imports: [ProvidersModule] })
export class WebsocketModule {
  constructor(registry: ProviderRegistry) {
    registry.register(WEBSOCKET_BUILT_IN);
  }
}
