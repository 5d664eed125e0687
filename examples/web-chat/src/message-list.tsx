import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type UIEvent } from 'react';
import type { ChatMessage } from '@chatapi/sdk';
import { MessageRow, type MessageActions } from './message';
import { attempt, dayOf, IconButton } from './ui';

export interface ListProps {
  label: string;
  messages: ChatMessage[];
  loadOlder?: (() => Promise<unknown>) | undefined;
  loadNewer?: (() => Promise<unknown>) | undefined;
  unreadFrom?: number | undefined;
  /** A message to show. Another object is another wish, also for the same place. */
  target?: { seq: number } | undefined;
  /** Who has read up to which place. */
  seen?: ReadonlyMap<number, string[]>;
  actions: MessageActions;
  /** The newest message is seen. */
  onEnd?: (seq: number) => void;
  toLatest?: () => Promise<unknown>;
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
  const { label, messages, loadOlder, loadNewer, unreadFrom = Infinity, target, seen, actions } = props;
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
    followOnAppend: !loadNewer,
    scrollEndThreshold: NEAR_END_PX,
  });
  const rows = list.getVirtualItems();
  const [first = 0, last = 0] = [rows[0]?.index, rows.at(-1)?.index];
  const newest = messages.findLast(({ status }) => status === 'sent');

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
    const load = isNearStart && loadOlder ? loadOlder : last >= messages.length - LOAD_BEFORE_ROWS && loadNewer;
    if (!load || isLoading.current) return;
    isLoading.current = true;
    const done = (): void => void (isLoading.current = false);
    void load().then(done, done); // where it fails, the next scroll tries again
  });
  useEffect(() => {
    const tell = (): void => {
      if (newest && isAtEnd && !loadNewer && document.hasFocus()) props.onEnd?.(newest.seq);
    };
    tell();
    addEventListener('focus', tell);
    return () => removeEventListener('focus', tell);
  }, [newest?.seq, isAtEnd, !loadNewer]);

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
    await props.toLatest?.();
    list.scrollToEnd();
  };
  const onScroll = ({ currentTarget: { scrollHeight, scrollTop, clientHeight } }: UIEvent<HTMLElement>): void =>
    setAtEnd(scrollHeight - scrollTop - clientHeight < NEAR_END_PX);
  const row = (index: number, key: string) => {
    const [before, message] = [messages[index - 1], messages[index]!];
    const isNewDay = !before || dayOf(message.created_at) !== dayOf(before.created_at);
    const isUnread = message.seq >= unreadFrom && !(before && before.seq >= unreadFrom);
    return (
      <li key={key} ref={list.measureElement} data-index={index} aria-setsize={-1} aria-posinset={index + 1}>
        {isNewDay && <p className="day">{dayOf(message.created_at)}</p>}
        {isUnread && <p className="day unread">New messages</p>}
        <MessageRow
          rowKey={key}
          message={message}
          isFollowing={!isNewDay && !isUnread && isGrouped(before, message)}
          isChosen={key === chosen}
          seenBy={seen?.get(message.seq)}
          actions={actions}
        />
      </li>
    );
  };
  // Scrolling puts rows in and out of the page: they are not read out, new messages are, at the end.
  return (
    <div className="messages">
      <div
        ref={scroller}
        className="scroller"
        role="log"
        aria-live="off"
        aria-label={label}
        tabIndex={0}
        onScroll={onScroll}
        onKeyDown={onKeyDown}
      >
        <div style={{ height: list.getTotalSize() }}>
          <ol style={{ transform: `translateY(${rows[0]?.start ?? 0}px)` }}>
            {rows.map(({ index, key }) => row(index, String(key)))}
          </ol>
        </div>
      </div>
      {(!isAtEnd || loadNewer) && (
        <span className="to-end">
          <IconButton icon="down" label="Jump to the latest message" onClick={() => void attempt(toEnd())} />
        </span>
      )}
      <Spoken newest={newest} />
    </div>
  );
}

const isGrouped = (before: ChatMessage, message: ChatMessage): boolean =>
  before.sender_id === message.sender_id && Date.parse(message.created_at) - Date.parse(before.created_at) < GROUP_MS;

/** New messages of others, for who listens. */
function Spoken({ newest }: { newest: ChatMessage | undefined }) {
  const known = useRef(newest?.seq ?? 0);
  const said = newest && `${newest.sender_display_name ?? newest.sender_id}: ${newest.content ?? 'a file'}`;
  return <p {...{ className: 'spoken', 'aria-live': 'polite' }}>{newest && newest.seq > known.current && said}</p>;
}
