import fc from 'fast-check';
import type { ChatClient } from './client.js';
import { MemoryStorage } from './storage.js';
import type { FakeRoom } from '../testing/fake-room.js';
import { at, fakeTime, FakeService, pass, shown } from '../testing/world.js';

jest.mock('socket.io-client', () => ({
  io: (url: string) => jest.requireActual('../testing/fake-service.js').socketTo(url),
}));

fakeTime();

const RUNS = process.env.TEST_FULL ? 2_000 : 60;
const ROOMS = 2;
/** Answers that may be kept back. */
const HELD = [/messages/, /^sync/, /members/, /rooms\/[^/]+$/, /send/];

const step = fc.record({
  what: fc.constantFrom(
    ...(
      'say say say edit remove react read rename truncate join leave kick invite notify ' +
      'send send mark older newer jump latest ' +
      'lose twice shuffle fine cut mend flood rewind hold go clock restart full wait wait'
    ).split(' '),
  ),
  room: fc.nat(ROOMS - 1),
  nth: fc.nat(9),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** A storage that is full from some moment on. */
class Shelf extends MemoryStorage {
  isFull = false;

  override async set(key: string, value: unknown): Promise<void> {
    if (this.isFull) throw new Error('full');
    await super.set(key, value);
  }
}

class World {
  readonly service = new FakeService();
  readonly rooms: FakeRoom[] = [];
  readonly storage = new Shelf();
  readonly sent: string[] = [];
  private readonly late: (() => void)[] = [];
  private readonly goes: (() => void)[] = [];
  client!: ChatClient;

  async begin(): Promise<void> {
    for (let n = 0; n < ROOMS; n++) {
      const room = this.service.room('ann', 'bob');
      for (let m = 0; m < 70; m++) room.say(m % 3 ? 'bob' : 'ann', `old ${m}`);
      this.rooms.push(room);
    }
    this.client = await at(this.service, this.rooms, { storage: this.storage });
  }

  async act({ what, room: place, nth }: Step, n: number): Promise<void> {
    const { service, client, goes, late } = this;
    const room = this.rooms[place]!;
    const it = client.room(room.id);
    const message = room.messages.at(-1 - nth * nth);
    const ignored = (run: Promise<unknown>) => void run.catch(() => {});
    const reader = nth % 2 && room.has('bob') ? 'bob' : 'ann';
    const acts: Record<string, () => unknown> = {
      say: () => room.has('bob') && room.say('bob', `${n}`),
      edit: () => message && room.edit(message.id, `${n} edited`),
      remove: () => message && room.remove(message.id),
      react: () => message && room.react(nth % 2 ? 'bob' : 'cid', message.id, `k${nth % 3}`),
      read: () => room.has(reader) && room.read(reader, room.last_seq - nth),
      rename: () => room.rename(`${n}`),
      truncate: () => nth === 0 && room.truncate(room.first_seq + 5),
      join: () => (nth % 2 ? ['ann', 'bob'] : ['cid', `user ${n}`]).forEach((user) => room.join(user)),
      leave: () => room.leave(nth % 2 ? 'bob' : 'cid'),
      kick: () => nth % 3 === 0 && room.leave('ann'),
      invite: () => this.invite({ id: `invite ${n}`, user_id: 'ann', room_id: room.id }),
      notify: () => service.tell('ann', 'notification.created', { delivery_id: `${n}`, title: `${n}` }),
      send: () => this.say(room, `${n} sent`),
      mark: () => it.markRead(room.last_seq - nth),
      older: () => ignored(it.loadOlder()),
      newer: () => ignored(it.loadNewer()),
      jump: () => ignored(it.jumpTo(room.last_seq - nth * 9)),
      latest: () => ignored(it.jumpTo('latest')),
      lose: () => (service.deliver = () => {}),
      twice: () => (service.deliver = (_, send) => void [send(), late.push(send)]),
      shuffle: () => (service.deliver = (_, send) => void late.splice((n * 7) % (late.length + 1), 0, send)),
      fine: () => this.fine(),
      cut: () => service.cut(),
      mend: () => (service.isReachable = true),
      flood: () => nth < 3 && room.has('bob') && this.flood(room, n),
      rewind: () => nth < 3 && this.rewind(),
      hold: () => goes.push(service.hold(HELD[nth % HELD.length]!)),
      go: () => goes.shift()?.(),
      clock: () => jest.setSystemTime(Date.now() + (nth - 5) * 3_600_000),
      restart: () => this.restart(),
      full: () => (this.storage.isFull = nth % 2 === 0),
      wait: () => pass(nth * nth * 20),
    };
    await acts[what]!();
  }

  /** All is well from now on. @returns what it shows, and what one shows that begins only now */
  async end(): Promise<[object, object]> {
    for (const go of this.goes) go();
    this.fine();
    // What is ephemeral was lost: a resume says how it is.
    this.service.cut(true);
    for (let n = 0; n < 8; n++) {
      this.service.heads();
      await pass(5_000);
    }
    const { client, service, rooms } = this;
    const fresh = await at(service, rooms);
    await pass(3_000);
    for (const one of [client, fresh]) {
      for (const { id } of rooms) {
        await one.room(id).jumpTo('latest');
        for (let more = 0; more < 30 && (await one.room(id).loadOlder()); more++);
      }
    }
    await pass(3_000);
    return [shown(client), shown(fresh)];
  }

  async close(): Promise<void> {
    await this.client.close();
  }

  private say(room: FakeRoom, content: string): void {
    this.sent.push(content);
    this.client.room(room.id).send({ content });
  }

  private invite(invite: { id: string; user_id: string; room_id: string }): void {
    this.service.person('ann').invites.push(invite);
    this.service.tell('ann', 'invite.created', invite);
  }

  /** More than a resume tells. */
  private flood(room: FakeRoom, n: number): void {
    for (let m = 0; m < 310; m++) room.say('bob', `${n} flood ${m}`);
  }

  private fine(): void {
    this.service.deliver = (_, send) => send();
    for (const send of this.late.splice(0)) send();
  }

  /** History begins anew: as after a restore. */
  private rewind(): void {
    this.service.epoch = `1.${Number(this.service.epoch.slice(2)) + 1}`;
    this.service.cut(true);
  }

  private async restart(): Promise<void> {
    await this.client.close();
    this.client = await at(this.service, this.rooms, { storage: this.storage });
  }
}

describe('whatever happens to its events, answers, storage and clock', () => {
  it('a client ends where one is that begins only then, and says everything once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
        const world = new World();
        await world.begin();
        for (const [n, one] of steps.entries()) await world.act(one, n);
        const [ends, begins] = await world.end();
        expect(ends).toEqual(begins);
        const said = world.rooms.flatMap(({ messages }) => messages.map(({ content }) => content));
        for (const content of world.sent)
          expect([content, said.filter((one) => one === content).length > 1]).toEqual([content, false]);
        await world.close();
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  }, 600_000);
});
