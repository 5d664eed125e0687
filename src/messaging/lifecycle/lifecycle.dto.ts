import { applyDecorators } from '@nestjs/common';
import { ValidateIf } from 'class-validator';
import { Bool, Int, Text, TextList, Time } from '../../platform/common/fields.js';
import { setField, type Class } from '../../platform/common/field-registry.js';
import { Rule } from '../../platform/common/field-rules.js';

export const MAX_DAYS = 3_650;
export const MAX_WARN_HOURS = 8_760;

/** Whose policy of rooms may differ in each type. */
export type TypePolicy = number | null | { inactive_after_days?: number | null; warn_before_hours?: number };

const isInt = (value: unknown, min: number, max: number): boolean =>
  Number.isInteger(value) && (value as number) >= min && (value as number) <= max;

const isDays = (value: unknown): boolean => value === null || isInt(value, 1, MAX_DAYS);

function isTypePolicy(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return isDays(value);
  const { inactive_after_days, warn_before_hours, ...more } = value as Record<string, unknown>;
  return (
    Object.keys(more).length === 0 &&
    (inactive_after_days === undefined || isDays(inactive_after_days)) &&
    (warn_before_hours === undefined || isInt(warn_before_hours, 0, MAX_WARN_HOURS))
  );
}

const DAYS = { type: 'integer', minimum: 1, maximum: MAX_DAYS };

/** Days, null for never, or an object of what a room's own lifecycle may say. */
const PolicyOfType = (description: string): PropertyDecorator =>
  applyDecorators(
    (target: object, key: string | symbol) =>
      setField(target.constructor as Class, String(key), {
        free: true,
        document: () => ({
          required: false,
          nullable: true,
          description,
          example: 30,
          oneOf: [
            DAYS,
            {
              type: 'object',
              properties: {
                inactive_after_days: { ...DAYS, nullable: true },
                warn_before_hours: { type: 'integer', minimum: 0, maximum: MAX_WARN_HOURS },
              },
            },
          ],
        }),
      }),
    ValidateIf((_, value) => value !== undefined && value !== null),
    Rule(
      'policy',
      isTypePolicy,
      () => `must be 1 to ${MAX_DAYS} days, null, or {inactive_after_days?, warn_before_hours?}`,
    ),
  );

/** `settings.lifecycle` of a client: after how many days without activity rooms of each type are deactivated. */
export class LifecycleSettingDto {
  @PolicyOfType('Days, or `{inactive_after_days, warn_before_hours}`; null: never; left out: 30.')
  group?: TypePolicy;

  @PolicyOfType('The same for support rooms; left out: 7.')
  support?: TypePolicy;

  @PolicyOfType('The same for direct rooms; left out: 90.')
  direct?: TypePolicy;

  @PolicyOfType('The same for channels; left out: 180.')
  channel?: TypePolicy;

  @Int({
    optional: true,
    max: MAX_WARN_HOURS,
    default: 24,
    description: 'How long before it a deactivation is announced, where nothing else is said; 0: not at all.',
  })
  warn_before_hours?: number;
}

const WARN =
  'Hours between `room.deactivating` and the deactivation, at most half of the days; 0: it is not announced.';

/** What a room keeps to in place of its client's settings; what is left out, the client's settings say. */
export class PutLifecycleDto {
  @Int({
    optional: true,
    nullable: true,
    min: 1,
    max: MAX_DAYS,
    description: 'Days without activity after which the room is deactivated; null: never.',
    example: 14,
  })
  inactive_after_days?: number | null;

  @Int({ optional: true, max: MAX_WARN_HOURS, description: WARN, example: 24 })
  warn_before_hours?: number;
}

const OWN = ['inactive_after_days', 'warn_before_hours'] as const;

export class LifecycleDto {
  @Int({ nullable: true, min: 1, max: MAX_DAYS, description: 'As it holds for the room; null: never.', example: 30 })
  inactive_after_days: number | null;

  @Int({ max: MAX_WARN_HOURS, description: WARN, example: 24 })
  warn_before_hours: number;

  @TextList({ max: 2, maxChars: 30, values: OWN, description: "Those that the client's settings say.", example: OWN })
  inherited: (typeof OWN)[number][];

  @Bool({ description: 'The deactivation was announced, and nobody wrote since.' })
  announced: boolean;

  @Time({ nullable: true, description: 'When it will be deactivated at the earliest, if nobody writes.' })
  deactivates_at: string | null;
}

export class RoomActionDto {
  @Text({
    optional: true,
    max: 500,
    description: 'Why: the room shows it as `status_reason`.',
    example: 'The project has ended.',
  })
  reason?: string;
}
