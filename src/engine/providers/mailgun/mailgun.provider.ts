import { LRUCache } from 'lru-cache';
import Mailgun from 'mailgun.js';
import type { AddressGuard } from '../../../platform/common/address-guard.js';
import { formIn } from '../../../platform/common/form-body.js';
import { Problem } from '../../../platform/common/problem.js';
import { within } from '../../../platform/common/within.js';
import { declareProvider } from '../declared.js';
import { EMAIL } from '../email/email.channel.js';
import type { EmailContent } from '../email/email.content.js';
import { senderOf } from '../email/email.message.js';
import type {
  EventsCursor,
  EventsPage,
  Outcome,
  OutboundDelivery,
  Provider,
  ProviderConfig,
  ProviderEvent,
  ProviderRequest,
  Reconciled,
  UnknownDelivery,
} from '../provider.js';
import { baseUrlOf, MailgunConfigDto } from './mailgun.config.js';
import { mailgunEventIn, isSignedByMailgun, signatureIn, TOLERANCE_S } from './mailgun.events.js';
import { mailgunFieldsOf, MAX_RECIPIENTS, messageIdOfAll, requestsOf } from './mailgun.message.js';
import { isOfOne, mailgunOutcomeOf } from './mailgun.outcome.js';
import type { EventsApi } from './mailgun.pages.js';
import { pollEvents } from './mailgun.polling.js';
import { reconcile } from './mailgun.reconciling.js';
import { MailgunRequests } from './mailgun.requests.js';

type Mail = OutboundDelivery<EmailContent>;
type Config = ProviderConfig<MailgunConfigDto>;

const VERIFY_TIMEOUT_MS = 15_000;
/** For one page of events. */
const PAGE_TIMEOUT_MS = 10_000;
const MINUTE = 60_000;
/** Requests at once for one batch: mail that can't be sent together goes one by one. */
const AT_ONCE = 10;
/** Requests for one batch that Mailgun refused for the sake of some of its recipients. */
const MAX_SPLITS = 200;
const MAX_TOKENS = 50_000;

/** Mail over Mailgun's API, by mailgun.js; the connections are our own ({@link MailgunRequests}). */
export class MailgunProvider implements Provider<EmailContent, MailgunConfigDto> {
  private readonly requests: MailgunRequests;
  private readonly mailgun = new Mailgun(FormData);
  /** Of webhooks that were taken; older ones are out of time. */
  private readonly tokens = new LRUCache<string, true>({ max: MAX_TOKENS, ttl: 2 * TOLERANCE_S * 1_000 });

  constructor(guard: AddressGuard) {
    this.requests = new MailgunRequests(guard);
  }

