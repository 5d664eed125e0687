import {
  createContext,
  createElement,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useSyncExternalStore,
} from 'react';
import type { ReactElement, ReactNode } from 'react';
import type { ChatClient } from '../live/client.js';
import type { ChatRoom } from '../live/room.js';
import type {
  Connection,
  Invite,
  NotificationItem,
  Presence,
  RoomState,
  RoomSummary,
  Store,
  ThreadState,
  UnreadTotals,
  User,
} from '../live/types.js';

const Context = createContext<ChatClient | null>(null);

/** What {@link ChatProvider} takes. */
export interface ChatProviderProps {
  /** Made once, outside of rendering. */
  client: ChatClient;
  /** Connects while it is mounted; `false`: the app calls `connect` and `disconnect` itself. */
  connect?: boolean;
  /** What uses the hooks. */
  children?: ReactNode;
}

/** Gives a client to all hooks below it. */
export function ChatProvider({ client, connect = true, children }: ChatProviderProps): ReactElement {
  useEffect(() => {
    if (!connect) return undefined;
    // Why it failed stands in the connection's state.
    client.connect().catch(() => {});
    return () => client.disconnect();
  }, [client, connect]);
  return createElement(Context.Provider, { value: client }, children);
}

/** The client that {@link ChatProvider} gives. */
export function useChat(): ChatClient {
  const client = useContext(Context);
  if (!client) throw new Error('There is no <ChatProvider> above this component.');
  return client;
}

/** A store's value; renders again when it is another. */
export function useStore<T>(store: Store<T>): T {
  const subscribe = useCallback((listener: () => void) => store.subscribe(listener), [store]);
  const get = useCallback(() => store.get(), [store]);
  return useSyncExternalStore(subscribe, get, get);
}

/** Whether there is a line, and whether what was missed is being fetched. */
export const useConnection = (): Connection => useStore(useChat().connection);

/** Who is logged in; null until it is known. */
export const useMe = (): User | null => useStore(useChat().me);

/** The user's rooms, newest activity first. */
export const useRooms = (): RoomSummary[] => useStore(useChat().rooms);

/** A room, to send, edit, react, mark and load with. It does not open the room. */
export function useRoom(roomId: string): ChatRoom {
  return useChat().room(roomId);
}

/** What is shown of a room, which is open, and followed, as long as the component is mounted. */
export function useMessages(roomId: string): RoomState {
  const room = useRoom(roomId);
  useEffect(() => {
    const leaving = new AbortController();
    // What failed stands in the state, and is tried again with the next connection.
    room.open(leaving.signal).catch(() => {});
    return () => {
      leaving.abort();
      room.close();
    };
  }, [room]);
  return useStore(room.state);
}

/** The thread of a message, followed as long as the component is mounted. */
export function useThread(roomId: string, messageId: string): ThreadState {
  const room = useRoom(roomId);
  const thread = useMemo(() => room.thread(messageId), [room, messageId]);
  return useStore(thread.state);
}

/** Who types in a room, and what tells that this user does: call it with every key that is pressed. */
export function useTyping(roomId: string): { typing: string[]; setTyping: (on: boolean) => void } {
  const room = useRoom(roomId);
  const known = useRef<string[]>([]);
  // Much else changes in a room.
  const typists = useCallback(() => {
    const { typing } = room.state.get();
    return JSON.stringify(typing) === JSON.stringify(known.current) ? known.current : (known.current = typing);
  }, [room]);
  const typing = useSyncExternalStore(
    useCallback((listener: () => void) => room.state.subscribe(listener), [room]),
    typists,
    typists,
  );
  const setTyping = useCallback((on: boolean) => room.setTyping(on), [room]);
  return { typing, setTyping };
}

/** Who is there of these people, as long as the component is mounted. */
export function usePresence(userIds: readonly string[]): ReadonlyMap<string, Presence> {
  const client = useChat();
  const key = JSON.stringify([...new Set(userIds)].sort());
  useEffect(() => client.watchPresence(JSON.parse(key) as string[]), [client, key]);
  return useStore(client.presence);
}

/** What is unread in all rooms together. */
export const useUnread = (): UnreadTotals => useStore(useChat().unread);

/** The latest notifications, newest first. */
export const useNotifications = (): NotificationItem[] => useStore(useChat().notifications);

/** Invitations that wait for an answer. */
export const useInvites = (): Invite[] => useStore(useChat().invites);
