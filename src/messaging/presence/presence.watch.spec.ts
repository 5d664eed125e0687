import type { UserId, UserPk } from '../../platform/common/ids.js';
import type { Cluster } from '../../platform/realtime/cluster.js';
import type { Connection } from '../../platform/realtime/connection.js';
import { ConnectionEnds } from '../../platform/realtime/connection-ends.js';
import type { Nodes } from '../../platform/realtime/nodes.js';
import { RealtimePublisher } from '../../platform/realtime/realtime.publisher.js';
import type { Caller } from '../../tenancy/access/caller.js';
import type { PresenceLeases } from './presence.leases.js';
import type { PresenceReader } from './presence.reader.js';
import { PresenceWatch } from './presence.watch.js';

const user = (id: string) => ({ user_pk: id as UserPk, user_id: id as UserId });
const caller = { clientId: 'c' } as Caller;

/** A watch that writes down what it asks of the other nodes, and when it reads. */
function watching(listening: () => Promise<void> = async () => {}) {
  const did: string[] = [];
  const note = (what: string) => (channel: string) => void did.push(`${what} ${channel}`);
  const ends = new ConnectionEnds();
  const watch = new PresenceWatch(
    { read: async () => (did.push('read'), new Map()) } as unknown as PresenceReader,
    new RealtimePublisher(),
    { onChange: () => {} } as unknown as PresenceLeases,
    { onChanged: () => {} } as unknown as Nodes,
    { listen: note('listen'), leave: note('leave'), listening, onRejoined: () => {} } as unknown as Cluster,
    ends,
  );
  watch.onModuleInit();
  const connect = () => ({ isOpen: true }) as Connection;
  return { watch, did, ends, connect };
}

describe('who watches somebody', () => {
  it('is told how they are once other nodes are heard on them', async () => {
    let hear!: () => void;
    const heard = new Promise<void>((resolve) => (hear = resolve));
    const { watch, did, connect } = watching(() => heard);
    const answered = watch.watch(connect(), caller, [user('a'), user('b')]);
    await new Promise(setImmediate);
    expect(did).toEqual(['listen p:a', 'listen p:b']);
    hear();
    await answered;
    expect(did.at(-1)).toBe('read');
    watch.onModuleDestroy();
  });

  it('lets the node listen from the first of its connections to the last', async () => {
    const { watch, did, ends, connect } = watching();
    const [one, two] = [connect(), connect()];
    await watch.watch(one, caller, [user('a')]);
    await watch.watch(two, caller, [user('a'), user('b')]);
    watch.unwatch(one, [user('a').user_pk]);
    expect(did.filter((what) => what !== 'read')).toEqual(['listen p:a', 'listen p:b']);
    ends.tell(two);
    expect(did.slice(-2)).toEqual(['leave p:a', 'leave p:b']);
    watch.onModuleDestroy();
  });
});
