import { HOOKS, MAILBOXES, type Hook, type Mailbox } from './fickle.js';

/** A delivery that must be there: by its channel and address, and the states it may end in. */
export interface Expected {
  where: string;
  ends: string[];
}

/** A notification to be sent, and what becomes of it, whatever happens meanwhile. */
export interface Order {
  n: number;
  body: object;
  expected: Expected[];
}

const USERS = 'websocket ';
/** Of so many turns, one has a mail server that says nothing: it holds one of a few connections until the sender's time is over. */
const SILENT_EVERY = 125;

/** Orders of all kinds, the same for the same numbers. `slow`: those too, for which a sender waits until its time is over. */
export class Orders {
  private readonly hooks: Hook[];
  private readonly mailboxes = namesOf(MAILBOXES, false);

  constructor(
    private readonly hooksUrl: string,
    private readonly slow: boolean,
  ) {
    this.hooks = namesOf(HOOKS, slow);
  }

  make(n: number): Order {
    const kind = n % 20;
    const turn = Math.floor(n / 20);
    if (kind < 8) return this.toHook(n, pick(this.hooks, turn * 8 + kind));
    if (kind === 8 && this.slow && turn % SILENT_EVERY === 0) return this.toMailboxes(n, ['silent']);
    if (kind < 13) return this.toMailboxes(n, [pick(this.mailboxes, turn * 5 + kind)]);
    if (kind === 13)
      return this.toMailboxes(
        n,
        [0, 1, 2, 3, 4].map((at) => pick(this.mailboxes, turn * 5 + at)),
        true,
      );
    if (kind < 16) return this.toUsers(n);
    if (kind === 16) return this.mailThenHook(n);
    if (kind < 19) return this.socketThenMail(n);
    return this.hookThenMail(n);
  }

  private toHook(n: number, hook: Hook): Order {
    const priority = (['normal', 'low', 'high', 'urgent'] as const)[n % 4]!;
    const body = { channels: { webhook: this.hookTo(hook, n) }, priority, ...triesOf(hook) };
    return { n, body, expected: [this.atHook(hook)] };
  }

  private toMailboxes(n: number, mailboxes: Mailbox[], andHook = false): Order {
    const addresses = mailboxes.map((mailbox, at) => addressOf(mailbox, n, at));
    const channels = { email: mailOf(n), ...(andHook && { webhook: this.hookTo('good', n) }) };
    const expected = mailboxes.map((mailbox, at) => atMailbox(mailbox, addresses[at]!));
    return {
      n,
      body: { recipients: addresses.map((email) => ({ email })), channels },
      expected: andHook ? [...expected, this.atHook('good')] : expected,
    };
  }

  private toUsers(n: number): Order {
    const users = [0, 1, 2].map((at) => ({ user_id: `user-${n}-${at}`, email: addressOf('good', n, at) }));
    return {
      n,
      body: { recipients: users, channels: { websocket: { title: `n${n}` }, email: mailOf(n) }, dedup_key: `key-${n}` },
      expected: users.flatMap(({ email }) => [{ where: USERS, ends: ['sent'] }, atMailbox('good', email)]),
    };
  }

  private mailThenHook(n: number): Order {
    const email = addressOf('nobody', n);
    return {
      n,
      body: {
        recipients: [{ email }],
        channels: { email: mailOf(n), webhook: this.hookTo('good', n) },
        ...inOrder({ channel: 'email' }, { channel: 'webhook' }),
      },
      expected: [atMailbox('nobody', email), this.atHook('good')],
    };
  }

  /** Nobody is there to see it. */
  private socketThenMail(n: number): Order {
    const email = addressOf('good', n);
    return {
      n,
      body: {
        recipients: [{ user_id: `user-${n}`, email }],
        channels: { websocket: { title: `n${n}` }, email: mailOf(n) },
        ...inOrder({ channel: 'websocket', within_s: 1 }, { channel: 'email' }),
      },
      // What had not its turn within that second is cancelled.
      expected: [{ where: USERS, ends: ['sent', 'cancelled'] }, atMailbox('good', email)],
    };
  }

  private hookThenMail(n: number): Order {
    const email = addressOf('good', n);
    return {
      n,
      body: {
        recipients: [{ email }],
        channels: { webhook: this.hookTo('gone', n), email: mailOf(n) },
        ...inOrder({ channel: 'webhook' }, { channel: 'email' }),
      },
      expected: [this.atHook('gone'), atMailbox('good', email)],
    };
  }

  private hookTo(hook: Hook, n: number) {
    return { url: this.urlOf(hook), payload: { n } };
  }

  private atHook(hook: Hook): Expected {
    return { where: `webhook ${this.urlOf(hook)}`, ends: [HOOKS[hook].ends] };
  }

  private urlOf(hook: Hook): string {
    return `${this.hooksUrl}/${hook}`;
  }
}

const namesOf = <Name extends string>(all: Record<Name, object>, slow: boolean): Name[] =>
  (Object.keys(all) as Name[]).filter((name) => slow || !('slow' in all[name]));

const pick = <T>(list: readonly T[], at: number): T => list[at % list.length]!;

/** Its first letters are the mailbox's character. */
const addressOf = (mailbox: Mailbox, n: number, at = 0): string => `${mailbox}-${n}-${at}@example.com`;

const atMailbox = (mailbox: Mailbox, address: string): Expected => ({
  where: `email ${address}`,
  ends: [MAILBOXES[mailbox].ends],
});

const mailOf = (n: number) => ({ subject: `n${n}`, text: `This is number ${n}.` });

/** Who refuses is not asked for hours. */
const triesOf = (hook: Hook) => (hook === 'refusing' ? { max_retry_attempts: 1 } : {});

const inOrder = (...fallback: object[]) => ({ strategy: 'fallback', fallback });
