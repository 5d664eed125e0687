import { Receiver, type Reply } from './receiver.js';
import { SmtpSink, type SmtpReply } from './smtp.js';
import { until } from './until.js';

/** One recipient's character: what the other side says, by how often it was asked for this delivery before. */
interface Character<Answer> {
  reply: (before: number, server: number) => Answer;
  /** What becomes of a delivery to it in the end. */
  ends: 'sent' | 'delivered' | 'failed';
  /** Only where there is time for the sender's own time limits. */
  slow?: true;
}

type HookReply = Reply | 'until released';

const OK = { status: 200 };
const NO_MAILBOX = { code: 550, message: '5.1.1 No such user' };

const first =
  <Answer>(reply: Answer, then: Answer) =>
  (before: number): Answer =>
    before === 0 ? reply : then;

export const HOOKS = {
  good: { reply: () => OK, ends: 'delivered' },
  // No text at all, and more of it than is kept.
  junk: { reply: () => ({ status: 200, body: Buffer.alloc(70_000, '\u0000\uffff{<%') }), ends: 'delivered' },
  busy: { reply: first<Reply>({ status: 503, headers: { 'retry-after': '1' } }, OK), ends: 'delivered' },
  shaky: { reply: first<Reply>({ status: 500 }, OK), ends: 'delivered' },
  lying: { reply: first<Reply>('reset', OK), ends: 'delivered' },
  halfway: { reply: first<Reply>('half', OK), ends: 'delivered' },
  held: { reply: first<HookReply>('until released', OK), ends: 'delivered' },
  refusing: { reply: () => ({ status: 500 }), ends: 'failed' },
  gone: { reply: () => ({ status: 410 }), ends: 'failed' },
  hanging: { reply: first<Reply>('hang', OK), ends: 'delivered', slow: true },
} satisfies Record<string, Character<HookReply>>;

/** What is said to RCPT, and of the whole message; each of them uses one only. */
interface MailAnswer {
  rcpt?: SmtpReply;
  data?: SmtpReply;
}

export const MAILBOXES = {
  good: { reply: () => ({}), ends: 'sent' },
  nobody: { reply: () => ({ rcpt: NO_MAILBOX }), ends: 'failed' },
  refusing: { reply: () => ({ data: { code: 554, message: '5.6.0 Not this one' } }), ends: 'failed' },
  full: { reply: first<MailAnswer>({ rcpt: { code: 452, message: '4.2.2 Mailbox full' } }, {}), ends: 'sent' },
  greylisted: { reply: first<MailAnswer>({ data: { code: 451, message: '4.7.1 Try again' } }, {}), ends: 'sent' },
  lying: { reply: first<MailAnswer>({ data: 'reset' }, {}), ends: 'sent' },
  throttled: {
    reply: (_, server) => (server === 0 ? { rcpt: { code: 421, message: '4.7.0 Too many' } } : {}),
    ends: 'sent',
  },
  unrelayed: {
    reply: (_, server) => (server === 0 ? { rcpt: { code: 550, message: '5.7.1 Relaying denied' } } : {}),
    ends: 'sent',
  },
  silent: { reply: first<MailAnswer>({ data: 'silent' }, {}), ends: 'sent', slow: true },
} satisfies Record<string, Character<MailAnswer>>;

export type Hook = keyof typeof HOOKS;
export type Mailbox = keyof typeof MAILBOXES;

/** What the other side knows of one delivery. */
export interface Seen {
  /** The whole of it came, whatever was answered. */
  came: number;
  /** Of those, it was kept: the other side has it. */
  kept: number;
}

const MESSAGE_ID = /^message-id: <([^@]+)@/im;

/**
 * Receivers of webhooks and two mail servers, each of whose recipients behaves in its own way, and all of which can die for a
 * while. What has come is kept by delivery, so that a test can say who got what, how often.
 */
export class Fickle {
  readonly seen = new Map<string, Seen>();
  /** Everything that was kept. */
  kept = 0;
  private readonly asked = new Map<string, number>();
  private waiting: (() => void)[] = [];
  private holds: 'those who wait' | 'all' | 'nobody' = 'those who wait';

  private constructor(
    readonly hooks: Receiver,
    readonly mail: readonly [SmtpSink, SmtpSink],
  ) {
    hooks.respond(({ path, headers }) => {
      const { reply } = (HOOKS as Record<string, Character<HookReply>>)[path.slice(1)]!;
      return this.answerHook(String(headers['webhook-id']), reply(this.countOf(`${path} ${headers['webhook-id']}`), 0));
    });
    for (const [server, sink] of mail.entries()) sink.respond((...command) => this.answerMail(server, ...command));
  }

  static async start(): Promise<Fickle> {
    return new Fickle(await Receiver.start(), [await SmtpSink.start(), await SmtpSink.start()]);
  }

  /** From now on no webhook is answered. @returns once there are some that wait */
  async hold(count: number): Promise<void> {
    this.holds = 'all';
    await until('webhooks to wait', () => this.waiting.length >= count);
  }

  /** Answers those that were made to wait. @param forGood from now on nobody is */
  release(forGood = false): void {
    this.holds = forGood ? 'nobody' : 'those who wait';
    for (const go of this.waiting.splice(0)) go();
  }

  async stop(): Promise<void> {
    this.release(true);
    await Promise.all([this.hooks.stop(), ...this.mail.map((sink) => sink.stop())]);
  }

  private async answerHook(id: string, reply: HookReply): Promise<Reply> {
    const refused = typeof reply === 'object' && (reply.status ?? 200) >= 300;
    this.came(id, !refused);
    if (this.holds === 'all' || (reply === 'until released' && this.holds !== 'nobody'))
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    return reply === 'until released' ? OK : reply;
  }

  private answerMail(server: number, stage: 'rcpt' | 'data', [to]: string[], raw?: Buffer): SmtpReply | null {
    const { reply } = (MAILBOXES as Record<string, Character<MailAnswer>>)[/^[a-z]+/.exec(to!)![0]]!;
    const said = reply(this.countOf(`${stage} ${to}`), server)[stage];
    if (stage === 'data') {
      const id = MESSAGE_ID.exec(raw!.subarray(0, 4_096).toString())![1]!;
      this.came(id, said === undefined || typeof said === 'string');
    }
    return said ?? null;
  }

  /** How often it was asked before this. */
  private countOf(what: string): number {
    const before = this.asked.get(what) ?? 0;
    this.asked.set(what, before + 1);
    return before;
  }

  private came(id: string, isKept: boolean): void {
    const seen = this.seen.get(id) ?? { came: 0, kept: 0 };
    this.seen.set(id, seen);
    seen.came++;
    if (!isKept) return;
    seen.kept++;
    this.kept++;
  }
}
