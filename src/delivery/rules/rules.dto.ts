import {
  AnyText,
  AnyValue,
  Bool,
  Int,
  Json,
  Nested,
  NestedList,
  OneOf,
  Text,
  Time,
  Uuid,
} from '../../platform/common/fields.js';
import { PageQueryDto } from '../../platform/common/pagination.js';

export const ACTION_TYPES = ['create_room', 'add_members', 'send_message', 'send_notification'] as const;
export type ActionType = (typeof ACTION_TYPES)[number];

const MAX_POSITION = 1_000_000;
const MAX_ACTIONS = 20;
const MAX_PARAMS_BYTES = 65_536;

const NAME = { max: 'name_chars', nullable: true, example: 'Issues become support rooms' } as const;

const CONDITION = {
  optional: true,
  nullable: true,
  max: 8_192,
  description:
    'JSONata over the payload, with `$headers`, `$event` and `$results` bound: the rule acts when it gives what is true. Without one, on every event.',
  example: 'action = "opened"',
} as const;

const ACTIONS = { min: 1, max: MAX_ACTIONS, description: 'In order.' } as const;

const POSITION = {
  max: MAX_POSITION,
  description: 'Rules of a source go by it, lowest first. Left out: after all others.',
  example: 1,
} as const;

/** One thing that a rule does. */
export class RuleActionDto {
  @OneOf(ACTION_TYPES, { example: 'create_room' })
  type: ActionType;

  @Json({
    maxBytes: MAX_PARAMS_BYTES,
    description:
      'The body of the route that does the same (`POST /rooms`, `/rooms/{id}/members`, `/rooms/{id}/messages`, `/notifications`), for members and messages with `room_id`; without it they go to the room that this rule made. Any value may be `{"$jsonata": "…"}`; what gives nothing is left out.',
    example: { room_type: 'support', name: { $jsonata: 'issue.title' } },
  })
  params: Record<string, unknown>;
}

export class CreateRuleDto {
  @Uuid({ description: 'Whose events it is for.' })
  source_id: string;

  @Int({ ...POSITION, optional: true })
  position?: number;

  @Text({ ...NAME, optional: true })
  name?: string | null;

  @Bool({ optional: true, default: true })
  enabled?: boolean;

  @Text(CONDITION)
  condition?: string | null;

  @NestedList(() => RuleActionDto, ACTIONS)
  actions: RuleActionDto[];
}

/** Fields left out stay as they are; null clears (RFC 7396). */
export class UpdateRuleDto {
  @Int({ ...POSITION, optional: true })
  position?: number;

  @Text({ ...NAME, optional: true })
  name?: string | null;

  @Bool({ optional: true })
  enabled?: boolean;

  @Text(CONDITION)
  condition?: string | null;

  @NestedList(() => RuleActionDto, { ...ACTIONS, optional: true })
  actions?: RuleActionDto[];
}

export class RulesQueryDto extends PageQueryDto {
  @Uuid({ optional: true, description: 'Only those of this source.' })
  source_id?: string;
}

export class RuleDto {
  @Uuid()
  id: string;

  @Uuid()
  source_id: string;

  @Int(POSITION)
  position: number;

  @Text(NAME)
  name: string | null;

  @Bool()
  enabled: boolean;

  @Text({ ...CONDITION, optional: false })
  condition: string | null;

  @NestedList(() => RuleActionDto, ACTIONS)
  actions: RuleActionDto[];

  @Time()
  created_at: string;

  @Time()
  updated_at: string;
}

/** A rule to be tried out, which need not be complete. */
export class TriedRuleDto {
  @Uuid({
    optional: true,
    description: 'Of a source: then `$event.type` is what it would be there.',
    example: undefined,
  })
  source_id?: string;

  @Int({ ...POSITION, optional: true })
  position?: number;

  @Text({ ...NAME, optional: true })
  name?: string | null;

  @Bool({ optional: true, description: 'Makes no difference here.' })
  enabled?: boolean;

  @Text(CONDITION)
  condition?: string | null;

  @NestedList(() => RuleActionDto, ACTIONS)
  actions: RuleActionDto[];
}

/** An event as it might come. */
export class SampleDto {
  @Json({
    optional: true,
    maxBytes: 65_536,
    description: 'Names in any case.',
    example: { 'x-github-event': 'issues' },
  })
  headers?: Record<string, unknown>;

  @AnyValue({ optional: true, nullable: true, example: { action: 'opened', issue: { title: 'It does not start' } } })
  payload?: unknown;
}

export class TestRuleDto {
  @Nested(() => TriedRuleDto)
  rule: TriedRuleDto;

  @Nested(() => SampleDto)
  sample: SampleDto;
}

/** What is wrong with a rule, or was when it met an event. */
export class RuleFaultDto {
  @AnyText({ description: 'A path such as `actions[0].params.content`.', example: 'condition' })
  field: string;

  @AnyText({ example: 'evaluation' })
  code: string;

  @AnyText()
  message: string;
}

/** What an action would do, every expression worked out. */
export class WorkedOutActionDto {
  @OneOf(ACTION_TYPES)
  type: ActionType;

  @Json({ maxBytes: MAX_PARAMS_BYTES, example: { room_type: 'support', name: 'It does not start' } })
  params: Record<string, unknown>;
}

export class TestedRuleDto {
  @Bool({ description: 'Whether the condition holds.' })
  matched: boolean;

  @NestedList(() => WorkedOutActionDto, {
    max: MAX_ACTIONS,
    description: 'Those that could be worked out, also where `errors` say that they would be refused.',
  })
  actions: WorkedOutActionDto[];

  @NestedList(() => RuleFaultDto, { max: 1_000, example: [] })
  errors: RuleFaultDto[];
}
