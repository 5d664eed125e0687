import { defineEvent } from '../../../platform/realtime/event.js';
import { ReportDto } from './reports.dto.js';

const ofReport = { body: ReportDto, stream: 'client', audience: 'everybody', durable: true } as const;

export const reportCreated = defineEvent({
  ...ofReport,
  type: 'report.created',
  description: 'A message was reported, by a user or by a word list of the client. Without `message`.',
});

export const reportUpdated = defineEvent({
  ...ofReport,
  type: 'report.updated',
  description:
    'A report was given another status or note, or word lists flagged its message anew, which opens it again. Without `message`.',
});
