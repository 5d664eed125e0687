import { Injectable } from '@nestjs/common';
import { SocketEvent, type SocketRequest } from '../../tenancy/access/socket-event.js';
import { ListedEventsDto, ListEventsDto } from './event-feed.dto.js';
import { EventFeed } from './event-feed.js';

/** The events of a whole client over one connection. */
@Injectable()
export class EventFeedSocket {
  constructor(private readonly feed: EventFeed) {}

  @SocketEvent({
    name: 'event.list',
    description:
      'The events that an endpoint would be told, of all streams of the client, after a cursor: each once, in the order in which they were committed. With `timeout_s` it waits for the first one. Made for developing: `chatapi listen` posts them to a server of yours.',
    access: 'master',
    dto: ListEventsDto,
    answer: ListedEventsDto,
    errors: ['invalid_cursor', 'validation_failed'],
    reads: true,
  })
  list({ caller, dto, connection }: SocketRequest<ListEventsDto>): Promise<ListedEventsDto> {
    return this.feed.list(caller.clientId, dto, () => connection.isOpen);
  }
}
