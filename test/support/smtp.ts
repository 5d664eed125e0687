import type { AddressInfo } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { until } from './until.js';

export interface SmtpSinkOptions {
  /** Asks for exactly this login; without it anybody may send. */
  auth?: { user: string; pass: string };
  /** `starttls` offers the upgrade, `implicit` speaks TLS from the first byte; both with a self-signed certificate. */
  tls?: 'starttls' | 'implicit';
  /** Takes addresses in ASCII only. */
  asciiOnly?: boolean;
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

/** What the server says to a command; `reset`: nothing, it cuts the connection; `silent`: nothing, for as long as it is open. */
export type SmtpReply = { code: number; message: string } | 'reset' | 'silent';

/** Decides by envelope and message; null: it is taken. In `data` all of the message has come. */
export type SmtpReplyTo = (stage: 'rcpt' | 'data', to: string[], raw?: Buffer) => SmtpReply | null;

/** A real SMTP server on a free loopback port, which keeps what it receives and refuses what the test tells it to. */
export class SmtpSink {
  readonly messages: ReceivedMail[] = [];
  private readonly refusals: Array<{ stage: Stage; code: number; message: string }> = [];
  private readonly held: Array<() => void> = [];
  private toHold = 0;
  private replyTo: SmtpReplyTo = () => null;
  private readonly server: SMTPServer;
  private deadPort = 0;

  private constructor(private readonly options: SmtpSinkOptions) {
    this.server = new SMTPServer({
      secure: options.tls === 'implicit',
      disabledCommands: options.tls === 'starttls' ? [] : ['STARTTLS'],
      authOptional: !options.auth,
      hideSMTPUTF8: options.asciiOnly === true,
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
      onRcptTo: ({ address }, session, done) => {
        const refused = this.refusal('rcpt');
        if (refused) return done(refused);
        return this.say(this.replyTo('rcpt', [address]), session, done);
      },
      onData: (stream, session, done) => {
        this.receive(stream, session).then(
          (reply) => this.say(reply, session, done),
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

  /** From now on; beside what {@link refuse} says. */
  respond(replyTo: SmtpReplyTo): void {
    this.replyTo = replyTo;
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

  /** Nobody listens any more, and every connection is cut, whatever was under way on it. */
  async die(): Promise<void> {
    this.deadPort = this.port;
    const closed = new Promise<void>((resolve) => this.server.server.close(() => resolve()));
    for (const { _socket } of this.server.connections) _socket.destroy();
    await closed;
  }

  /** After {@link die}: at the same port. */
  async revive(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(this.deadPort, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.release();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async receive(
    stream: SMTPServerDataStream,
    session: SMTPServerSession,
  ): Promise<SmtpReply | SmtpError | null> {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    const refused = this.refusal('data');
    if (refused) return refused;

    const raw = Buffer.concat(chunks);
    const { mailFrom, rcptTo } = session.envelope;
    const to = rcptTo.map(({ address }) => address);
    const reply = this.replyTo('data', to, raw);
    if (reply !== null && typeof reply === 'object') return reply;
    this.messages.push({
      from: mailFrom ? mailFrom.address : '',
      to,
      raw,
      mail: await PostalMime.parse(raw),
      user: session.user as unknown as string | undefined,
      secure: session.secure,
    });
    if (this.toHold > 0) {
      this.toHold--;
      await new Promise<void>((resolve) => this.held.push(resolve));
    }
    return reply;
  }

  private say(
    reply: SmtpReply | SmtpError | null,
    session: SMTPServerSession,
    done: (error?: Error | null) => void,
  ): void {
    if (reply === 'silent') return;
    if (reply === null || reply instanceof Error) return done(reply);
    if (reply !== 'reset') return done(smtpError(reply.code, reply.message));
    for (const connection of this.server.connections) {
      if (connection.session === session) connection._socket.destroy();
    }
  }

  private refusal(stage: Stage): SmtpError | null {
    const at = this.refusals.findIndex((refusal) => refusal.stage === stage);
    const [refusal] = at < 0 ? [] : this.refusals.splice(at, 1);
    return refusal ? smtpError(refusal.code, refusal.message) : null;
  }
}

type SmtpError = Error & { responseCode: number };

function smtpError(responseCode: number, message: string): SmtpError {
  return Object.assign(new Error(message), { responseCode });
}
