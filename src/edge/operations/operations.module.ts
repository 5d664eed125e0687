import { Module } from '@nestjs/common';
import { DeliveriesModule } from '../../engine/deliveries/deliveries.module.js';
import { HealthController } from './health.controller.js';
import { HealthService } from './health.service.js';
import { MetricsService } from './metrics.service.js';

@Module({ imports: [DeliveriesModule], controllers: [HealthController], providers: [HealthService, MetricsService] })
export class OperationsModule {}
