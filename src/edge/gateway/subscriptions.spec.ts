import type { Caller } from '../../tenancy/access/caller.js';
import { limits } from '../../platform/config/limits.js';
import type { Cluster } from '../../platform/realtime/cluster.js';
import { channels, RealtimePublisher } from '../../platform/realtime/realtime.publisher.js';
import type { SyncRepository } from '../../messaging/sync/sync.repository.js';
import type { SyncService } from '../../messaging/sync/sync.service.js';
import type { MembershipWatch } from './membership-watch.js';
import { Session, type Sessions } from './session.js';
import { Subscriptions } from './subscriptions.js';
import type { UserPk } from '../../platform/common/ids.js';

const caller = {
  kind: 'scoped',
  clientId: 'c',
  keyId: 'k',
  permissions: null,
  user: { user_pk: 'u', user_id: 'alice', display_name: null },
} as unknown as Caller;

/** A connection as far as subscriptions go: what it listens to, and what it was told. */
class FakeSession extends Session {
  readonly id = 's';
  readonly isOpen = true;
  readonly address = '127.0.0.1';
  readonly origin = undefined;
  readonly host = undefined;
  readonly channels = new Set<string>();
  readonly send = jest.fn();

  backlog(): number {
    return 0;
  }

  join(wanted: string[]): void {
    for (const channel of wanted) this.channels.add(channel);
  }

  leave(channel: string): void {
    this.channels.delete(channel);
  }

  listensTo(channel: string): boolean {
    return this.channels.has(channel);
  }

  close(): void {}
}

function connection() {
  const session = new FakeSession({ caller, expiresAt: null });
  return { session, rooms: session.channels, emit: session.send };
}

/** Memberships as each read finds them, and what happens between the reads. */
function memberships(
  reads: string[][],
  between: (nth: number) => void = () => {},
  listening: () => Promise<void> = async () => {},
) {
  let nth = 0;
  const read = (): string[] => {
    const found = reads[Math.min(nth, reads.length - 1)]!;
    between(nth++);
    return found;
  };
  const sync = {
    session: async () => ({
      server_time: '',
      user: { epoch: '1.1', rev: 0 },
      rooms: read().map((room_id) => ({ room_id, epoch: '1.1', rev: 1 })),
    }),
  };
  const repository = {
    findRoomIds: async () => read(),
    findRoomIdsOfMany: async () => new Map([['u', read()]]),
    findHeads: async () => [new Map(read().map((id) => [id, { id }]))],
  };
  const here: Session[] = [];
  return {
    here,
    subscriptions: new Subscriptions(
      new RealtimePublisher(),
      { all: () => here } as unknown as Sessions,
      sync as unknown as SyncService,
      repository as unknown as SyncRepository,
      { register: () => {}, begin: async () => {} } as unknown as MembershipWatch,
      { listening, joined: () => {} } as unknown as Cluster,
    ),
  };
}

const positions = (emit: jest.Mock): string[] =>
  (emit.mock.calls[0]![1] as { rooms: { room_id: string }[] }).rooms.map(({ room_id }) => room_id);

describe('a new connection', () => {
  it('listens to its own channels before its memberships are read', async () => {
    const { session, rooms } = connection();
    const atReads: boolean[] = [];
    const { subscriptions } = memberships([['a']], () => {
      atReads.push(rooms.has(channels.user('u' as UserPk)) && rooms.has(channels.key('k')));
    });
    await subscriptions.open(session);
    expect(atReads).toEqual([true, true]);
  });

  it('is told positions that were read once other nodes were heard on all that it listens to', async () => {
    const { session, rooms } = connection();
    const order: string[] = [];
    const { subscriptions } = memberships(
      [['a'], ['a', 'late'], ['a', 'late']],
      () => order.push('read'),
      async () => void order.push(`heard ${[...rooms].filter((channel) => channel.startsWith('r:')).join()}`),
    );
    await subscriptions.open(session);
    expect(order).toEqual(['read', 'heard r:a', 'read', 'heard r:a,r:late', 'read']);
    order.length = 0;
    await subscriptions.subscribe(session, caller, 'late');
    expect(order).toEqual(['read', 'heard r:a,r:late', 'read']);
  });

  it('leaves a room that was lost while it was being joined', async () => {
    const { session, rooms, emit } = connection();
    await memberships([['a', 'b'], ['b']]).subscriptions.open(session);
    expect([rooms.has(channels.room('a')), rooms.has(channels.room('b'))]).toEqual([false, true]);
    expect(positions(emit)).toEqual(['b']);
  });

  it('keeps a room that was gained meanwhile, by whichever way it came', async () => {
    const { session, rooms, emit } = connection();
    // The first read doesn't know of it; the publisher subscribes the socket while the second runs.
    const { subscriptions } = memberships([['a'], ['a'], ['a']], (nth) => {
      if (nth === 1) rooms.add(channels.room('live'));
    });
    await subscriptions.open(session);
    expect(rooms.has(channels.room('live'))).toBe(true);
    expect(positions(emit)).toEqual(['a']);
  });

  it('is told no position of a room that it did not listen to when the position was read', async () => {
    const { session, rooms, emit } = connection();
    const listened: boolean[] = [];
    const { subscriptions } = memberships([['a'], ['a', 'late'], ['a', 'late']], () => {
      listened.push(rooms.has(channels.room('late')));
    });
    await subscriptions.open(session);
    expect(positions(emit)).toEqual(['a', 'late']);
    expect(listened).toEqual([false, false, true]);
  });
});

describe('session.ready', () => {
  it('lists the most recent rooms, and says when there are more; all are listened to', async () => {
    const { session, rooms, emit } = connection();
    const many = Array.from({ length: limits.resume_rooms + 1 }, (_, i) => `room${i}`);
    await memberships([many]).subscriptions.open(session);
    expect(positions(emit)).toEqual(many.slice(0, -1));
    expect(emit).toHaveBeenCalledWith('session.ready', expect.objectContaining({ rooms_truncated: true }));
    expect(many.every((id) => rooms.has(channels.room(id)))).toBe(true);
  });
});

describe('room.subscribe', () => {
  it('does not outlive a removal that crosses it', async () => {
    const { session, rooms } = connection();
    const { subscriptions } = memberships([['a'], []]);
    await expect(subscriptions.subscribe(session, caller, 'a')).rejects.toMatchObject({ code: 'not_found' });
    expect(rooms.has(channels.room('a'))).toBe(false);
  });

  it('remembers what was left, so that a repair does not bring it back', async () => {
    const { session, rooms } = connection();
    const { subscriptions, here } = memberships([['a', 'b']]);
    here.push(session);
    await subscriptions.open(session);
    subscriptions.unsubscribe(session, 'a');
    await subscriptions.reconcile();
    expect([rooms.has(channels.room('a')), rooms.has(channels.room('b'))]).toEqual([false, true]);
  });
});

describe('a repair', () => {
  it('joins and leaves what changed unheard, and keeps what is gained while it reads', async () => {
    const { session, rooms } = connection();
    const { subscriptions, here } = memberships(
      [
        ['a', 'new'],
        ['a', 'new'],
      ],
      (nth) => {
        if (nth === 1) rooms.add(channels.room('live'));
      },
    );
    here.push(session);
    for (const room of ['a', 'lost']) rooms.add(channels.room(room));
    await subscriptions.reconcile();
    expect([...rooms].sort()).toEqual([channels.room('a'), channels.room('live'), channels.room('new')]);
  });
});
