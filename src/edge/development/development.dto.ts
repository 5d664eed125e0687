import { AnyText, Nested, Text, Time, UserId, Uuid } from '../../platform/common/fields.js';

export class DevelopmentLoginDto {
  @Text({ max: 'name_chars', description: 'Who you are: the same name is the same user.', example: 'Ada Lovelace' })
  name: string;

  @Text({
    max: 255,
    optional: true,
    description:
      'Another login with it replaces the key that this one gets; without it every login has a key of its own.',
    example: 'window-1',
  })
  device_id?: string;
}

export class DevelopmentUserDto {
  @UserId({ example: 'ada-lovelace' })
  user_id: UserId;

  @AnyText({ example: 'Ada Lovelace' })
  display_name: string;
}

export class DevelopmentLoginAnswerDto {
  @AnyText({ description: 'Where this server is reached.', example: 'http://127.0.0.1:8000' })
  url: string;

  @AnyText({
    description: "A scoped key of the demo client's user.",
    example: 'ck_user_4kx8m2p9q7rt_w3e5r7t9y2u4_7Kd…',
  })
  api_key: string;

  @Time({ description: 'When the key stops working: log in again before.' })
  expires_at: string;

  @Nested(() => DevelopmentUserDto)
  user: DevelopmentUserDto;

  @Uuid({ description: 'The room that everybody joins who logs in here.' })
  room_id: string;
}
