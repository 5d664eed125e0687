import fc from 'fast-check';
import type { TestApp, TestClient } from './app.js';
import { makeRoom, ok } from './chat.js';
import { said, type SdkAgent } from './sdk-agent.js';
import { until } from './until.js';
import { Wire } from './wire.js';

/** The agent, wherever it runs: each call may cross to a page. */
export type RemoteAgent = {
  [Name in keyof SdkAgent]: SdkAgent[Name] extends (...args: infer A) => infer R
    ? (...args: A) => Promise<Awaited<R>>
    : never;
};

const USERS = ['ann', 'bob', 'cid'];
const ROOMS = 2;

/** What happens, by small numbers that name users, rooms, messages and nodes. */
const step = fc.record({
  what: fc.constantFrom(
    ...(
      'send send reply edit delete undelete hide react unreact pin read mute rename join kick role freeze truncate block ' +
      'say say reads cut cut hang mute-line come come restart kill leave'
    ).split(' '),
  ),
  user: fc.nat(USERS.length - 1),
  room: fc.nat(ROOMS - 1),
  nth: fc.nat(6),
  node: fc.nat(1),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/**
 * Whoever comes and goes ends where those are who never left, which is what REST says: random operations of several users,
 * lines that break, clients that are killed and begin again with what they had stored.
 */
export class SdkConvergence {
  constructor(
    private readonly nodes: TestApp[],
    private readonly agent: RemoteAgent,
  ) {}

  async holds(runs: number): Promise<void> {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 40 }), (steps) => this.run(steps)),
      // Shrinking would take longer than a test may; the steps that failed are printed whole.
      {
        numRuns: runs,
        endOnFailure: true,
        interruptAfterTimeLimit: 60_000 + runs * 10_000,
        markInterruptAsFailure: false,
      },
    );
  }

  /** More was missed than a resume tells: the room is read anew. */
  async readsAnew(): Promise<void> {
    await this.world(async ({ client, rooms, key, wire, steady, fickle }) => {
      const [room] = rooms as [string];
      await this.settled(client, key, [steady, fickle]);
      wire.cut();
      await until(
        'the line to be lost',
        async () => ((await this.agent.connection(fickle)) as any).status === 'offline',
      );
      await this.agent.say(fickle, room, 'said without a line');
      for (let n = 0; n < 310; n += 31) {
        const some = Array.from({ length: 31 }, (_, i) =>
          client.request('POST', `/rooms/${room}/messages`, {
            body: { content: `${n + i}` },
            headers: { 'x-user-id': 'bob' },
          }),
        );
        for (const answer of await Promise.all(some)) ok(answer);
      }
      ok(await client.request('PATCH', `/rooms/${room}`, { body: { name: 'renamed' } }));
      wire.mend(this.nodes[1]!.url);
      await until('the message that waited', async () => (await this.agent.waiting(fickle, room)).length === 0);
      await until('it to have caught up', async () => {
        const { status, catching_up } = (await this.agent.connection(fickle)) as any;
        return status === 'online' && !catching_up;
      });
      // Both hold a stretch of it now: what is older is loaded.
      await until('all of the history', async () => !(await this.agent.loadOlder(fickle, room)));
      await this.settled(client, key, [steady, fickle]);
    });
  }

  private async run(steps: Step[]): Promise<void> {
    await this.world(async (world) => {
      const { client, key, wire, steady, fickle } = world;
      const sent = world.rooms.map((): string[] => []);
      const spoken: [room: string, content: string][] = [];
      for (const [n, one] of steps.entries()) await this.act(world, one, n, sent, spoken);
      wire.mend(this.nodes[0]!.url);
      if (!(await this.agent.isStarted(fickle))) await this.startFickle(world);
      await this.agent.connect(fickle);
      const mine = await this.settled(client, key, [steady, fickle]);
      await this.saidOnce(
        world,
        spoken,
        mine,
        steps.some(({ what }) => what === 'kill'),
      );
    });
  }

  private async act(
    world: World,
    { what, user, room, nth, node }: Step,
    n: number,
    sent: string[][],
    spoken: [string, string][],
  ) {
    const { client, wire, fickle, rooms } = world;
    const id = rooms[room]!;
    const path = `/rooms/${id}`;
    const message = sent[room]![nth % Math.max(1, sent[room]!.length)];
    const as = (headers: Record<string, string>) => (method: string, to: string, body?: object) =>
      this.nodes[node]!.request(method, to, { key: client.key, ...(body && { body }), headers });
    const call = as({ 'x-user-id': USERS[user]! });
    const asClient = as({});
    const post = async (body: object) => {
      const answer = await call('POST', `${path}/messages`, body);
      if (answer.status === 201) sent[room]!.push(answer.body.id);
    };
    switch (what) {
      case 'send':
        return post({ content: `${n} by ${USERS[user]}`, mentions: nth === 0 ? [{ type: 'room' }] : [] });
      case 'reply':
        return message && post({ content: `${n} replies`, reply_to_id: message });
      case 'edit':
        return message && asClient('PATCH', `${path}/messages/${message}`, { content: `${n} edited` });
      case 'delete':
        return message && asClient('DELETE', `${path}/messages/${message}`);
      case 'undelete':
        return message && asClient('POST', `${path}/messages/${message}/undelete`, {});
      case 'hide':
        return message && call('DELETE', `${path}/messages/${message}?for=me`);
      case 'react':
      case 'unreact':
        return (
          message && call(what === 'react' ? 'PUT' : 'DELETE', `${path}/messages/${message}/reactions/k${nth % 2}`)
        );
      case 'pin':
        return message && asClient(nth % 2 ? 'PUT' : 'DELETE', `${path}/messages/${message}/pin`);
      case 'read':
        return call('POST', `${path}/${nth === 0 ? 'unread' : 'read'}`, { seq: nth + 1 });
      case 'mute':
        return call('PATCH', `${path}/me`, { muted: nth % 2 === 0 });
      case 'rename':
        return asClient('PATCH', path, { name: `name ${n}` });
      case 'join':
        return asClient('POST', `${path}/members`, { user_id: USERS[user] });
      case 'kick':
        return asClient('DELETE', `${path}/members/${USERS[user]}`);
      case 'role':
        return asClient('PATCH', `${path}/members/${USERS[user]}`, { role: ['admin', 'member'][nth % 2] });
      case 'freeze':
        return asClient('POST', `${path}/${nth % 2 ? 'freeze' : 'unfreeze'}`, {});
      case 'truncate':
        return asClient('POST', `${path}/truncate`, { before_seq: nth + 1 });
      case 'block':
        return as({ 'x-user-id': 'ann' })(nth % 2 ? 'PUT' : 'DELETE', '/users/me/blocks/cid', nth % 2 ? {} : undefined);
      case 'say':
        if (!(await this.agent.isStarted(fickle))) return undefined;
        spoken.push([id, `${n} said`]);
        return this.agent.say(fickle, id, `${n} said`, nth === 0 ? message : undefined);
      case 'reads':
        return this.agent.read(fickle, id, nth);
      case 'cut':
        return wire.cut();
      case 'hang':
        return wire.hang();
      case 'mute-line':
        return wire.mute();
      case 'come':
        wire.mend(this.nodes[node]!.url);
        return this.startFickle(world);
      case 'restart':
        await this.agent.close(fickle);
        return this.startFickle(world);
      case 'kill':
        return this.agent.kill(fickle);
      case 'leave':
        return this.agent.disconnect(fickle);
    }
    return undefined;
  }

  private async startFickle({ fickle, wire, key, rooms }: World): Promise<void> {
    if (await this.agent.isStarted(fickle)) return void this.agent.connect(fickle).catch(() => {});
    await this.agent.start(fickle, wire.url, key, rooms);
  }

  private async world(run: (world: World) => Promise<void>): Promise<void> {
    const client = await this.nodes[0]!.client();
    const key = (await client.login('ann')).key;
    for (const user of ['bob', 'cid']) await client.login(user);
    const rooms: string[] = [];
    for (let n = 0; n < ROOMS; n++) rooms.push((await makeRoom(client, USERS, { name: `room ${n}` })).id);
    const wire = await Wire.to(this.nodes[1]!.url);
    const [steady, fickle] = [`steady ${client.id}`, `fickle ${client.id}`];
    try {
      await this.agent.start(steady, this.nodes[0]!.url, key, rooms);
      await this.agent.start(fickle, wire.url, key, rooms);
      await run({ client, key, rooms, wire, steady, fickle });
      for (const name of [steady, fickle]) inOrderAndOnce(await this.agent.told(name));
    } finally {
      await Promise.all([this.agent.close(steady), this.agent.close(fickle)]);
      await wire.stop();
    }
  }

  /** Waits until all show what REST says. @returns the rooms that ann is in */
  private async settled(client: TestClient, key: string, names: string[]): Promise<string[]> {
    let truth: any;
    let shown: any[] = [];
    const same = async () => {
      truth = await this.truth(key);
      shown = await Promise.all(names.map((name) => this.agent.state(name)));
      return shown.every((one) => JSON.stringify(sorted(one)) === JSON.stringify(sorted(truth)));
    };
    await until('the clients to show what REST says', same, { every: 100, timeout: 20_000 }).catch(() => {});
    for (const [n, one] of shown.entries()) expect({ [names[n]!]: one }).toEqual({ [names[n]!]: truth });
    ok(await this.nodes[1]!.request('GET', '/clients/me', { key: client.key }));
    return Object.keys(truth.rooms);
  }

  /** What REST says to ann, in the words of the agent. */
  private async truth(key: string): Promise<object> {
    const get = async (path: string) => ok(await this.nodes[0]!.request('GET', path, { key }));
    const rooms: Record<string, object> = {};
    for (const { id } of (await get('/rooms?limit=100')).data) {
      const room = await get(`/rooms/${id}`);
      const messages: any[] = [];
      for (let more = true; more;) {
        const page = await get(`/rooms/${id}/messages?limit=100&after_seq=${messages.at(-1)?.seq ?? 0}`);
        messages.push(...page.data);
        more = page.page.has_more_after;
      }
      const members = (await get(`/rooms/${id}/members?limit=100`)).data;
      const receipts = (await get(`/rooms/${id}/receipts?limit=100`)).data;
      const { name, status, frozen, first_seq, last_seq, member_count, me } = room;
      rooms[id] = {
        name,
        status,
        frozen,
        first_seq,
        last_seq,
        member_count,
        unread: me.unread,
        messages: messages.map((message) => ({ ...said(message), sent: 'sent' })),
        members: members.map(({ user_id, role }: any) => `${user_id} ${role}`).toSorted(),
        read: receipts.map(({ user_id, last_read_seq }: any) => `${user_id} ${last_read_seq}`).toSorted(),
        me: { role: me.role, last_read_seq: me.last_read_seq, mentions: me.mentions, muted: me.muted },
        last: messages.length > 0 ? said(messages.at(-1)) : null,
      };
    }
    return { rooms, total_unread: (await get('/unread')).total_unread };
  }

  /** What was put into the outbox is there once, or is shown as refused; what was gone before it was stored, is not there twice. */
  private async saidOnce({ client, fickle }: World, spoken: [string, string][], mine: string[], killed: boolean) {
    for (const room of mine) {
      const { first_seq } = ok(await client.request('GET', `/rooms/${room}`));
      const { data } = ok(await client.request('GET', `/rooms/${room}/messages?limit=100`));
      const refused = await this.agent.waiting(fickle, room);
      for (const [of, content] of spoken) {
        if (of !== room) continue;
        const times = data.filter((message: any) => message.content === content).length;
        const isExplained = times === 1 || (times === 0 && (refused.includes(content) || first_seq > 1 || killed));
        expect({ content, times, isExplained }).toEqual({ content, times, isExplained: true });
      }
    }
  }
}

interface World {
  client: TestClient;
  key: string;
  rooms: string[];
  wire: Wire;
  steady: string;
  fickle: string;
}

/** An app that listens is told of each event once, and of each stream's in their order. */
function inOrderAndOnce(told: string[]): void {
  const last = new Map<string, number>();
  for (const one of told) {
    const [stream, epoch, rev] = one.split(' ') as [string, string, string];
    const key = `${stream} ${epoch}`;
    expect({ one, follows: (last.get(key) ?? 0) < Number(rev) }).toEqual({ one, follows: true });
    last.set(key, Number(rev));
  }
}

const sorted = (value: any): any =>
  Array.isArray(value)
    ? value.map(sorted)
    : value && typeof value === 'object'
      ? Object.fromEntries(
          Object.entries(value)
            .toSorted(([a], [b]) => (a < b ? -1 : 1))
            .map(([k, v]) => [k, sorted(v)]),
        )
      : value;
