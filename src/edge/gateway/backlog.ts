import type { Connection } from '../../platform/realtime/connection.js';

/** What may wait to be sent to one connection, and what may at no moment. */
const MUCH_BYTES = 4 * 1_048_576;
const TOO_MUCH_BYTES = 32 * 1_048_576;

/** How far has the other end fallen behind? `much` can be a burst; what stays so costs too much memory. */
export function backlogOf(connection: Connection): 'little' | 'much' | 'too much' {
  const bytes = connection.backlog();
  if (bytes > TOO_MUCH_BYTES) return 'too much';
  return bytes > MUCH_BYTES ? 'much' : 'little';
}
