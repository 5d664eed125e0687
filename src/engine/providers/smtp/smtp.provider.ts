import type { Readable } from 'node:stream';
import type { Transporter } from 'nodemailer';
import type { AddressGuard } from '../../../platform/common/address-guard.js';
import { within } from '../../../platform/common/within.js';
import { declareProvider } from '../declared.js';
import { addressKey } from '../email/email.address.js';
import { EMAIL } from '../email/email.channel.js';
import type { EmailContent } from '../email/email.content.js';
import { senderOf, toMail } from '../email/email.message.js';
import type { Outcome, OutboundDelivery, Provider, ProviderConfig } from '../provider.js';
import { CANNOT_SIGN, canSign, requiresTls, SmtpConfigDto } from './smtp.config.js';
import { smtpOutcomeOf, type SmtpError } from './smtp.outcome.js';
import { POOL_CONNECTIONS, singleTransport, SmtpTransports } from './smtp.transports.js';

/** Of all that a look at a server takes. */
const VERIFY_TIMEOUT_MS = 30_000;

/** Whoever did not ask for TLS is told how to do without it. */
function withAdvice(error: SmtpError, values: SmtpConfigDto): Error {
  const isFollowed = values.require_tls === undefined && requiresTls(values);
  if (!isFollowed || error.command !== 'STARTTLS' || error.responseCode === undefined) return error;
  return new Error(
    `${error.message}. The server has no TLS, and the password is not sent without it unless require_tls is false.`,
  );
}

/** Mail over SMTP (RFC 5321), by nodemailer. */
export class SmtpProvider implements Provider<EmailContent, SmtpConfigDto> {
  private readonly transports: SmtpTransports;

  constructor(private readonly guard: AddressGuard) {
    this.transports = new SmtpTransports(guard);
  }

  async send(
    batch: OutboundDelivery<EmailContent>[],
    config: ProviderConfig<SmtpConfigDto>,
    signal: AbortSignal,
  ): Promise<Outcome[]> {
    return Promise.all(batch.map((delivery) => this.sendOne(delivery, config, signal)));
  }

  /** @throws Error that says what is wrong, after this time at the latest: a server may answer for ever, line by line */
  async verify(config: ProviderConfig<SmtpConfigDto>, timeoutMs = VERIFY_TIMEOUT_MS): Promise<void> {
    const { dkim } = config.values;
    if (dkim && !canSign(dkim.private_key)) throw new Error(`dkim.private_key ${CANNOT_SIGN}.`);
    await within(timeoutMs, async (signal) => {
      const transport = singleTransport(config.values, this.guard, signal);
      try {
        await transport.verify();
      } catch (error) {
        throw signal.aborted
          ? new Error(`The server did not come to an end within ${timeoutMs / 1000} s.`)
          : withAdvice(error as SmtpError, config.values);
      } finally {
        transport.close();
      }
    });
  }

  close(): void {
    this.transports.close();
  }

  private async sendOne(
    delivery: OutboundDelivery<EmailContent>,
    config: ProviderConfig<SmtpConfigDto>,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const from = senderOf(delivery.content, config);
    if (!from) {
      return {
        kind: 'permanent',
        fault: 'provider',
        code: 'no_sender',
        message: 'Neither the notification (email.from) nor the provider (from_email) says who the mail is from.',
      };
    }
    const watched = watchBody();
    try {
      const mail = toMail(delivery, from);
      const info = await sendWatched(this.transports.get(config), { ...mail, signal }, watched);
      return toRecipient(info, delivery.address ?? '');
    } catch (error) {
      return smtpOutcomeOf(error as SmtpError, watched.handedOver());
    }
  }
}

export const SMTP = declareProvider<EmailContent, SmtpConfigDto>({
  channel: EMAIL,
  type: 'smtp',
  configSchema: SmtpConfigDto,
  secretFields: ['password', 'dkim.private_key'],
  secretsGoTo: { password: ['host', 'port'] },
  lacks: ({ username, password, dkim }) => {
    if (username !== undefined && password === undefined) return 'password';
    return dkim && dkim.private_key === undefined ? 'dkim.private_key' : null;
  },
  derived: (values) => ({ require_tls: requiresTls(values) }),
  maxBatch: 1,
  // What waits for a connection of the pool uses up its time.
  inFlight: 4 * POOL_CONNECTIONS,
  retryPolicy: EMAIL.retryPolicy,
  create: (guard) => new SmtpProvider(guard),
});

interface SentInfo {
  messageId: string;
  response: string;
  rejectedErrors?: (SmtpError & { recipient?: string })[];
}

/** The mail went to somebody; was it taken for the recipient too, or only for a copy? */
function toRecipient(info: SentInfo, address: string): Outcome {
  // nodemailer names it with its domain as DNS has it.
  const refused = info.rejectedErrors?.find(({ recipient }) => addressKey(recipient ?? '') === addressKey(address));
  if (refused) return smtpOutcomeOf(refused, false);
  return {
    kind: 'accepted',
    provider_message_id: info.messageId,
    response: { status: 250, body: info.response },
  };
}

/** Has the server begun to take the body? From then on, silence leaves open whether it took the mail. */
function watchBody() {
  let stream: Readable | undefined;
  return {
    handedOver: () => stream?.readableDidRead ?? false,
    set: (made: Readable) => {
      stream = made;
    },
  };
}

/** The property by which the mail finds its watcher in nodemailer's stream step; it copies no symbols. */
const WATCHED = 'chatapiWatched';

interface Composed {
  data: { [WATCHED]?: ReturnType<typeof watchBody> };
  message: { createReadStream: (...args: unknown[]) => Readable };
}

const watching = new WeakSet<Transporter>();

async function sendWatched(
  transport: Transporter,
  mail: object,
  watched: ReturnType<typeof watchBody>,
): Promise<SentInfo> {
  if (!watching.has(transport)) {
    watching.add(transport);
    transport.use('stream', (composed, done) => {
      const { data, message } = composed as unknown as Composed;
      const create = message.createReadStream.bind(message);
      message.createReadStream = (...args) => {
        const stream = create(...args);
        data[WATCHED]?.set(stream);
        return stream;
      };
      done();
    });
  }
  return (await transport.sendMail({ ...mail, [WATCHED]: watched } as object)) as SentInfo;
}
