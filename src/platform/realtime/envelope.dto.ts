import { Int, Json, Nested, OneOf, Text, Time, UserId, Uuid } from '../common/fields.js';

/** Who did what an event tells of. */
export class ActorDto {
  @UserId({ nullable: true, description: 'null: the client or the system acted.' })
  id: string | null;

  @OneOf(['user', 'client', 'system', 'bot'])
  type: string;
}

/** An event as documents describe it, the same on sockets and in sync answers. */
export class EnvelopeDto {
  @Uuid()
  id: string;

  @Text({ max: 100, example: 'message.created' })
  type: string;

  @Int({ min: 1, description: 'The version of the shape of `data`.' })
  v: number;

  @Uuid()
  client_id: string;

  @Text({ max: 300, description: '`room:<id>`, `user:<user_id>` or `client`.', example: 'client' })
  stream: string;

  @Uuid({ nullable: true })
  room_id: string | null;

  @Text({ optional: true, max: 64, description: 'Another one than before: history was rewound.' })
  epoch?: string;

  @Int({ optional: true, description: 'Its gapless place in the stream. Ephemeral events have none.' })
  rev?: number;

  @Int({ optional: true, description: "Of a message's events: its place in the room." })
  seq?: number;

  @Time()
  occurred_at: string;

  @Nested(() => ActorDto)
  actor: ActorDto;

  @Json({ maxBytes: 1_048_576, description: 'What the event is about, by its type.' })
  data: object;
}
