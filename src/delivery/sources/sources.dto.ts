import { ItemProblemDto } from '../../platform/common/batch.js';
import {
  AnyText,
  AnyValue,
  Bool,
  Int,
  Json,
  Nested,
  NestedList,
  NestedVariant,
  OneOf,
  Text,
  TextList,
  Time,
  Uuid,
} from '../../platform/common/fields.js';
import { PageQueryDto } from '../../platform/common/pagination.js';
import { VERIFICATIONS, VerificationDto, verificationIn, type VerificationInputDto } from './verification.dto.js';

export const MAX_TOLERANCE_S = 86_400;
export const DEFAULT_TOLERANCE_S = 300;

const NAME = { max: 'name_chars', example: 'GitHub' } as const;

const TOLERANCE = {
  optional: true,
  min: 1,
  max: MAX_TOLERANCE_S,
  description:
    'How far the time of a signature may be from now; for events without an id, within which equal ones are one.',
} as const;

const ALLOW_UNSIGNED = {
  optional: true,
  description:
    'Must be true for the template `none`: whoever knows the address may then send. Its slug gets random bits.',
  example: undefined,
} as const;

export class CreateSourceDto {
  @Text(NAME)
  name: string;

  @Text({
    optional: true,
    max: 60,
    pattern: /^[a-z0-9]+(-[a-z0-9]+)*$/,
    patternMessage: 'must be lower case letters and digits with hyphens between',
    description: 'Instead of the name, for the address; made unique by a suffix.',
    example: 'github',
  })
  slug?: string;

  @NestedVariant(VERIFICATIONS, verificationIn, { example: { template: 'github', secret: 'a secret of your own' } })
  verification: VerificationInputDto;

  @Bool(ALLOW_UNSIGNED)
  allow_unsigned?: boolean;

  @Int({ ...TOLERANCE, default: DEFAULT_TOLERANCE_S })
  tolerance_s?: number;

  @Bool({ optional: true, default: true, description: 'A disabled one answers as if it were not there.' })
  enabled?: boolean;
}

/** Fields left out stay as they are (RFC 7396); the address stays too, unless it comes to need random bits. */
export class UpdateSourceDto {
  @Text({ ...NAME, optional: true })
  name?: string;

  @Json({
    optional: true,
    maxBytes: 4_096,
    description: 'Merged, as long as the template is the same; another template is given whole.',
    example: { secret: 'the next secret' },
  })
  verification?: Record<string, unknown>;

  @Bool(ALLOW_UNSIGNED)
  allow_unsigned?: boolean;

  @Int(TOLERANCE)
  tolerance_s?: number;

  @Bool({ optional: true })
  enabled?: boolean;
}

/** An address that another service sends to. */
export class SourceDto {
  @Uuid()
  id: string;

  @Text(NAME)
  name: string;

  @AnyText({ example: 'github' })
  slug: string;

  @AnyText({ description: 'What to give to the sender.', example: 'https://chat.example.com/webhooks/acme/github' })
  url: string;

  @Nested(() => VerificationDto, { example: { template: 'github' } })
  verification: VerificationDto;

  @Int({ min: 1, max: MAX_TOLERANCE_S, example: DEFAULT_TOLERANCE_S })
  tolerance_s: number;

  @Bool()
  enabled: boolean;

  @Time()
  created_at: string;

  @Time()
  updated_at: string;
}

export const INBOUND_STATUSES = ['stored', 'processed', 'failed', 'duplicate'] as const;
export type InboundStatus = (typeof INBOUND_STATUSES)[number];

export class InboundEventsQueryDto extends PageQueryDto {
  @OneOf(INBOUND_STATUSES, { optional: true, description: 'Only those that stand so.' })
  status?: InboundStatus;

  @Bool({ optional: true, query: true, description: 'false: only those that were refused.' })
  verified?: boolean;
}

/** What one action of a rule, or a rule's condition, came to. */
export class InboundResultDto {
  @Uuid({ nullable: true, description: 'null: what the source itself does, as with events of Mailgun.' })
  rule_id: string | null;

