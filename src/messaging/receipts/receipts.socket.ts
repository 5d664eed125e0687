import { Injectable } from '@nestjs/common';
import { SocketEvent, type SocketRequest } from '../../tenancy/access/socket-event.js';
import { RoomMeDto } from '../rooms/membership/own-side.dto.js';
import { MarkOfRoomDto, MarkReadOfRoomDto } from './receipts.dto.js';
import { ReceiptsService } from './receipts.service.js';

/** What the routes of receipts do, over sockets. */
@Injectable()
export class ReceiptsSocket {
  constructor(private readonly receipts: ReceiptsService) {}

  @SocketEvent({
    name: 'receipt.read',
    description: 'Like `POST /rooms/{id}/read`.',
    access: 'read_messages',
    dto: MarkReadOfRoomDto,
    answer: RoomMeDto,
    errors: ['not_found', 'user_banned'],
  })
  read({ caller, dto: { room_id, ...mark } }: SocketRequest<MarkReadOfRoomDto>): Promise<RoomMeDto> {
    return this.receipts.read(caller, room_id, mark);
  }

  @SocketEvent({
    name: 'receipt.delivered',
    description: 'Like `POST /rooms/{id}/delivered`.',
    access: 'read_messages',
    dto: MarkOfRoomDto,
    answer: RoomMeDto,
    errors: ['not_found', 'user_banned'],
  })
  delivered({ caller, dto: { room_id, ...mark } }: SocketRequest<MarkOfRoomDto>): Promise<RoomMeDto> {
    return this.receipts.delivered(caller, room_id, mark);
  }
}
