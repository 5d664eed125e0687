import type { UserPk } from '../../platform/common/ids.js';
import type { Config } from '../../platform/config/config.js';
import type { Nodes } from '../../platform/realtime/nodes.js';
import type { RealtimePublisher } from '../../platform/realtime/realtime.publisher.js';
import type { LastSeen } from './last-seen.js';
import { PresenceLeases } from './presence.leases.js';

describe('who comes', () => {
  it('is told of on other nodes once they can read it, and here at once', async () => {
    const did: string[] = [];
    let write!: () => void;
    const written = new Promise<void>((resolve) => (write = resolve));
    const presence = new PresenceLeases(
      { set: (key: string) => (did.push(`write ${key}`), written) } as unknown as Nodes,
      { tellNodes: (_: string, channel: string) => did.push(`tell ${channel}`) } as unknown as RealtimePublisher,
      { note: () => {} } as unknown as LastSeen,
      { presenceHeartbeatMs: 1_000, presenceGraceMs: 1_000 } as Config,
    );
    presence.onChange((userPk) => did.push(`here ${userPk}`));
    presence.heartbeat('c', 'u' as UserPk);
    await new Promise(setImmediate);
    expect(did).toEqual(['write presence:u', 'here u']);
    write();
    await new Promise(setImmediate);
    expect(did.at(-1)).toBe('tell p:u');
  });
});
