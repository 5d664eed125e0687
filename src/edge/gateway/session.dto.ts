import { Bool, Int, Nested, NestedList, Text, Time, UserId, Uuid } from '../../platform/common/fields.js';
import { HeadDto } from '../../messaging/sync/sync.dto.js';

export class SessionRoomDto extends HeadDto {
  @Uuid()
  room_id: string;
}

/** Body of `session.ready`. */
export class SessionReadyDto {
  @Text({ max: 64 })
  session_id: string;

  @UserId({ nullable: true, description: 'null: a master key that acts for nobody.' })
  user_id: UserId | null;

  @Time()
  server_time: string;

  @Int({ description: 'How often an idle connection is pinged.' })
  heartbeat_ms: number;

  @Nested(() => HeadDto, { nullable: true, description: "Where the user's stream stands." })
  user: HeadDto | null;

  @NestedList(() => SessionRoomDto, { max: 'resume_rooms', description: 'The most recent rooms’ positions.' })
  rooms: SessionRoomDto[];

  @Bool({ description: 'There are more rooms than these.' })
  rooms_truncated: boolean;
}

/** Body of `session.expiring`. */
export class SessionExpiringDto {
  @Time()
  expires_at: string;
}

/** Body of `session.draining`. */
export class SessionDrainingDto {
  @Int({ description: 'How long to wait before connecting again; another for each connection.' })
  reconnect_after_ms: number;
}