  @AnyText({ nullable: true, description: 'null: the condition.', example: 'create_room' })
  action: string | null;

  @Int({ optional: true, description: 'Of the action, in its rule.' })
  index?: number;

  @Uuid({ optional: true, description: 'What it made: the room, the message or the notification.' })
  resource_id?: string;

  @Nested(() => ItemProblemDto, { optional: true })
  error?: ItemProblemDto;
}

/** What came to a source, what verification said of it, and what it caused. */
export class InboundEventDto {
  @Uuid()
  id: string;

  @Uuid()
  source_id: string;

  @AnyText({
    nullable: true,
    description: "The sender's own id; an event of an id acts once.",
    example: '72d3162e-cc78-11e3-81ab-4c9367dc0958',
  })
  external_id: string | null;

  @AnyText({ nullable: true, example: 'issues.opened' })
  type: string | null;

  @Bool({ description: 'false: it was refused, and does nothing.' })
  verified: boolean;

  @AnyText({
    nullable: true,
    description: 'Why it was refused; `loop`: it went in a circle of rules, and nothing is done.',
  })
  reason: string | null;

  @OneOf(INBOUND_STATUSES, {
    description:
      '`stored`: not yet worked on. `processed`: all that it was to cause is done. `failed`: refused, in a circle, or one of `results` is an error. `duplicate`: its id came before.',
  })
  status: InboundStatus;

  @Uuid({ nullable: true, description: 'The event of the same id that came first.' })
  duplicate_of: string | null;

  @Json({
    maxBytes: 65_536,
    description: 'By lower-case names, without credentials and signatures.',
    example: { 'x-github-event': 'issues' },
  })
  headers: Record<string, string>;

  @AnyValue({
    nullable: true,
    description:
      'JSON as it came, numbers beyond 2^53 as strings, where they would be others; a form as an object; other text as a string; other bytes as `{"base64": …}`. In lists null where it is larger than 64 KiB. Of duplicates it is not kept, of refused requests the beginning.',
    example: { action: 'opened' },
  })
  payload: unknown;

  @AnyText({
    nullable: true,
    description:
      'The JSON word for word, where it holds numbers that are strings in `payload` (beyond 2^53); else null.',
    example: null,
  })
  payload_text: string | null;

  @Int({ description: 'Of the body as it was sent.', example: 2_048 })
  payload_bytes: number;

  @NestedList(() => InboundResultDto, { max: 1_000, example: [] })
  results: InboundResultDto[];

  @Time()
  created_at: string;

  @Time()
  updated_at: string;
}

/** Which events to replay: these, or all of a time. */
export class ReplayDto {
  @TextList({
    optional: true,
    min: 1,
    max: 1_000,
    maxChars: 36,
    description: 'Or `from` and `to`.',
    example: ['0199f0a2-5a6b-7c3d-8e9f-0a1b2c3d4e5f'],
  })
  event_ids?: string[];

  @Time({ optional: true, example: undefined, description: 'From then on; without it from the first that is kept.' })
  from?: string;

  @Time({ optional: true, example: undefined, description: 'Before then; without it until now.' })
  to?: string;
}

export class ReplayedDto {
  @Int({ description: 'Events that were asked for.', example: 1 })
  matched: number;

  @Int({ description: 'Of these, those that are worked on again.', example: 1 })
  replayed: number;

  @Int({ description: 'The others: refused, in a circle, duplicates, or being worked on anyway.', example: 0 })
  skipped: number;
}

/** The answer to a sender. */
export class ReceivedDto {
  @Uuid({ optional: true, description: 'Of the event; of the first one, where the sender repeats itself.' })
  id?: string;

  @OneOf(['stored', 'duplicate', 'failed'], { optional: true, description: '`failed`: it goes in a circle.' })
  status?: 'stored' | 'duplicate' | 'failed';

  @AnyText({ optional: true, description: 'To Slack, when it verifies the address.', example: undefined })
  challenge?: string;
}
