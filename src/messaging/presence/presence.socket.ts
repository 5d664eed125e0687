import { Injectable } from '@nestjs/common';
import type { Page } from '../../platform/common/pagination.js';
import { SocketEvent, type SocketRequest } from '../../tenancy/access/socket-event.js';
import {
  GetPresenceDto,
  OwnPresenceDto,
  PresenceDto,
  PresencesDto,
  SetPresenceDto,
  SubscribePresenceDto,
} from './presence.dto.js';
import { PresenceService } from './presence.service.js';

/** What the routes of presence do, over sockets; and hearing of changes, which needs one. */
@Injectable()
export class PresenceSocket {
  constructor(private readonly presence: PresenceService) {}

  @SocketEvent({
    name: 'presence.set',
    description: 'Like `PUT /presence`.',
    access: 'key',
    dto: SetPresenceDto,
    answer: OwnPresenceDto,
  })
  set({ caller, dto }: SocketRequest<SetPresenceDto>): Promise<OwnPresenceDto> {
    return this.presence.set(caller, dto);
  }

  @SocketEvent({
    name: 'presence.get',
    description: 'Like `GET /presence/online`.',
    access: 'key',
    dto: GetPresenceDto,
    page: PresenceDto,
    errors: ['invalid_cursor'],
    reads: true,
  })
  get({ caller, dto }: SocketRequest<GetPresenceDto>): Promise<Page<PresenceDto>> {
    return this.presence.get(caller, dto);
  }

  @SocketEvent({
    name: 'presence.subscribe',
    description:
      'Hear of changes of these people’s presence by `presence.updated`, on this connection, until it ends. Answered with how they are now; who shares no room with the user is left out.',
    access: 'key',
    dto: SubscribePresenceDto,
    answer: PresencesDto,
    reads: true,
  })
  subscribe({ caller, dto, connection }: SocketRequest<SubscribePresenceDto>): Promise<PresencesDto> {
    return this.presence.subscribe(caller, connection, dto);
  }
}
