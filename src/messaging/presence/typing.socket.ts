import { Injectable } from '@nestjs/common';
import { SocketEvent, type SocketRequest } from '../../tenancy/access/socket-event.js';
import { TypedDto, TypeInRoomDto } from './typing.dto.js';
import { TypingService } from './typing.service.js';

@Injectable()
export class TypingSocket {
  constructor(private readonly typing: TypingService) {}

  @SocketEvent({
    name: 'typing.start',
    description: 'The user types in the room: for 8 seconds, unless it is said again, or until the connection ends.',
    access: 'send_messages',
    dto: TypeInRoomDto,
    answer: TypedDto,
    errors: ['not_found', 'insufficient_role', 'room_frozen'],
    limited: 'typing',
  })
  async start({ caller, dto, connection }: SocketRequest<TypeInRoomDto>): Promise<TypedDto> {
    await this.typing.type(caller, dto.room_id, true, connection);
    return {};
  }

  @SocketEvent({
    name: 'typing.stop',
    description: 'The user types in the room no longer, as far as this connection goes.',
    access: 'send_messages',
    dto: TypeInRoomDto,
    answer: TypedDto,
    errors: ['not_found'],
    limited: 'typing',
  })
  async stop({ caller, dto, connection }: SocketRequest<TypeInRoomDto>): Promise<TypedDto> {
    await this.typing.type(caller, dto.room_id, false, connection);
    return {};
  }
}
