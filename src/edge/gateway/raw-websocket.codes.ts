import type { Ending } from '../../platform/realtime/connection.js';
import type { Problem } from '../../platform/common/problem.js';

/** Codes that raw WebSockets are closed with: those of RFC 6455, and ChatAPI's own from 4400 on. */
export const CLOSE = {
  /** Not text: frames are JSON. */
  unsupported: 1003,
  internal: 1011,
  unauthenticated: 4401,
  forbidden: 4403,
  tooSlow: 4408,
  tooLarge: 4413,
  limited: 4429,
  draining: 4503,
} as const;

/** What ws closes a connection with whose frame is too large. */
export const WS_TOO_LARGE = 1009;

const OF_ENDINGS: Record<Ending, [code: number, reason: string]> = {
  over: [CLOSE.unauthenticated, 'The key has ended.'],
  barred: [CLOSE.forbidden, 'The client is suspended.'],
  lost: [CLOSE.draining, 'Connect again.'],
  cut: [CLOSE.tooSlow, 'Too much waited to be read.'],
};

export const closeOfEnding = (ending: Ending): [code: number, reason: string] => OF_ENDINGS[ending];

/** How a connection ends whose authentication is refused. */
export function closeOfRefusal({ status, code }: Problem): [code: number, reason: string] {
  switch (status) {
    case 403:
      return [CLOSE.forbidden, code];
    case 413:
      return [CLOSE.tooLarge, code];
    case 429:
      return [CLOSE.limited, code];
    case 503:
      return [CLOSE.draining, code];
    default:
      return [status >= 500 ? CLOSE.internal : CLOSE.unauthenticated, code];
  }
}
