import type { AddressInfo } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { until } from './until.js';

export interface SmtpSinkOptions {
  /** Asks for exactly this login; without it anybody may send. */
  auth?: { user: string; pass: string };
  /** `starttls` offers the upgrade, `implicit` speaks TLS from the first byte; both with a self-signed certificate. */
  tls?: 'starttls' | 'implicit';
}

export interface ReceivedMail {
  /** The envelope, which may differ from the headers. */
  from: string;
  to: string[];
  /** As it came over the wire. */
  raw: Buffer;
  /** Parsed: subject, text, html, headers, attachments. */
  mail: Email;
  user: string | undefined;
  secure: boolean;
}

type Stage = 'mail' | 'rcpt' | 'data';

/** A real SMTP server on a free loopback port, which keeps what it receives and refuses what the test tells it to. */
export class SmtpSink {
  readonly messages: ReceivedMail[] = [];
  private readonly refusals: Array<{ stage: Stage; code: number; message: string }> = [];
  private readonly held: Array<() => void> = [];
  private toHold = 0;
  private readonly server: SMTPServer;

  private constructor(private readonly options: SmtpSinkOptions) {
    this.server = new SMTPServer({
      secure: options.tls === 'implicit',
      disabledCommands: options.tls === 'starttls' ? [] : ['STARTTLS'],
      authOptional: !options.auth,
      allowInsecureAuth: true,
      disableReverseLookup: true,
      closeTimeout: 500,
      logger: false,
      onAuth: ({ username, password }, _session, done) => {
        const { auth } = this.options;
        if (!auth || (username === auth.user && password === auth.pass)) return done(null, { user: username });
        return done(smtpError(535, '5.7.8 Authentication credentials invalid'));
      },
      onMailFrom: (_address, _session, done) => done(this.refusal('mail')),
      onRcptTo: (_address, _session, done) => done(this.refusal('rcpt')),
      onData: (stream, session, done) => {
        this.receive(stream, session).then(
          (refused) => done(refused),
          (error: Error) => done(error),
        );
      },
    });
    // A sender that breaks off is the sender's affair.
    this.server.on('error', () => {});
  }

  static async start(options: SmtpSinkOptions = {}): Promise<SmtpSink> {
    const sink = new SmtpSink(options);
    await new Promise<void>((resolve) => sink.server.listen(0, '127.0.0.1', resolve));
    return sink;
  }

  get port(): number {
    return (this.server.server.address() as AddressInfo).port;
  }

  /** The next `times` commands of that stage are answered with `code` (451 try later, 550 never). */
  refuse(code: number, { times = 1, stage = 'data' as Stage, message = 'scripted refusal' } = {}): void {
    for (let i = 0; i < times; i++) this.refusals.push({ stage, code, message });
  }

  /** The next `times` messages are received, but their acknowledgement waits for `release()`. */
  hold(times = 1): void {
    this.toHold += times;
  }

  release(): void {
    this.toHold = 0;
    for (const go of this.held.splice(0)) go();
  }

  /** Waits until at least `count` messages have come and returns all of them. */
  async waitFor(count: number): Promise<ReceivedMail[]> {
    await until(`${count} mails at the SMTP server`, () => this.messages.length >= count);
    return this.messages;
  }

  async stop(): Promise<void> {
    this.release();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async receive(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<Error | null> {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    const refused = this.refusal('data');
    if (refused) return refused;

    const raw = Buffer.concat(chunks);
    const { mailFrom, rcptTo } = session.envelope;
    this.messages.push({
      from: mailFrom ? mailFrom.address : '',
      to: rcptTo.map(({ address }) => address),
      raw,
      mail: await PostalMime.parse(raw),
      user: session.user as unknown as string | undefined,
      secure: session.secure,
    });
    if (this.toHold > 0) {
      this.toHold--;
      await new Promise<void>((resolve) => this.held.push(resolve));
    }
    return null;
  }

  private refusal(stage: Stage): Error | null {
    const at = this.refusals.findIndex((refusal) => refusal.stage === stage);
    const [refusal] = at < 0 ? [] : this.refusals.splice(at, 1);
    return refusal ? smtpError(refusal.code, refusal.message) : null;
  }
}

function smtpError(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}
