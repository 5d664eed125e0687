import { oldMessage } from './messages.words.js';
import { isPlain, type Plain } from './words.js';

/** An event of the first version. */
export interface FirstVersionEvent {
  name: string;
  body: Plain;
}

/** What is read of an event of this version: its envelope. */
interface Told {
  client_id: string;
  occurred_at: string;
  room_id: string | null;
  data: Plain;
}

/** By the type of the event: what the first version's clients were told in its place. */
const DOWN: Record<string, (told: Told) => FirstVersionEvent[]> = {
  'message.created': ({ data }) => {
    if (data.hidden === true) return [];
    const sender_name = data.sender_display_name ?? data.sender_id ?? null;
    return [{ name: 'message', body: { ...oldMessage(data), message_id: data.id, sender_name } }];
  },
  'notification.created': ({ data, occurred_at, room_id: ofStream }) => {
    const { room_id = ofStream, ...metadata } = isPlain(data.data) ? data.data : {};
    return [
      {
        name: 'notification',
        body: {
          type: 'websocket',
          notification_id: data.notification_id,
          delivery_id: data.delivery_id,
          subject: data.title,
          content: data.body,
          metadata,
          room_id,
          timestamp: occurred_at,
        },
      },
    ];
  },
  'member.joined': ({ data, room_id }) => [
    { name: 'user_joined_room', body: { room_id, user_id: data.user_id, display_name: data.display_name } },
  ],
  'receipt.updated': ({ data }) => [
    {
      name: 'messages_read',
      body: { room_id: data.room_id, user_id: data.user_id, last_read_seq: data.last_read_seq },
    },
  ],
  'presence.updated': ({ data, client_id }) =>
    (data.users as Plain[]).map(({ user_id, state }) => ({
      name: state === 'offline' ? 'user_offline' : 'user_online',
      body: { user_id, client_id },
    })),
};

/** Does the first version have a word for events of this type? */
export const isSaid = (type: string): boolean => Object.hasOwn(DOWN, type);

/** What the first version's clients are told of an event, by its envelope. */
export const saidOf = (type: string, envelope: object): FirstVersionEvent[] => DOWN[type]?.(envelope as Told) ?? [];

/** The type of an event as Socket.IO encodes it: `2["type",envelope]`. */
export const typeOf = (text: string): string => text.slice(3, text.indexOf('"', 3));

/** Its envelope. */
export const envelopeIn = (text: string): object => (JSON.parse(text.slice(1)) as [string, object])[1];
