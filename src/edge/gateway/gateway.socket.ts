import { Injectable } from '@nestjs/common';
import { may } from '../../tenancy/access/caller.js';
import { SocketEvent, type SocketRequest } from '../../tenancy/access/socket-event.js';
import { Problem } from '../../platform/common/problem.js';
import { SubscribedDto } from '../../messaging/sync/sync.dto.js';
import { SyncService } from '../../messaging/sync/sync.service.js';
import {
  EmptyDto,
  PongDto,
  RefreshDto,
  RefreshedDto,
  SubscribeDto,
  UnsubscribeDto,
  UnsubscribedDto,
} from './gateway.dto.js';
import { KeyExchange } from './key-exchange.js';
import { sessionOf } from './session.js';
import { Subscriptions } from './subscriptions.js';

/** Events that concern the connection itself: what it listens to, its key, whether it is alive. */
@Injectable()
export class GatewaySocket {
  constructor(
    private readonly subscriptions: Subscriptions,
    private readonly sync: SyncService,
    private readonly keys: KeyExchange,
  ) {}

  @SocketEvent({
    name: 'room.subscribe',
    description:
      'Listen to a room again, or as the client itself to any room. This connection only: membership is not touched.',
    access: 'key',
    dto: SubscribeDto,
    answer: SubscribedDto,
    errors: ['not_found'],
    reads: true,
  })
  async subscribe({ caller, dto, connection }: SocketRequest<SubscribeDto>): Promise<SubscribedDto> {
    if (dto.history !== undefined && !may(caller, 'read_messages')) {
      throw new Problem('forbidden', 'history needs the permission read_messages.');
    }
    const room = await this.subscriptions.subscribe(sessionOf(connection), caller, dto.room_id.toLowerCase());
    // Read after subscribing: what comes live follows it without a gap.
    const history = dto.history === undefined ? null : await this.sync.history(caller, room.id, dto.history);
    return {
      room_id: room.id,
      epoch: room.epoch,
      rev: room.last_rev,
      last_seq: room.last_seq,
      ...(history && { history }),
    };
  }

  @SocketEvent({
    name: 'room.unsubscribe',
    description: 'Hear a room no longer. This connection only: membership is not touched.',
    access: 'key',
    dto: UnsubscribeDto,
    answer: UnsubscribedDto,
  })
  unsubscribe({ dto, connection }: SocketRequest<UnsubscribeDto>): UnsubscribedDto {
    const room_id = dto.room_id.toLowerCase();
    this.subscriptions.unsubscribe(sessionOf(connection), room_id);
    return { room_id };
  }

  @SocketEvent({
    name: 'auth.refresh',
    description: 'Go on with another key of the same client and user, before the present one ends.',
    access: 'key',
    dto: RefreshDto,
    answer: RefreshedDto,
    errors: ['invalid_key', 'client_suspended', 'origin_not_allowed', 'server_key_in_browser', 'user_mismatch'],
  })
  refresh({ dto, connection }: SocketRequest<RefreshDto>): Promise<RefreshedDto> {
    return this.keys.refresh(sessionOf(connection), dto.api_key);
  }

  @SocketEvent({
    name: 'ping',
    description: 'Is the server there?',
    access: 'key',
    dto: EmptyDto,
    answer: PongDto,
    limited: 'pings',
  })
  ping(): PongDto {
    return { server_time: new Date().toISOString() };
  }
}