  async send(batch: Mail[], config: Config, signal: AbortSignal): Promise<Outcome[]> {
    const outcomes = new Map<Mail, Outcome>();
    const left = requestsOf(batch);
    const work = async (): Promise<void> => {
      for (let mails = left.shift(); mails; mails = left.shift())
        for (const [mail, outcome] of await this.sendTogether(mails, config, signal)) outcomes.set(mail, outcome);
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, left.length) }, work));
    return batch.map((mail) => outcomes.get(mail)!);
  }

  async verify(config: Config): Promise<void> {
    if (!config.values.api_key) throw new Error('api_key is missing');
    await this.client(config.values, AbortSignal.timeout(VERIFY_TIMEOUT_MS)).domains.get(config.values.domain);
  }

  parseEvents({ headers, body }: ProviderRequest, { values }: Config): ProviderEvent[] {
    const type = headers['content-type'];
    const payload = formIn(typeof type === 'string' ? type : null, body) ?? parseJson(body);
    const signature = signatureIn(payload);
    if (!values.webhook_signing_key || !signature || !isSignedByMailgun(signature, values.webhook_signing_key))
      throw new Problem('forbidden', 'The request is not signed with the webhook_signing_key, or not now.');
    if (this.tokens.has(signature.token)) throw new Problem('forbidden', 'The request was made before.');
    this.tokens.set(signature.token, true);
    return this.readEvents(payload);
  }

  readEvents(payload: unknown): ProviderEvent[] {
    const event = mailgunEventIn(payload);
    return event ? [event] : [];
  }

  pollEvents({ values }: Config, cursor: EventsCursor | null, signal: AbortSignal): Promise<EventsPage> {
    return pollEvents(this.events(values, signal), cursor);
  }

  reconcile(batch: UnknownDelivery[], { values }: Config, signal: AbortSignal): Promise<Reconciled[]> {
    return reconcile(this.events(values, signal), batch);
  }

  close(): void {
    this.requests.close();
  }

  /** Of one content. Mailgun takes all of a request or nothing: where it refuses one recipient, the halves are tried. */
  private async sendTogether(mails: Mail[], config: Config, signal: AbortSignal): Promise<[Mail, Outcome][]> {
    const settled: [Mail, Outcome][] = [];
    const left = [mails];
    for (let tried = 1; left.length > 0; tried++) {
      const some = left.pop()!;
      const outcome = await this.request(some, config, signal);
      if (some.length > 1 && isOfOne(outcome) && tried < MAX_SPLITS) {
        const half = some.length >> 1;
        left.push(some.slice(half), some.slice(0, half));
      } else if (some.length > 1 && isOfOne(outcome)) {
        settled.push(...some.map((mail): [Mail, Outcome] => [mail, { ...outcome, kind: 'retryable' } as Outcome]));
      } else {
        settled.push(...some.map((mail): [Mail, Outcome] => [mail, outcome]));
      }
    }
    return settled;
  }

  private async request(mails: Mail[], config: Config, signal: AbortSignal): Promise<Outcome> {
    const { values } = config;
    const from = senderOf(mails[0]!.content, config);
    if (!from) return NO_SENDER;
    if (!values.api_key) return NO_KEY;
    try {
      const fields = mailgunFieldsOf(mails, from, values.test_mode ?? false);
      const { id, message, status } = await this.client(values, signal).messages.create(values.domain, fields);
      if (typeof id !== 'string' || id === '')
        return { ...UNREADABLE, provider_message_id: messageIdOfAll(mails, from) };
      return { kind: 'accepted', provider_message_id: id, response: { status, body: JSON.stringify({ id, message }) } };
    } catch (error) {
      const outcome = mailgunOutcomeOf(error);
      return outcome.kind === 'unknown' ? { ...outcome, provider_message_id: messageIdOfAll(mails, from) } : outcome;
    }
  }

  private events(values: MailgunConfigDto, signal: AbortSignal): EventsApi {
    const path = `/v3/${values.domain}/events`;
    return (page, query) =>
      within(
        PAGE_TIMEOUT_MS,
        (inTime) => this.client(values, inTime).request.get(path + page, { searchParams: query }),
        signal,
      );
  }

  private client(values: MailgunConfigDto, signal: AbortSignal) {
    const key = values.api_key ?? '';
    const client = this.mailgun.client({ username: 'api', key, url: baseUrlOf(values) });
    client.request.requestProvider = this.requests.of(key, signal);
    return client;
  }
}

const NO_SENDER: Outcome = {
  kind: 'permanent',
  fault: 'provider',
  code: 'no_sender',
  message: 'Neither the notification (email.from) nor the provider (from_email) says who the mail is from.',
};

const NO_KEY: Outcome = {
  kind: 'retryable',
  fault: 'provider',
  code: 'authentication_failed',
  message: 'The provider has no api_key.',
};

const UNREADABLE = {
  kind: 'unknown',
  fault: 'provider',
  code: 'unreadable_answer',
  message: 'The answer names no message.',
} as const satisfies Outcome;

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new Problem('malformed_json', 'The body is not valid JSON.');
  }
}

export const MAILGUN = declareProvider<EmailContent, MailgunConfigDto>({
  channel: EMAIL,
  type: 'mailgun',
  configSchema: MailgunConfigDto,
  secretFields: ['api_key', 'webhook_signing_key'],
  lacks: ({ api_key }) => (api_key === undefined ? 'api_key' : null),
  secretsGoTo: { api_key: ['base_url'] },
  maxBatch: MAX_RECIPIENTS,
  inFlight: MAX_RECIPIENTS,
  retryPolicy: {
    ...EMAIL.retryPolicy,
    // Its events may show up late: what is not among them after half an hour, by its manual, is not going to be.
    looks: [1 * MINUTE, 5 * MINUTE, 15 * MINUTE],
    unknownWait: 30 * MINUTE,
  },
  create: (guard) => new MailgunProvider(guard),
});
