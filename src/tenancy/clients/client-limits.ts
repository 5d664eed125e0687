import { limits } from '../../platform/config/limits.js';
import type { ClientLimits } from '../access/caller.js';

/** Sets of limits that have a name. null: the configured default. */
const PRESETS = {
  default: {
    messages_per_user_per_minute: null,
    reactions_per_user_per_minute: null,
    typing_per_user_per_minute: null,
    pings_per_user_per_minute: null,
    burst_per_user_per_second: null,
    cooldown_s: null,
    sockets_per_user: null,
    sockets_per_client: null,
    quotas: null,
  },
  fastchat: {
    messages_per_user_per_minute: 60,
    reactions_per_user_per_minute: 60,
    typing_per_user_per_minute: 10,
    pings_per_user_per_minute: 30,
    burst_per_user_per_second: 3,
    cooldown_s: 2,
  },
};

export type LimitPreset = keyof typeof PRESETS;
export const LIMIT_PRESETS = Object.keys(PRESETS) as LimitPreset[];

/** What of its limits a client's row says; what it doesn't say is the configured default. */
type OwnLimits = { [Name in keyof ClientLimits]?: ClientLimits[Name] | null };

/** What is to be stored of limits that were asked for: those of the preset, then those that are named. */
export const givenLimits = ({ preset, ...named }: OwnLimits & { preset?: LimitPreset }): OwnLimits => ({
  ...(preset && PRESETS[preset]),
  ...named,
});

/** A client's limits whole. */
export const clientLimits = (own: Partial<ClientLimits>): ClientLimits => ({
  messages_per_user_per_minute: limits.messages_per_user_per_minute,
  reactions_per_user_per_minute: limits.reactions_per_user_per_minute,
  typing_per_user_per_minute: limits.typing_per_user_per_minute,
  pings_per_user_per_minute: limits.pings_per_user_per_minute,
  burst_per_user_per_second: 0,
  cooldown_s: 0,
  sockets_per_user: limits.sockets_per_user,
  sockets_per_client: limits.sockets_per_client,
  quotas: {},
  ...own,
});
