import { randomUUID } from 'node:crypto';
import type { Api } from './api.js';
import { openConnection, Connection } from './connection.js';

interface Made {
  id: string;
}

/** What recipes play with: two people and a room, made when they are first asked for. */
export class Stage {
  readonly alice = 'trigger-alice';
  readonly bob = 'trigger-bob';
  readonly carol = `trigger-${randomUUID().slice(0, 8)}`;
  private made: Promise<Made> | undefined;

  constructor(
    readonly api: Api,
    private readonly given: string | undefined,
    private readonly signal: AbortSignal,
  ) {}

  as(user: string): Api {
    return this.api.as(user);
  }

  /** Of alice, who owns it, and bob. */
  async room(): Promise<string> {
    this.made ??= this.given === undefined ? this.newRoom() : this.enter(this.given);
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
  notifyInVain(): Promise<Made> {
    const webhook = { url: 'https://trigger.invalid/', payload: { trigger: true } };
    return this.api.post<Made>('/notifications', { channels: { webhook }, max_retry_attempts: 0 });
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

  /** What a device of bob's does when a notification came. */
  async acknowledge(): Promise<void> {
    const { id } = await this.notify();
    const { data } = await this.api.get<{ data: Made[] }>(`/notifications/${id}/deliveries`);
    const connection = await openConnection(new Connection(this.as(this.bob), this.signal), this.api.url);
    try {
      await connection.ask('notification.ack', { id: data[0]!.id });
    } finally {
      connection.close();
    }
  }
}
