import { Injectable } from '@nestjs/common';
import { may } from '../../tenancy/access/caller.js';
import { Problem } from '../../platform/common/problem.js';
import { MessagesService } from '../../messaging/messages/messages.service.js';
import { ResumeDto } from '../../messaging/sync/sync.dto.js';
import { SyncService } from '../../messaging/sync/sync.service.js';
import { EmptyDto, RefreshDto, SubscribeDto, UnsubscribeDto } from './gateway.dto.js';
import { KeyExchange } from './key-exchange.js';
import { Subscriptions } from './subscriptions.js';
import { upEvent } from './up-event.js';

/** Events that concern the connection itself: what it listens to, what it missed, its key. */
@Injectable()
export class SessionEvents {
  constructor(
    private readonly subscriptions: Subscriptions,
    private readonly sync: SyncService,
    private readonly messages: MessagesService,
    private readonly keys: KeyExchange,
  ) {}

  readonly events = [
    upEvent({
      name: 'room.subscribe',
      access: 'key',
      dto: SubscribeDto,
      reads: true,
      run: async ({ caller, dto, socket }) => {
        if (dto.history !== undefined && !may(caller, 'read_messages')) {
          throw new Problem('forbidden', 'history needs the permission read_messages.');
        }
        const room = await this.subscriptions.subscribe(socket, caller, dto.room_id.toLowerCase());
        // Read after subscribing: what comes live follows it without a gap.
        const history =
          dto.history === undefined ? null : await this.messages.list(caller, room.id, { limit: dto.history });
        return {
          room_id: room.id,
          epoch: room.epoch,
          rev: room.last_rev,
          last_seq: room.last_seq,
          ...(history && { history }),
        };
      },
    }),
    upEvent({
      name: 'room.unsubscribe',
      access: 'key',
      dto: UnsubscribeDto,
      run: ({ dto, socket }) => {
        const room_id = dto.room_id.toLowerCase();
        this.subscriptions.unsubscribe(socket, room_id);
        return { room_id };
      },
    }),
    upEvent({
      name: 'sync.resume',
      access: 'key',
      dto: ResumeDto,
      reads: true,
      run: ({ caller, dto }) => this.sync.resume(caller, dto),
    }),
    upEvent({
      name: 'auth.refresh',
      access: 'key',
      dto: RefreshDto,
      run: ({ dto, socket }) => this.keys.refresh(socket, dto.api_key),
    }),
    upEvent({
      name: 'ping',
      access: 'key',
      dto: EmptyDto,
      run: () => ({ server_time: new Date().toISOString() }),
    }),
  ];
}
