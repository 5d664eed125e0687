import { Bool, Int, Nested, Text, Time, Uuid } from '../../platform/common/fields.js';
import { MessageDto, type MessagesQueryDto, type SeenMessage } from '../messages/messages.dto.js';

const THREAD_ID = { description: 'The message that the thread is about.' };
const UNREAD = { description: 'Replies beyond `last_read_seq` that are not its own; counted up to 1,000.' };

/** Where to read a thread's replies: at most one of the two; without any, the newest. */
export class RepliesQueryDto implements Omit<MessagesQueryDto, 'around_seq'> {
  @Int({ optional: true, min: 1, max: 'page', default: 50, query: true, description: 'Messages per page.' })
  limit?: number;

  @Int({ optional: true, query: true, description: 'Replies before this seq.' })
  before_seq?: number;

  @Int({ optional: true, query: true, description: 'Replies after this seq.' })
  after_seq?: number;

  @Text({ optional: true, max: 1024, description: '`next_cursor` or `prev_cursor` of an earlier answer.' })
  cursor?: string;
}

export class ReadThreadDto {
  @Int({ optional: true, description: 'Up to the reply at this seq; left out, all that there are.' })
  seq?: number;
}

/** How a user stands to a thread. */
export class ThreadStandingDto {
  @Uuid()
  room_id: string;

  @Uuid(THREAD_ID)
  thread_id: string;

  @Bool({ description: 'Does it follow the thread?' })
  subscribed: boolean;

  @Int({})
  last_read_seq: number;

  @Int(UNREAD)
  unread: number;
}

/** Body of `thread.subscribed` and `thread.unsubscribed`. */
export class ThreadRefDto {
  @Uuid()
  room_id: string;

  @Uuid(THREAD_ID)
  thread_id: string;
}

/** A thread that a user follows. */
export class ThreadDto extends ThreadStandingDto {
  @Int({ min: 1 })
  last_reply_seq: number;

  @Time()
  last_reply_at: string;

  @Nested(() => MessageDto, { description: 'What the thread is about; as a stub where it is hidden from the user.' })
  message: SeenMessage;
}
