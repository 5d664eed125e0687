import { AnyText, Nested, OneOf, Text, TextList, Time, UserId, Uuid } from '../../../platform/common/fields.js';
import { PageQueryDto } from '../../../platform/common/pagination.js';
import { MessageDto, type SeenMessage } from '../../messages/messages.dto.js';
import { MAX_LIST_NAME, MAX_LISTS } from '../word-lists/word-lists.dto.js';

const STATUSES = ['open', 'dismissed', 'actioned'] as const;
export type ReportStatus = (typeof STATUSES)[number];

const REPORTER_TYPES = ['user', 'client', 'system'] as const;
export type ReporterType = (typeof REPORTER_TYPES)[number];

export class CreateReportDto {
  @Text({
    max: 100,
    description: "In the app's own words, such as one of a list that it shows.",
    example: 'harassment',
  })
  reason: string;

  @Text({ optional: true, nullable: true, max: 2_000, description: 'What the reporter has to say.', example: 'Again.' })
  text?: string | null;
}

export class UpdateReportDto {
  @OneOf(STATUSES, { optional: true, example: 'actioned' })
  status?: ReportStatus;

  @Text({
    optional: true,
    nullable: true,
    max: 2_000,
    description: "The moderators' own.",
    example: 'Banned for a day.',
  })
  note?: string | null;
}

export class ReportsQueryDto extends PageQueryDto {
  @OneOf(STATUSES, { optional: true, description: 'Only those.' })
  status?: ReportStatus;
}

/** Somebody wants a message to be looked at. */
export class ReportDto {
  @Uuid()
  id: string;

  @Uuid()
  room_id: string;

  @Uuid()
  message_id: string;

  @OneOf(REPORTER_TYPES, { description: '`system`: a word list of the client flagged the message.' })
  reporter_type: ReporterType;

  @UserId({ nullable: true })
  reporter_id: UserId | null;

  @AnyText({ description: 'Of the system: `word_list`.', example: 'harassment' })
  reason: string;

  @AnyText({ nullable: true })
  text: string | null;

  @TextList({ max: MAX_LISTS, maxChars: MAX_LIST_NAME, description: 'The word lists that flagged it.', example: [] })
  lists: string[];

  @OneOf(STATUSES)
  status: ReportStatus;

  @AnyText({ nullable: true })
  note: string | null;

  @Nested(() => MessageDto, {
    optional: true,
    nullable: true,
    description: 'As the client sees it now; null when its room is gone. Not in events.',
  })
  message?: SeenMessage | null;

  @Time()
  created_at: string;

  @Time()
  updated_at: string;
}
