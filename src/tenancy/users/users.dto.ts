import { ItemProblemDto } from '../../platform/common/batch.js';
import { TEN_YEARS_S } from '../clients/clients.dto.js';
import {
  Bool,
  Email,
  HttpUrl,
  Int,
  Items,
  Json,
  Nested,
  NestedList,
  Text,
  Time,
  UserId,
  Uuid,
} from '../../platform/common/fields.js';

const DISPLAY_NAME = { max: 'name_chars', nullable: true, example: 'Alice' } as const;
const AVATAR_URL = { nullable: true, example: 'https://cdn.example.com/alice.png' } as const;
const EMAIL = { nullable: true, example: 'alice@example.com' } as const;
/** A phone number as a user's profile and a recipient have it. */
export const PHONE = {
  max: 16,
  nullable: true,
  pattern: /^\+[1-9]\d{1,14}$/,
  patternMessage: 'must be an E.164 number such as +4930123456',
  example: '+4930123456',
} as const;
const METADATA = { maxBytes: 'metadata_bytes', example: { plan: 'pro' } } as const;

/** Fields left out stay as they are; null clears. */
export class PutUserDto {
  @Text({ ...DISPLAY_NAME, optional: true })
  display_name?: string | null;

  @HttpUrl({ ...AVATAR_URL, optional: true })
  avatar_url?: string | null;

  @Email({ ...EMAIL, optional: true })
  email?: string | null;

  @Text({ ...PHONE, optional: true })
  phone?: string | null;

  @Json({
    ...METADATA,
    optional: true,
    nullable: true,
    description: 'PUT replaces it; PATCH merges into it (RFC 7396). null empties it.',
  })
  metadata?: Record<string, unknown> | null;
}

export class UserDto {
  @Uuid({ optional: true, description: "ChatAPI's own; `user_id` is yours." })
  id?: string;

  @UserId()
  user_id: UserId;

  @Text(DISPLAY_NAME)
  display_name: string | null;

  @HttpUrl(AVATAR_URL)
  avatar_url: string | null;

  @Email({ ...EMAIL, optional: true, description: 'Absent in what a scoped key sees of other users, as are the rest.' })
  email?: string | null;

  @Text({ ...PHONE, optional: true })
  phone?: string | null;

  @Json({ ...METADATA, optional: true })
  metadata?: Record<string, unknown>;

  @Time({ optional: true, nullable: true })
  last_seen_at?: string | null;

  @Time({ optional: true, nullable: true })
  banned_until?: string | null;

  @Text({ optional: true, nullable: true, max: 500, description: 'Of who is banned, for the client only.' })
  ban_reason?: string | null;

  @Bool({ optional: true, description: 'The same: only the user sees what it sends.' })
  shadow_banned?: boolean;

  @Time({ optional: true })
  created_at?: string;

  @Time({ optional: true })
  updated_at?: string;
}

/** One of many: its id, and what `PUT /users/{user_id}` takes. */
export class BatchUserDto extends PutUserDto {
  @UserId()
  user_id: UserId;
}

export class PutUsersDto {
  @Items(() => BatchUserDto, {
    min: 1,
    max: 'page',
    description: 'Made or changed as by `PUT /users/{user_id}`.',
    example: [{ user_id: 'alice', display_name: 'Alice' }, { user_id: 'bob' }],
  })
  users: unknown[];
}

/** What became of one of them. */
export class PutUserResultDto {
  @Int({ description: 'Its place in `users`.' })
  index: number;

  @Int({ example: 201, description: '201: made; 200: changed; else of the problem.' })
  status: number;

  @Nested(() => UserDto, { optional: true })
  user?: UserDto;

  @Nested(() => ItemProblemDto, { optional: true })
  error?: ItemProblemDto;
}

export class PutUsersAnswerDto {
  @NestedList(() => PutUserResultDto, { max: 'page' })
  results: PutUserResultDto[];
}

export class BanUserDto {
  @Text({
    optional: true,
    nullable: true,
    max: 500,
    description: 'For the client: the user is not told.',
    example: 'spam',
  })
  reason?: string | null;

  @Int({
    optional: true,
    nullable: true,
    min: 1,
    max: TEN_YEARS_S,
    description: 'Seconds until the ban ends by itself; left out: never.',
    example: 86_400,
  })
  expires_in?: number | null;

  @Bool({
    optional: true,
    description: 'The user is not refused anything, but what it sends from now on only it sees.',
    example: false,
  })
  shadow?: boolean;
}
