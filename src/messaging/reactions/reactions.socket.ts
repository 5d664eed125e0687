import { Injectable } from '@nestjs/common';
import { SocketEvent, type SocketRequest } from '../../tenancy/access/socket-event.js';
import { ReactionSummaryDto } from '../messages/messages.dto.js';
import { REACTION_ERRORS } from './reactions.controller.js';
import { ReactDto } from './reactions.dto.js';
import { ReactionsService } from './reactions.service.js';

/** What the routes of reactions do, over sockets. */
@Injectable()
export class ReactionsSocket {
  constructor(private readonly reactions: ReactionsService) {}

  @SocketEvent({
    name: 'reaction.add',
    description: 'Like `PUT /rooms/{id}/messages/{message_id}/reactions/{key}`.',
    access: 'send_messages',
    dto: ReactDto,
    list: ReactionSummaryDto,
    errors: REACTION_ERRORS,
    limited: 'reactions',
  })
  add({ request, dto: { room_id, message_id, key } }: SocketRequest<ReactDto>): Promise<ReactionSummaryDto[]> {
    return this.reactions.add(request, room_id, message_id, key);
  }

  @SocketEvent({
    name: 'reaction.remove',
    description:
      "Like `DELETE /rooms/{id}/messages/{message_id}/reactions/{key}`. Answers the message's `reactions` as they stand afterwards.",
    access: 'send_messages',
    dto: ReactDto,
    list: ReactionSummaryDto,
    errors: REACTION_ERRORS,
    limited: 'reactions',
  })
  remove({ request, dto: { room_id, message_id, key } }: SocketRequest<ReactDto>): Promise<ReactionSummaryDto[]> {
    return this.reactions.remove(request, room_id, message_id, key);
  }
}
