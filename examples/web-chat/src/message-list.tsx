import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import type { ChatMessage, ChatRoom, ChatThread } from '@chatapi/sdk';
import { MessageRow, textOf, type MessageActions } from './message';
import { attempt, dayOf, IconButton, useSession } from './ui';

export interface ListProps {
  room: ChatRoom;
  thread?: ChatThread;
  label: string;
  empty?: string;
  messages: ChatMessage[];
  has_older: boolean;
  has_newer?: boolean;
  unreadFrom?: number | undefined;
  /** A message to show. Another object is another wish, also for the same place. */
  target?: { seq: number } | undefined;
  seen?: ReadonlyMap<number, string>;
  actions: MessageActions;
  onEscape: () => void;
}

const GROUP_MS = 5 * 60_000;
const NEAR_END_PX = 80;
const LOAD_BEFORE_ROWS = 4;
/** A message keeps its key when it has been sent. */
const keyOf = ({ id, sender_id, client_msg_id }: ChatMessage): string =>
  client_msg_id ? `${sender_id}/${client_msg_id}` : id;

/** A stretch of history, of which only what is seen is in the page. */
export function MessageList(props: ListProps) {
  const { label, empty, messages, has_older, has_newer = false, unreadFrom = Infinity, target, seen, actions } = props;
  const { room, thread } = props;
  const { user } = useSession();
  const scroller = useRef<HTMLDivElement>(null);
  const isLoading = useRef(false);
  const wanted = useRef('');
  const [isAtEnd, setAtEnd] = useState(true);
  const [chosen, setChosen] = useState('');
  const list = useVirtualizer({
    count: messages.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => keyOf(messages[index]!),
    estimateSize: () => 64,
    overscan: 6,
    // What is read stays where it is when older messages come; who is at the end follows new ones.
    anchorTo: 'end',
    followOnAppend: !has_newer,
    scrollEndThreshold: NEAR_END_PX,
  });
  const rows = list.getVirtualItems();
  const [first = 0, last = 0] = [rows[0]?.index, rows.at(-1)?.index];
  const newest = messages.findLast(({ status }) => status === 'sent');
  // Said to who listens: what others write while one is here.
  const known = useRef(newest?.seq ?? 0);
  const isNews = newest && newest.seq > known.current && newest.sender_id !== user.user_id;

  useLayoutEffect(() => {
    const unread = messages.findIndex(({ seq }) => seq >= unreadFrom);
    if (unread > 0) list.scrollToIndex(unread, { align: 'start' });
    else list.scrollToEnd();
  }, []);
  useLayoutEffect(() => {
    const index = target ? messages.findIndex(({ seq }) => seq >= target.seq) : -1;
    if (index >= 0) choose(index, 'center');
  }, [target]);
  useLayoutEffect(() => {
    const key = CSS.escape(wanted.current);
    const row = key && scroller.current?.querySelector<HTMLElement>(`[data-key="${key}"]`);
    if (!row) return;
    row.focus({ preventScroll: true });
    wanted.current = '';
  });
  useEffect(() => {
    const isNearStart = first < LOAD_BEFORE_ROWS;
    const isNearEnd = last >= messages.length - LOAD_BEFORE_ROWS;
    const side = isNearStart && has_older ? 'loadOlder' : isNearEnd && has_newer && 'loadNewer';
    if (!side || isLoading.current) return;
    isLoading.current = true;
    const done = (): void => void (isLoading.current = false);
    void (side === 'loadOlder' ? (thread ?? room).loadOlder() : room.loadNewer()).then(done, done); // where it fails, the next scroll tries again
  });
  // Who is at the end stays there when the field below grows, or the keyboard of a phone comes up.
  useLayoutEffect(() => {
    let height = 0;
    const observer = new ResizeObserver(() => {
      if (height && isAtBottom(scroller.current!, height)) list.scrollToEnd();
      height = scroller.current!.clientHeight;
    });
    observer.observe(scroller.current!);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const tell = (): void => {
      if (newest && isAtEnd && !has_newer && !thread && document.hasFocus()) room.markRead(newest.seq);
    };
    tell();
    addEventListener('focus', tell);
    return () => removeEventListener('focus', tell);
  }, [newest?.seq, isAtEnd, has_newer]);

  /** The row that has the focus, or gets it as soon as it is there. */
  function choose(index: number, align: 'center' | 'auto'): void {
    wanted.current = keyOf(messages[index]!);
    setChosen(wanted.current);
    list.scrollToIndex(index, { align });
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') return props.onEscape();
    const step = { ArrowUp: -1, ArrowDown: 1, Home: -messages.length, End: messages.length }[event.key];
    if (step === undefined || messages.length === 0) return;
    event.preventDefault();
    const at = messages.findIndex((message) => keyOf(message) === chosen);
    choose(Math.min(Math.max((at < 0 ? messages.length : at) + step, 0), messages.length - 1), 'auto');
  };
  const toEnd = async (): Promise<void> => {
    if (has_newer) await room.jumpTo('latest');
    list.scrollToEnd();
  };
  const row = (index: number, key: string) => {
    const [before, message] = [messages[index - 1], messages[index]!];
    const day = dayOf(message.created_at);
    const isNewDay = day && day !== dayOf(messages.slice(0, index).findLast((one) => one.created_at)?.created_at);
    const isUnread = message.seq >= unreadFrom && !(before && before.seq >= unreadFrom);
    const isFollowing = !isNewDay && !isUnread && isGrouped(before, message);
    const shown = { message, actions, isFollowing, isChosen: key === chosen, seenBy: seen?.get(message.seq) };
    return (
      <li key={key} ref={list.measureElement} data-index={index} aria-setsize={-1} aria-posinset={index + 1}>
        {isNewDay && <p className="day">{day}</p>}
        {isUnread && <p className="day unread">New messages</p>}
        <MessageRow rowKey={key} {...shown} />
      </li>
    );
  };
  // Scrolling puts rows in and out of the page: they are not read out, new messages are, at the end.
  const log = { className: 'scroller', role: 'log', 'aria-live': 'off', 'aria-label': label, tabIndex: 0 } as const;
  return (
    <div className="messages">
      <div
        ref={scroller}
        {...log}
        onScroll={({ currentTarget }) => setAtEnd(isAtBottom(currentTarget))}
        onKeyDown={onKeyDown}
      >
        <div style={{ height: list.getTotalSize() }}>
          <ol style={{ transform: `translateY(${rows[0]?.start ?? 0}px)` }}>
            {rows.map(({ index, key }) => row(index, String(key)))}
          </ol>
        </div>
      </div>
      {messages.length === 0 && <p className="empty">{empty}</p>}
      {(!isAtEnd || has_newer) && (
        <IconButton icon="down" label="Jump to the latest message" onClick={() => void attempt(toEnd())} />
      )}
      <p className="spoken" aria-live="polite">
        {isNews && `${newest.sender_display_name ?? newest.sender_id}: ${textOf(newest)}`}
      </p>
    </div>
  );
}

const isAtBottom = ({ scrollHeight, scrollTop, clientHeight }: HTMLElement, height = clientHeight): boolean =>
  scrollHeight - scrollTop - height < NEAR_END_PX;
const isGrouped = (before: ChatMessage | undefined, { sender_id, created_at }: ChatMessage): boolean =>
  before?.sender_id === sender_id && Date.parse(created_at ?? '') - Date.parse(before.created_at ?? '') < GROUP_MS;
