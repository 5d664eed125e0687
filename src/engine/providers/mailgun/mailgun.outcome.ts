import type { Outcome } from '../provider.js';
import { parseRetryAfter } from '../webhook/webhook.provider.js';
import { MailgunRefusal, MailgunSilence } from './mailgun.requests.js';

type Failed = Exclude<Outcome, { kind: 'accepted' }>;
type Meaning = Pick<Failed, 'kind' | 'fault' | 'code'>;

const SENDER = /'from'|from parameter|from address/i;

/** What Mailgun's statuses mean, by its own table of them; a refusal is of everything in the request. */
function meaningOf({ status, message }: MailgunRefusal): Meaning {
  const provider = (code: string): Meaning => ({ kind: 'retryable', fault: 'provider', code });
  switch (status) {
    // Wrong credentials, an unpaid account and a missing domain are repaired by people, while deliveries wait.
    case 401:
    case 403:
      return provider('authentication_failed');
    case 402:
      return provider('payment_required');
    case 404:
      return provider('domain_not_found');
    case 408:
      return provider('timeout');
    case 413:
      return { kind: 'permanent', fault: 'recipient', code: 'message_too_large' };
    case 429:
      return provider('rate_limited');
  }
  if (status >= 200 && status < 300) return { kind: 'unknown', fault: 'provider', code: 'unreadable_answer' };
  // Somebody in between handed the request on, and got no answer.
  if (status === 502 || status === 504) return { kind: 'unknown', fault: 'provider', code: `http_${status}` };
  if (status >= 300 && status < 400) return provider('redirected');
  if (status < 400 || status >= 500) return provider(`http_${status}`);
  if (SENDER.test(message)) return { kind: 'permanent', fault: 'provider', code: 'sender_refused' };
  return {
    kind: 'permanent',
    fault: 'recipient',
    code: refusesRecipient(message) ? 'recipient_refused' : 'message_refused',
  };
}

const refusesRecipient = (message: string): boolean => /'(to|cc|bcc)'|recipient|to parameter/i.test(message);

/** May a batch be refused for the sake of one of its recipients only? */
export const isOfOne = (outcome: Outcome): boolean =>
  outcome.kind === 'permanent' && outcome.code === 'recipient_refused';

/** What became of a request that failed. */
export function mailgunOutcomeOf(error: unknown): Outcome {
  if (error instanceof MailgunRefusal) {
    const { status, body, message } = error;
    const retryAfterMs = parseRetryAfter(error.retryAfter);
    return {
      ...meaningOf(error),
      message,
      response: { status, body },
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    };
  }
  const { code, message, sent } = error instanceof MailgunSilence ? error : asSilence(error as Error);
  const kind = code === 'address_blocked' ? 'permanent' : sent ? 'unknown' : 'retryable';
  return { kind, fault: 'provider', code, message };
}

/** Something that mailgun.js itself would not send. */
const asSilence = ({ message }: Error) => new MailgunSilence('invalid_request', message, false);
