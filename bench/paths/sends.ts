import { httpLoad } from '../support/http-load.js';
import type { Tenant, BenchRoom } from '../support/product.js';
import { LoadSocket, openSockets } from '../support/socket-load.js';

const CONTENT = 'A message of some forty characters length.';

/** Who sends where: one of its members to each room in turn, with a scoped key of their own; and who else is there. */
export interface Senders {
  port: number;
  senders: { roomId: string; key: string; neighbour: string }[];
}

export async function prepareSenders(tenant: Tenant, rooms: BenchRoom[]): Promise<Senders> {
  const senders: Senders['senders'] = [];
  for (const [index, room] of rooms.entries()) {
    const member = room.members[index % room.members.length]!;
    const neighbour = room.members[(index + 1) % room.members.length]!;
    senders.push({ roomId: room.id, key: await tenant.login(member), neighbour });
  }
  return { port: tenant.port, senders };
}

let messages = 0;

/** How long a round may take, however slow the machine is. */
const SECONDS = 60;

/**
 * @param more of the message to the room of a sender, as JSON: `,"silent":true`
 * @returns messages per second, committed and acknowledged, over `connections` connections
 */
export async function restSend(
  { port, senders }: Senders,
  requests: number,
  connections = 256,
  more: (sender: Senders['senders'][number]) => string = () => '',
): Promise<number> {
  const result = await httpLoad({
    port,
    connections,
    requests,
    seconds: SECONDS,
    next: () => {
      const sender = senders[messages % senders.length]!;
      return {
        method: 'POST',
        path: `/api/v1/rooms/${sender.roomId}/messages`,
        headers: { authorization: `Bearer ${sender.key}` },
        body: `{"content":"${CONTENT}","client_msg_id":"bench-${messages++}"${more(sender)}}`,
      };
    },
  });
  const created = result.statuses.get(201) ?? 0;
  if (created !== result.requests)
    throw new Error(`of ${result.requests} sends: ${JSON.stringify([...result.statuses])}`);
  return result.perSecond;
}

/** The same, each message mentioning another member. */
export function mentioningSend(senders: Senders, requests: number): Promise<number> {
  return restSend(senders, requests, 256, ({ neighbour }) => `,"mentions":[{"type":"user","user_id":"${neighbour}"}]`);
}

/** Plain sends over `sockets` sockets, each with `window` sends that wait for their acknowledgement. */
export async function socketSend({ port, senders }: Senders, requests: number, sockets = 64, window = 4) {
  const open = await openSockets(sockets, (index) =>
    LoadSocket.open(port, '/sockets', { api_key: senders[index]!.key }),
  );
  let sent = 0;
  const started = performance.now();
  await Promise.all(
    open.flatMap((socket, index) =>
      Array.from({ length: window }, async () => {
        while (sent < requests && performance.now() < started + SECONDS * 1000) {
          sent++;
          const ack = await socket.emit('message.send', {
            room_id: senders[index]!.roomId,
            content: CONTENT,
            client_msg_id: `bench-${messages++}`,
          });
          if (!ack.startsWith('[{"ok":true')) throw new Error(ack);
        }
      }),
    ),
  );
  const perSecond = sent / ((performance.now() - started) / 1000);
  await Promise.all(open.map((socket) => socket.close()));
  return perSecond;
}
