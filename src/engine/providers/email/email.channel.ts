import { isEmailAddress } from '../../../platform/common/email-address.js';
import { Email } from '../../../platform/common/fields.js';
import { reachByAddress } from '../channel.js';
import { declareChannel } from '../declared.js';
import { budgetsOf } from '../routing.settings.js';
import { addressKey } from './email.address.js';
import { commandIn, toEmailContent, withoutCopies, type EmailContent } from './email.content.js';
import { EmailInputDto } from './email.dto.js';

const MINUTE = 60_000;

/** Mail, whichever provider takes it there. */
export const EMAIL = declareChannel<EmailInputDto, EmailContent>({
  name: 'email',
  inputSchema: EmailInputDto,
  success: 'sent',
  retryPolicy: {
    // The budget for the message ends it before.
    attempts: 100,
    waits: [0.5, 1, 2, 4, 8, 16, 32, 60].map((minutes) => minutes * MINUTE),
    unknownWait: 15 * MINUTE,
    budgets: budgetsOf({}),
  },
  scopedKeys: false,
  address: {
    field: 'email',
    declare: Email({
      optional: true,
      description: "One person; beside a user_id it overrides the profile's address.",
    }),
    fault: (address) => (isEmailAddress(address) ? null : 'must be an email address'),
    key: addressKey,
    ofProfile: ({ email }) => email,
  },
  toContent: toEmailContent,
  reach: reachByAddress('email'),
  copies: ({ cc = [], bcc = [] }) => [...cc, ...bcc].map(({ address }) => address),
  withoutCopies,
  unsubscribes: ({ list_unsubscribe = false }) => list_unsubscribe,
  category: ({ category = null }) => category,
  lane: ({ provider = '' }) => provider,
  namedProvider: ({ provider }) => provider,
  ownProviderOnly: commandIn,
  testContent: (name) => ({
    subject: `Test of the provider ${name}`,
    text: 'This provider can send mail for ChatAPI.',
  }),
});
