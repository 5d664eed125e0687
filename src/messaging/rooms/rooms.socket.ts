import { Injectable } from '@nestjs/common';
import { PageQueryDto, type Page } from '../../platform/common/pagination.js';
import { SocketEvent, type SocketRequest } from '../../tenancy/access/socket-event.js';
import { RoomDto } from './rooms.dto.js';
import { RoomsService } from './rooms.service.js';

/** What the routes of rooms do, over sockets. */
@Injectable()
export class RoomsSocket {
  constructor(private readonly rooms: RoomsService) {}

  @SocketEvent({
    name: 'room.list',
    description: 'Like `GET /rooms`.',
    access: 'read_messages',
    dto: PageQueryDto,
    page: RoomDto,
    errors: ['invalid_cursor'],
    reads: true,
  })
  list({ caller, dto }: SocketRequest<PageQueryDto>): Promise<Page<RoomDto>> {
    return this.rooms.list(caller, dto);
  }
}
