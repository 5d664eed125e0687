import { AnyText, AskedTime, Json, Nested, OneOf, Text, Time, Uuid } from '../../platform/common/fields.js';
import { PageQueryDto } from '../../platform/common/pagination.js';
import { AUDIT_ACTORS, type AuditActor } from './audit-line.js';

export class AuditQueryDto extends PageQueryDto {
  @Text({ optional: true, max: 255, description: 'The id or the type of who did it.', example: 'admin' })
  actor?: string;

  @Text({ optional: true, max: 100, description: 'With `*` at its end: all that begin so.', example: 'provider.*' })
  action?: string;

  @AskedTime({ optional: true, description: 'The first moment.' })
  from?: string;

  @AskedTime({ optional: true, description: 'Not included.' })
  to?: string;
}

export class AuditActorDto {
  @OneOf(AUDIT_ACTORS, { description: 'The operator, a master key, a user, or the service by itself.', example: 'key' })
  type: AuditActor['type'];

  @AnyText({ nullable: true, description: "The key's id, or the client's own id of the user." })
  id: string | null;
}

const STATE = { optional: true, maxBytes: 65_536 } as const;

export class AuditLineDto {
  @Uuid()
  id: string;

  @Uuid({ description: 'Whose administration was changed.' })
  client_id: string;

  @Nested(() => AuditActorDto)
  actor: AuditActorDto;

  @AnyText({ example: 'provider.update' })
  action: string;

  @AnyText({ nullable: true, description: 'Which one: an id or a name.', example: 'main' })
  subject: string | null;

  @Json({ ...STATE, description: 'What is known of it as it was, without secrets.' })
  before?: object;

  @Json({ ...STATE, description: 'As it is since, without secrets.' })
  after?: object;

  @AnyText({ nullable: true, example: '203.0.113.7' })
  ip: string | null;

  @Time()
  at: string;
}
