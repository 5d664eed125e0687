import { addField, fieldsLater } from '../../platform/common/field-registry.js';
import { AnyText, Int, NestedList, OneOf, Text, Time, Uuid } from '../../platform/common/fields.js';
import { PageQueryDto } from '../../platform/common/pagination.js';
import { declared } from '../providers/declared.js';
import { SUPPRESSION_REASONS, type SuppressionReason } from './suppression.entity.js';

export const DEFAULT_SUPPRESSION_CHANNEL = 'email';

const ADDRESS = { max: 320, example: 'carol@example.com' } as const;
const CATEGORY = {
  max: 'name_chars',
  example: 'marketing',
  description: 'Of notifications of this category alone; left out: of all.',
} as const;
const ENDS = 'From then on the address is written to again; null: never.';

export class SuppressionInputDto {
  /** One that reaches people by an address; declared below. */
  channel?: string;

  @Text({ ...ADDRESS, description: 'An address of the channel. All spellings of it are the same one.' })
  address: string;

  @OneOf(SUPPRESSION_REASONS, { optional: true, default: 'manual' })
  reason?: SuppressionReason;

  @Text({ ...CATEGORY, optional: true, nullable: true })
  category?: string | null;

  @Time({ optional: true, nullable: true, description: ENDS })
  expires_at?: string | null;
}

/** An address that nothing is sent to. */
export class SuppressionDto {
  @Uuid()
  id: string;

  channel: string;

  @AnyText({ example: 'carol@example.com' })
  address: string;

  @OneOf(SUPPRESSION_REASONS)
  reason: SuppressionReason;

  @Text({ ...CATEGORY, optional: true })
  category?: string;

  @Time({ nullable: true, description: ENDS })
  expires_at: string | null;

  @Time()
  created_at: string;

  @Time()
  updated_at: string;
}

export class SuppressionsQueryDto extends PageQueryDto {
  channel?: string;

  @OneOf(SUPPRESSION_REASONS, { optional: true, description: 'Only those of this reason.' })
  reason?: SuppressionReason;

  @Text({ ...ADDRESS, optional: true, description: 'Only this address, however it is spelt.' })
  address?: string;
}

export class SuppressionExportQueryDto {
  @OneOf(['csv', 'ndjson'], { optional: true, description: 'Left out, `Accept` says it; csv unless it does.' })
  format?: 'csv' | 'ndjson';
}

export class SuppressionImportErrorDto {
  @Int({ min: 1, description: 'Of the body, from 1.' })
  line: number;

  @AnyText()
  message: string;
}

export class SuppressionImportDto {
  @Int({ description: 'Lines that named an address.' })
  received: number;

  @Int({ description: 'Addresses that are new in the list.' })
  added: number;

  @Int({ description: 'Addresses that were in it, and have the reason and the end of the import now.' })
  updated: number;

  @Int({
    optional: true,
    description: 'Lines whose `expires_at` is over: there is nothing to do. Left out where there are none.',
  })
  skipped?: number;

  @Int({ description: 'Lines that could not be read.' })
  failed: number;

  @NestedList(() => SuppressionImportErrorDto, { max: 100, description: 'The first of them.' })
  errors: SuppressionImportErrorDto[];

  @Int({
    optional: true,
    min: 1,
    description:
      'There are more lines than an import takes: those from here on were not looked at. Send them in another one. Left out where all were.',
  })
  next_line?: number;
}

fieldsLater(() => {
  const names = declared.channels.flatMap(({ name, address }) => (address ? [name] : []));
  addField(SuppressionInputDto, 'channel', OneOf(names, { optional: true, default: DEFAULT_SUPPRESSION_CHANNEL }));
  addField(SuppressionDto, 'channel', OneOf(names));
  addField(
    SuppressionsQueryDto,
    'channel',
    OneOf(names, { optional: true, description: 'Only those of this channel.' }),
  );
});
