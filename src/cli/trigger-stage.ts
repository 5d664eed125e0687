import { randomUUID } from 'node:crypto';
import type { Api } from './api.js';
import { openConnection, Connection } from './connection.js';
import { Usage } from './exit.js';
import { LOOPBACK } from './access.js';
import { Live } from './live.js';

interface Made {
  id: string;
}

/** One type of event. */
export interface Recipe {
  /** How it comes about, for `trigger --list`. */
  how: string;
  make(stage: Stage): Promise<unknown>;
}

/** What recipes play with: two people and a room, made when they are first asked for. */
export class Stage {
  readonly alice = 'trigger-alice';
  readonly bob = 'trigger-bob';
  readonly carol = `trigger-${randomUUID().slice(0, 8)}`;
  private made: Promise<Made> | undefined;
  private readonly leftovers: (() => Promise<unknown>)[] = [];

  constructor(
    readonly api: Api,
    private readonly given: { room?: string; gone?: string },
    private readonly signal: AbortSignal,
  ) {}

  /** What is put away when the event has come, or will not: the last first. */
  afterwards(work: () => Promise<unknown>): void {
    this.leftovers.unshift(work);
  }

  /** Never throws: that something could not be put away is less than what happened. */
  async clear(): Promise<void> {
    for (const work of this.leftovers.splice(0)) await work().catch(() => undefined);
  }

  as(user: string): Api {
    return this.api.as(user);
  }

  /** Of alice, who owns it, and bob. */
  async room(): Promise<string> {
    this.made ??= this.given.room === undefined ? this.newRoom() : this.enter(this.given.room);
    return (await this.made).id;
  }

  newRoom(): Promise<Made> {
    const body = { room_type: 'group', name: 'Trigger', members: [this.bob], metadata: { trigger: true } };
    return this.as(this.alice).post<Made>('/rooms', body);
  }

  private async enter(id: string): Promise<Made> {
    const members = [{ user_id: this.alice, role: 'admin' }, this.bob];
    await this.api.post(`/rooms/${id}/members`, { members });
    return { id };
  }

  async path(rest = ''): Promise<string> {
    return `/rooms/${await this.room()}${rest}`;
  }

  async message(): Promise<string> {
    const body = { content: 'Hello from `chatapi trigger`.' };
    const { id } = await this.as(this.alice).post<Made>(await this.path('/messages'), body);
    return `${await this.path('/messages')}/${id}`;
  }

  /** Over the socket's channel, to bob. */
  notify(): Promise<Made> {
    const websocket = { title: 'Trigger', body: 'Hello from `chatapi trigger`.' };
    return this.api.post<Made>('/notifications', {
      recipients: [{ user_id: this.bob }],
      channels: { websocket },
    });
  }

  /** To where nobody can be: `.invalid` is reserved for that (RFC 2606). */
  notifyInVain(url = 'https://trigger.invalid/'): Promise<Made> {
    const webhook = { url, payload: { trigger: true } };
    return this.api.post<Made>('/notifications', { channels: { webhook }, max_retry_attempts: 0 });
  }

  /** A URL that answers 410: the one that was given, else one of this machine for as long as it takes. */
  async gone(): Promise<string> {
    if (this.given.gone !== undefined) return this.given.gone;
    if (!LOOPBACK.test(new URL(this.api.url).hostname)) {
      throw new Usage(
        `This takes a URL that answers 410 and that ${this.api.url} can reach; this machine is none: name one by --gone <url>.`,
      );
    }
    const { createServer } = await import('node:http');
    const server = createServer((request, answer) => {
      request.resume();
      answer.writeHead(410).end();
    });
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
    server.unref();
    this.afterwards(() => Promise.resolve(server.close()));
    return `http://127.0.0.1:${(server.address() as { port: number }).port}/`;
  }

  /** @returns the path of the request of somebody who asks to join a room of alice's */
  async askToJoin(): Promise<string> {
    const { id } = await this.newRoom();
    await this.as(this.carol).post(`/rooms/${id}/join-requests`, { message: 'May I?' });
    return `/rooms/${id}/join-requests/${this.carol}`;
  }

  async invite(user = this.carol): Promise<string> {
    const { id } = await this.as(this.alice).post<Made>(await this.path('/invites'), { kind: 'user', user_id: user });
    return id;
  }

  /** Bob's block of somebody whom he has not blocked yet: they have to share a room. */
  async stranger(): Promise<string> {
    await this.as(this.alice).post(await this.path('/members'), { members: [this.carol] });
    return `/users/me/blocks/${this.carol}`;
  }

  /** What a device of bob's does: it hears of a notification, and says that it came. Bob has no others that matter. */
  async acknowledge(): Promise<void> {
    const connection = new Connection(this.as(this.bob), this.signal);
    const live = new Live(connection, {
      event: ({ type, data }) => {
        // What is refused is not told of, and so it is said that nothing came.
        if (type === 'notification.created')
          connection.ask('notification.ack', { id: data.delivery_id }).catch(() => undefined);
      },
      gap: () => undefined,
    });
    this.afterwards(async () => {
      live.close();
      connection.close();
    });
    await openConnection(connection, this.api.url);
    await this.notify();
  }
}
