import { Group, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useRef } from 'react';
import { answer } from '../../api.js';
import { useApi } from '../../scope.js';
import { ProblemAlert } from '../../shared/problem-alert.js';
import { Time } from '../../shared/time.js';
import type { Schema } from '../kit/data.js';
import type { Envelope } from '../kit/line.js';
import { useRoomEvents } from '../kit/live.js';
import { LineBadge } from '../live/line-badge.js';

type Message = Schema<'Message'>;

/** The newest messages, and those that come. After a break they are read anew, so that none is missing between. */
export function LiveMessages({ roomId }: { roomId: string }) {
  const api = useApi();
  const { state, why, events } = useRoomEvents(roomId);
  useFollowing(roomId, events);
  const { data, error, refetch } = useQuery({
    queryKey: ['messages', roomId],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/rooms/{room_id}/messages', {
          params: { path: { room_id: roomId }, query: { limit: 50 } },
          signal,
        }),
      ),
  });
  // Read once more when the line stands: what came in between is in neither.
  useEffect(() => {
    if (state === 'live') void refetch();
  }, [state, refetch]);
  const messages = useMemo(() => merged(data?.data ?? [], events, roomId), [data, events, roomId]);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [messages.length]);
  return (
    <>
      <Group gap="xs" mb="xs">
        <LineBadge state={state} why={why} />
      </Group>
      {error && <ProblemAlert error={error} />}
      <div className="messages" ref={box} role="log" aria-label="Messages of this room" tabIndex={0}>
        {messages.length === 0 && (
          <Text size="sm" c="dimmed">
            Nobody has written yet. What is written shows here at once.
          </Text>
        )}
        {messages.map((message) => (
          <Line key={message.id} message={message} />
        ))}
      </div>
    </>
  );
}

const FOLLOWS_MS = 2_000;

/** What the page says of the room keeps up with what comes; however much that is, it is read once in a while. */
function useFollowing(roomId: string, events: Envelope[]): void {
  const queries = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    if (events.length === 0) return;
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      void queries.invalidateQueries({ queryKey: ['rooms', 'one', roomId] });
    }, FOLLOWS_MS);
  }, [events, queries, roomId]);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [roomId],
  );
}

function Line({ message }: { message: Message }) {
  const { seq, sender_display_name, sender_id, sender_type, content, created_at, edited_at, deleted_at, attachments } =
    message;
  return (
    <p>
      <span className="seq">#{seq}</span> <strong>{sender_display_name ?? sender_id ?? sender_type}</strong>{' '}
      <Time at={created_at} /> {edited_at && !deleted_at && <span className="seq">edited</span>}
      <br />
      {deleted_at ? <em>deleted</em> : content}
      {!deleted_at && attachments.length > 0 && <em> {attachments.length} attached</em>}
    </p>
  );
}

const OF_MESSAGES = new Set(['message.created', 'message.updated', 'message.deleted']);

/** @param events newest first. The higher `rev` of a message is the newer one, wherever it came from. */
export function merged(read: object[], events: Envelope[], roomId: string): Message[] {
  const messages = new Map<string, Message>();
  const heard = events
    .filter(({ type, room_id }) => OF_MESSAGES.has(type) && room_id === roomId)
    .map(({ data }) => data);
  for (const message of [...read, ...heard] as Message[]) {
    const known = messages.get(message.id);
    // Of a deletion the event may say no more than that it was deleted.
    if (!known || (message.rev ?? 0) >= known.rev) messages.set(message.id, { ...known, ...message });
  }
  return [...messages.values()].filter(({ seq }) => seq !== undefined).toSorted((a, b) => a.seq - b.seq);
}
