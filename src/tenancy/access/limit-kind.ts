/** What a user's requests and events are counted as, each with a limit or quotas of its own in the client's limits. */
export type LimitKind = 'messages' | 'reactions' | 'typing' | 'pings' | 'notifications';
