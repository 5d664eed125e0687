import { OneOf, Text, Time, UserId, Uuid } from '../../platform/common/fields.js';
import { PageQueryDto } from '../../platform/common/pagination.js';

const STATUSES = ['pending', 'approved', 'rejected'] as const;
export type JoinRequestStatus = (typeof STATUSES)[number];

const MESSAGE = { max: 500, example: 'Hi, I am new here.' } as const;

export class AskToJoinDto {
  @Text({ ...MESSAGE, optional: true, description: 'For those who decide.' })
  message?: string;
}

export class JoinRequestsQueryDto extends PageQueryDto {
  @OneOf(STATUSES, { optional: true, default: 'pending', description: 'Those of this status.' })
  status?: JoinRequestStatus;
}

export class JoinRequestDto {
  @Uuid()
  id: string;

  @Uuid()
  room_id: string;

  @UserId()
  user_id: UserId;

  @Text({ nullable: true, max: 'name_chars' })
  display_name: string | null;

  @Text({ ...MESSAGE, nullable: true })
  message: string | null;

  @OneOf(STATUSES)
  status: JoinRequestStatus;

  @Time()
  created_at: string;

  @Time()
  updated_at: string;
}
