/*
 * Topics: what nodes subscribe to on Redis. One for each room, user and client that somebody here listens to, and for each
 * user whose presence is watched here, so that a node hears what its own sockets read and nothing else. Why not fewer,
 * shared ones: docs/decisions/cluster-channels.md.
 */

/** What every node with sockets hears: moves of very many users at once. */
export const EVERYWHERE = '*';

/** The topic that carries a channel of sockets; null for channels that no other node has anything to say to. */
export function topicOf(channel: string): string | null {
  const at = channel.indexOf(':');
  switch (channel.slice(0, Math.max(at, 0))) {
    case 'r':
    case 'n':
      return `r${channel.slice(at)}`;
    case 'u':
    case 'ur':
    case 'un':
      return `u${channel.slice(at)}`;
    case 'c':
    case 'p':
      return channel;
    default:
      return null;
  }
}

const CHANNELS: Record<string, readonly string[]> = { r: ['r', 'n'], u: ['u', 'ur', 'un'], c: ['c'], p: ['p'] };

/** The channels that a topic carries. */
export function channelsOf(topic: string): string[] {
  const id = topic.slice(1);
  return (CHANNELS[topic[0]!] ?? []).map((kind) => kind + id);
}
