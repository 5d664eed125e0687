// Made by `npm run sdk:types` from docs/api/asyncapi.json.
import type { components } from './rest.js';

type Schemas = components['schemas'];

/** The schemas that only events and socket requests have, by their names: `EventSchemas['SessionReady']`. */
export interface EventSchemas {
  Acknowledge: {
    /** delivery_id of notification.created, or its notification_id. */
    "id": string;
  };
  Acknowledged: {
    "id": string;
    /** false: it was acknowledged before, or its time is over. */
    "acknowledged": boolean;
  };
  BlockedUser: {
    "user_id": string;
  };
  DeleteMessageOfRoom: {
    /** `me`: hidden from the acting user only. */
    "for"?: "all" | "me";
    "room_id": string;
    "message_id": string;
  };
  EditMessageOfRoom: {
    "content"?: string | null;
    "content_type"?: "text" | "image" | "file" | "video" | "audio" | "document" | "custom" | "system";
    "attachments"?: (Schemas['Attachment'])[];
    /** Who is mentioned, as structured data: how the text shows it is up to the app. */
    "mentions"?: (Schemas['Mention'])[];
    /** Merged, member by member. */
    "metadata"?: Record<string, unknown> | null;
    /** Only if the message still stands at this rev; else 409. */
    "if_rev"?: number;
    "room_id": string;
    "message_id": string;
  };
  Empty: Record<string, unknown>;
  EndpointTested: {
    "message": string;
  };
  GetPresence: {
    /** Items per page. */
    "limit"?: number;
    /** `next_cursor` or `prev_cursor` of an earlier answer. */
    "cursor"?: string;
    /** As in `GET /presence/online`. */
    "user_ids"?: (string)[];
  };
  Head: {
    /** Opaque; another one means that history was rewound. */
    "epoch": string;
    /** The stream's last rev. */
    "rev": number;
  };
  ListEvents: {
    /** `cursor` of an earlier answer. Without it no events come, but the cursor of now. */
    "after"?: string;
    /** As of an endpoint: types, with `*` at the end for a family. */
    "event_types"?: (string)[];
    /** How many seconds to wait for the first one. */
    "timeout_s"?: number;
  };
  ListMessages: {
    /** Messages per page. */
    "limit"?: number;
    /** Messages before this seq. */
    "before_seq"?: number;
    /** Messages after this seq. */
    "after_seq"?: number;
    /** The message at this seq in the middle of the page. */
    "around_seq"?: number;
    /** `next_cursor` or `prev_cursor` of an earlier answer. */
    "cursor"?: string;
    "room_id": string;
  };
  ListedEvents: {
    "events": (Schemas['Envelope'])[];
    /** Ask on from here: opaque. */
    "cursor": string;
    /** There may be more: ask again at once. */
    "more": boolean;
    /** false: what followed the cursor cannot be told any more (history was rewound, or it is older than events are kept); the new one is of now. */
    "recovered": boolean;
  };
  MarkOfRoom: {
    /** Beyond the room's last it is that one. This or `message_id`. */
    "seq"?: number;
    /** Instead of `seq`. */
    "message_id"?: string;
    /** Moves what only its owner sees. */
    "private"?: boolean;
    "room_id": string;
  };
  MarkReadOfRoom: {
    /** Beyond the room's last it is that one. This or `message_id`. */
    "seq"?: number;
    /** Instead of `seq`. */
    "message_id"?: string;
    /** Moves what only its owner sees. */
    "private"?: boolean;
    "room_id": string;
  };
  MessageHidden: {
    "room_id": string;
    "message_id": string;
  };
  NotificationCreated: {
    "notification_id": string;
    /** What `notification.ack` takes. */
    "delivery_id": string;
    "title": string | null;
    "body": string | null;
    "data": Record<string, unknown> | null;
  };
  PageQuery: {
    /** Items per page. */
    "limit"?: number;
    /** `next_cursor` or `prev_cursor` of an earlier answer. */
    "cursor"?: string;
  };
  Pong: {
    "server_time": string;
  };
  Presences: {
    "users": (Schemas['Presence'])[];
  };
  ProviderDegraded: {
    "id": string;
    "name": string;
    "channel": string;
    "provider_type": string;
    "is_primary": boolean;
    "is_bulk": boolean;
    /** `error_code` of the attempt that was one too many. */
    "reason": string;
    /** When it is tried again. */
    "retry_at": string;
  };
  React: {
    "room_id": string;
    "message_id": string;
    /** An emoji, or any text of your own. */
    "key": string;
  };
  ReactionChange: {
    "room_id": string;
    "message_id": string;
    "key": string;
    "user_id": string;
    /** How many have reacted with this key, now. */
    "count": number;
  };
  ReceiptUpdated: {
    "user_id": string;
    "last_read_seq": number;
    "last_delivered_seq": number;
    "room_id": string;
  };
  Refresh: {
    "api_key": string;
  };
  Refreshed: {
    /** null: a master key that acts for nobody. */
    "user_id": string | null;
    "key_id": string;
    /** null: all. */
    "permissions": ("read_messages" | "send_messages" | "join_rooms" | "invite_users" | "manage_rooms" | "send_notifications" | "read_analytics")[] | null;
    "expires_at": string | null;
  };
  Resume: {
    "user"?: Schemas['Position'];
    "rooms"?: (Schemas['RoomPosition'])[];
  };
  ResumeAnswer: {
    "user"?: Schemas['StreamRecovery'];
    "rooms": (Schemas['RoomRecovery'])[];
    /** Not all fitted: ask again for those missing. */
    "more": boolean;
  };
  RoomAdded: {
    /** Without `me` and `members`; of a room since lost, without its contents. */
    "room": Schemas['Room'];
    /** Opaque; another one means that history was rewound. */
    "epoch": string;
    /** Where the room's stream stands. */
    "rev": number;
  };
  RoomHead: {
    /** Opaque; another one means that history was rewound. */
    "epoch": string;
    /** The stream's last rev. */
    "rev": number;
    "room_id": string;
    /** The place of its last message. */
    "last_seq": number;
  };
  RoomRemoved: {
    "room_id": string;
    /** `deleted`: the room, for everybody. */
    "reason": "left" | "removed" | "banned" | "deleted";
  };
  RoomSettings: {
    "room_id": string;
    "muted": boolean;
    "muted_until": string | null;
    "mentions_only": boolean;
    "hidden": boolean;
    "pinned": boolean;
  };
  RoomTruncated: {
    "id": string;
    "room_type": "direct" | "group" | "channel" | "support";
    "name": string | null;
    /** From the name, unique in the client; it stays when the name changes. */
    "slug": string | null;
    "description": string | null;
    "privacy": "public" | "private" | "invite_only";
    "status": "active" | "inactive" | "archived" | "deleted";
    /** Only owners and admins may write. */
    "frozen": boolean;
    "history": "full" | "since_join";
    /** null: created by the client itself. */
    "created_by": string | null;
    "max_members": number;
    "member_count": number;
    /** Opaque; another one means that history was rewound. */
    "epoch": string;
    /** Messages before this place are gone: the room was truncated. */
    "first_seq": number;
    "last_seq": number;
    "last_rev": number;
    "last_message_at": string | null;
    "deactivated_at": string | null;
    "deactivated_reason": "manual" | "auto_inactive" | null;
    /** Why, as who last changed its state by hand said. */
    "status_reason": string | null;
    /** Seconds that plain members wait between two messages. */
    "slow_mode_s": number;
    "metadata": Record<string, unknown>;
    "created_at": string;
    "updated_at": string;
    /** Where the request acts for a user. */
    "me"?: Schemas['RoomMe'];
    /** With include_members: the first hundred; member_count tells how many there are. */
    "members"?: (Schemas['Member'])[];
    /** Every message of the room before this place is gone. */
    "before_seq": number;
  };
  ScheduledFailure: {
    /** Of the scheduled message. */
    "id": string;
    "room_id": string;
    "send_at": string;
    "status": "failed";
    /** The code of what the send was refused with. */
    "reason": string;
  };
  SessionDraining: {
    /** How long to wait before connecting again; another for each connection. */
    "reconnect_after_ms": number;
  };
  SessionExpiring: {
    "expires_at": string;
  };
  SessionReady: {
    "session_id": string;
    /** null: a master key that acts for nobody. */
    "user_id": string | null;
    "server_time": string;
    /** How often an idle connection is pinged. */
    "heartbeat_ms": number;
    /** Where the user's stream stands. */
    "user": (EventSchemas['Head'] | null);
    /** The most recent rooms’ positions. */
    "rooms": (EventSchemas['SessionRoom'])[];
    /** There are more rooms than these. */
    "rooms_truncated": boolean;
  };
  SessionRoom: {
    /** Opaque; another one means that history was rewound. */
    "epoch": string;
    /** The stream's last rev. */
    "rev": number;
    "room_id": string;
  };
  Subscribe: {
    "room_id": string;
    /** As many of the newest messages come along. */
    "history"?: number;
  };
  SubscribePresence: {
    /** People who share a room with the user. */
    "user_ids": (string)[];
    /** True: these and no others. Else they are added to those of earlier calls. */
    "replace"?: boolean;
  };
  Subscribed: {
    "room_id": string;
    "epoch": string;
    "rev": number;
    "last_seq": number;
    /** When `history` was asked for. */
    "history"?: Schemas['MessagePage'];
  };
  SyncHeads: {
    "rooms": (EventSchemas['RoomHead'])[];
    /** On the user's stream: where that stands. */
    "user"?: EventSchemas['Head'];
  };
  ThreadRef: {
    "room_id": string;
    /** The message that the thread is about. */
    "thread_id": string;
  };
  TypeInRoom: {
    "room_id": string;
  };
  Typed: Record<string, unknown>;
  Typing: {
    "room_id": string;
    /** Who types there now, who began first comes first; all of them up to ten. Empty: nobody any more. */
    "user_ids": (string)[];
  };
  UnreadUpdated: {
    "room_id": string;
    /** Places beyond the own marker. */
    "unread": number;
    /** Of these, those that mention the user or everybody. */
    "mentions": number;
    /** The own marker: `unread` are the places beyond it. */
    "last_read_seq": number;
    /** Over all rooms that are neither muted nor hidden, without silent messages. */
    "total_unread": number;
  };
  Unsubscribe: {
    "room_id": string;
  };
  Unsubscribed: {
    "room_id": string;
  };
}

/** What each event carries as `data`, by its type. */
export interface EventData {
  /** The user blocked somebody, on this or another device: hide what that one sends. */
  'block.added': EventSchemas['BlockedUser'];
  /** The user blocks somebody no longer. */
  'block.removed': EventSchemas['BlockedUser'];
  /** A delivery reached its recipient: a receiver answered 2xx, a device acknowledged. */
  'delivery.delivered': Schemas['Delivery'];
  /** A delivery failed for good: the last of its attempts failed too, or its time ran out. */
  'delivery.exhausted': Schemas['Delivery'];
  /** A delivery failed for good, in a way that another attempt would not change. */
  'delivery.failed': Schemas['Delivery'];
  /** A delivery was handed over: to a provider, or to the stream of the user whose devices will show it. */
  'delivery.sent': Schemas['Delivery'];
  /** A delivery was accepted and not sent, because it must not or cannot be; `reason` says why. */
  'delivery.suppressed': Schemas['Delivery'];
  /** An endpoint gets no more events: it answered 410 (`disabled_reason` is `gone`), or nothing succeeded for five days (`failing`). Other endpoints hear of it. */
  'endpoint.disabled': Schemas['Endpoint'];
  /** Sent by `POST /webhooks/endpoints/{id}/test`, and by nothing else. */
  'endpoint.test': EventSchemas['EndpointTested'];
  /** An invitation was accepted, or somebody came by a link: the actor. Told to who was invited and who invited. Its status is that of the moment; the code of a link is in no event. */
  'invite.accepted': Schemas['Invite'];
  /** The user was invited into a room, or made a link. Its status is that of the moment; the code of a link is in no event. */
  'invite.created': Schemas['Invite'];
  /** An invitation was declined. Told to who was invited and who invited. Its status is that of the moment; the code of a link is in no event. */
  'invite.declined': Schemas['Invite'];
  /** An invitation or a link was revoked. Told to who was invited and who invited. Its status is that of the moment; the code of a link is in no event. */
  'invite.revoked': Schemas['Invite'];
  /** Somebody who asked to join a room was let in. Told to who asks and to those who decide. Its status is that of the moment. */
  'join_request.approved': Schemas['JoinRequest'];
  /** Somebody asks to join a room. Told to who asks and to those who decide. Its status is that of the moment. */
  'join_request.created': Schemas['JoinRequest'];
  /** Somebody who asked to join a room was not let in. Told to who asks and to those who decide. Its status is that of the moment. */
  'join_request.rejected': Schemas['JoinRequest'];
  /** Somebody became a member of the room. The role and status are those of that moment, even when the event is read later. */
  'member.joined': Schemas['Member'];
  /** A member left the room, was removed or banned from it. The role and status are those of that moment, even when the event is read later. */
  'member.left': Schemas['Member'];
  /** A member's role was changed. The role and status are those of that moment, even when the event is read later. */
  'member.updated': Schemas['Member'];
  /** A message was sent: `seq` is its place in the room. Without `deduplicated`, and as the message is when the event is read. */
  'message.created': Schemas['Message'];
  /** A message was deleted for all: its tombstone keeps its place. */
  'message.deleted': Schemas['Message'];
  /** The user deleted a message for itself. It comes as a stub from now on. */
  'message.hidden': EventSchemas['MessageHidden'];
  /** A message was edited, undeleted, pinned or unpinned, or got previews of its links. As the message is when the event is read. */
  'message.updated': Schemas['Message'];
  /** Nothing of a notification is open any more, and not everything failed. `status` and `counts` say more. */
  'notification.completed': Schemas['Notification'];
  /** A notification for the user, to be shown and then acknowledged with `notification.ack`. */
  'notification.created': EventSchemas['NotificationCreated'];
  /** Nothing of a notification is open any more, and all of it failed or expired. */
  'notification.failed': Schemas['Notification'];
  /** The state or the text of people whom this connection subscribed to (`presence.subscribe`) is another: at most once a second, with all that changed. Who comes back within the grace period was never away. */
  'presence.updated': EventSchemas['Presences'];
  /** A provider of the client failed again and again, and is left alone until `retry_at`; others take over, or deliveries are held. Told when that begins, at most once in 15 minutes for a provider. */
  'provider.degraded': EventSchemas['ProviderDegraded'];
  /** Somebody reacted to a message; the message's own `rev` stays. `count` is how many have with this key. */
  'reaction.added': EventSchemas['ReactionChange'];
  /** Somebody took a reaction back. `count` is how many are left with this key. */
  'reaction.removed': EventSchemas['ReactionChange'];
  /** A member has read or received more; at most once a second for each, and not in rooms of more than 100 members. */
  'receipt.updated': EventSchemas['ReceiptUpdated'];
  /** A message was reported, by a user or by a word list of the client. Without `message`. */
  'report.created': Schemas['Report'];
  /** A report was given another status or note, or word lists flagged its message anew, which opens it again. Without `message`. */
  'report.updated': Schemas['Report'];
  /** The user became a member of a room: the room, and where its stream stands. The user's sockets hear it from now on. */
  'room.added': EventSchemas['RoomAdded'];
  /** A room was archived: it takes no messages and stays readable. The room as it is when the event is read, but its state as it was then; without `me` and `members`. */
  'room.archived': Schemas['Room'];
  /** A room was made. The room as it is when the event is read, without `me` and `members`. */
  'room.created': Schemas['Room'];
  /** A room was deactivated: `deactivated_reason` says whether by hand or because nobody wrote. The room as it is when the event is read, but its state as it was then; without `me` and `members`. */
  'room.deactivated': Schemas['Room'];
  /** Nobody wrote for so long that the room is to be deactivated soon: a message keeps it active. The room as it is when the event is read, but its state as it was then; without `me` and `members`. */
  'room.deactivating': Schemas['Room'];
  /** A room was deleted, and can be restored for a while. It is the last event that its sockets hear. The room as it is when the event is read, but its state as it was then; without `me` and `members`. */
  'room.deleted': Schemas['Room'];
  /** A room is active again, by hand or by a message. The room as it is when the event is read, but its state as it was then; without `me` and `members`. */
  'room.reactivated': Schemas['Room'];
  /** The user is no longer a member of a room. */
  'room.removed': EventSchemas['RoomRemoved'];
  /** The user's own settings of a room, all of them as they are after a change. */
  'room.settings_updated': EventSchemas['RoomSettings'];
  /** The messages of a room before `before_seq` are gone for everybody: drop them, and what comes of them later. The rest is the room as it is when the event is read, without `me` and `members`. */
  'room.truncated': EventSchemas['RoomTruncated'];
  /** A room was changed. The room as it is when the event is read, without `me` and `members`. */
  'room.updated': Schemas['Room'];
  /** A scheduled message was not sent, and will not be: `reason` is the code of what its send was refused with. On its sender's stream; on the client's, where the client itself is the sender. */
  'scheduled_message.failed': EventSchemas['ScheduledFailure'];
  /** Tells every so often where a stream stands, so that who missed its last event notices and resumes; and at once when very many joined a room, who are not told one by one. */
  'sync.heads': EventSchemas['SyncHeads'];
  /** The user follows a thread from now on: because it said so, replied, was mentioned in it or was replied to. */
  'thread.subscribed': EventSchemas['ThreadRef'];
  /** The user follows a thread no more. */
  'thread.unsubscribed': EventSchemas['ThreadRef'];
  /** In a thread that the user follows there are new replies, or it read it on some device: absolute values, at most once a second for each thread. Replies to threads that more than 100 users follow are not told so. */
  'thread.updated': Schemas['ThreadStanding'];
  /** Who types in the room is not the same any more. In rooms of more than 100 members nobody is told. Whoever reads is among them too. */
  'typing.updated': EventSchemas['Typing'];
  /** The user moved a marker of its own on some device, or was mentioned: absolute values, at most once a second for each room. That messages came is to be seen from the room's own `last_seq`. */
  'unread.updated': EventSchemas['UnreadUpdated'];
}

/** An event of one type (or several) as it comes over sockets, webhooks and catch-up. */
export type EventOf<T extends keyof EventData> = {
  [K in T]: Omit<Schemas['Envelope'], 'type' | 'data'> & { type: K; data: EventData[K] };
}[T];

/** Any event that this version knows, told apart by its `type`. More may come: ignore what you do not know. */
export type ChatEvent = EventOf<keyof EventData>;

/** The types of events that are kept in a stream and take a `rev`; the others are told once. */
export type DurableEventType =
  | 'block.added'
  | 'block.removed'
  | 'delivery.delivered'
  | 'delivery.exhausted'
  | 'delivery.failed'
  | 'delivery.sent'
  | 'delivery.suppressed'
  | 'endpoint.disabled'
  | 'endpoint.test'
  | 'invite.accepted'
  | 'invite.created'
  | 'invite.declined'
  | 'invite.revoked'
  | 'join_request.approved'
  | 'join_request.created'
  | 'join_request.rejected'
  | 'member.joined'
  | 'member.left'
  | 'member.updated'
  | 'message.created'
  | 'message.deleted'
  | 'message.hidden'
  | 'message.updated'
  | 'notification.completed'
  | 'notification.created'
  | 'notification.failed'
  | 'provider.degraded'
  | 'reaction.added'
  | 'reaction.removed'
  | 'report.created'
  | 'report.updated'
  | 'room.added'
  | 'room.archived'
  | 'room.created'
  | 'room.deactivated'
  | 'room.deactivating'
  | 'room.deleted'
  | 'room.reactivated'
  | 'room.removed'
  | 'room.settings_updated'
  | 'room.truncated'
  | 'room.updated'
  | 'scheduled_message.failed'
  | 'thread.subscribed'
  | 'thread.unsubscribed';

/** What concerns the connection alone: these come bare, without an envelope. */
export interface SessionEvents {
  /** The server stops: connect again after the given time, then resume. */
  'session.draining': EventSchemas['SessionDraining'];
  /** The connection's key expires within a minute: get a new one and send `auth.refresh`. */
  'session.expiring': EventSchemas['SessionExpiring'];
  /** The first event of a connection: it listens to all its streams now, and here is where they stand. */
  'session.ready': EventSchemas['SessionReady'];
}

/** What a client may send over the socket: the body, and what `data` of a good acknowledgement is. */
export interface SocketRequests {
  /** Go on with another key of the same client and user, before the present one ends. */
  'auth.refresh': { body: EventSchemas['Refresh']; answer: EventSchemas['Refreshed'] };
  /** The events that an endpoint would be told, of all streams of the client, after a cursor: each once, in the order in which they were committed. With `timeout_s` it waits for the first one. Made for developing: `chatapi listen` posts them to a server of yours. */
  'event.list': { body: EventSchemas['ListEvents']; answer: EventSchemas['ListedEvents'] };
  /** Like `DELETE /rooms/{id}/messages/{message_id}`. Answers the message as it stands afterwards, for oneself as a stub. */
  'message.delete': { body: EventSchemas['DeleteMessageOfRoom']; answer: Schemas['Message'] };
  /** Like `PATCH /rooms/{id}/messages/{message_id}`. */
  'message.edit': { body: EventSchemas['EditMessageOfRoom']; answer: Schemas['Message'] };
  /** Like `GET /rooms/{id}/messages`. */
  'message.list': { body: EventSchemas['ListMessages']; answer: Schemas['MessagePage'] };
  /** Like `POST /rooms/{id}/messages`. Sent again with its `client_msg_id` when no ack came, it exists once. */
  'message.send': { body: Schemas['SendMessageToRoom']; answer: Schemas['Message'] };
  /** Marks the delivery delivered. For keys that act for a user. */
  'notification.ack': { body: EventSchemas['Acknowledge']; answer: EventSchemas['Acknowledged'] };
  /** Is the server there? */
  'ping': { body: EventSchemas['Empty']; answer: EventSchemas['Pong'] };
  /** Like `GET /presence/online`. */
  'presence.get': { body: EventSchemas['GetPresence']; answer: {
  "data": (Schemas['Presence'])[];
  "page": Schemas['PageInfo'];
} };
  /** Like `PUT /presence`. */
  'presence.set': { body: Schemas['SetPresence']; answer: Schemas['OwnPresence'] };
  /** Hear of changes of these people’s presence by `presence.updated`, on this connection, until it ends. Answered with how they are now; who shares no room with the user is left out. */
  'presence.subscribe': { body: EventSchemas['SubscribePresence']; answer: EventSchemas['Presences'] };
  /** Like `PUT /rooms/{id}/messages/{message_id}/reactions/{key}`. */
  'reaction.add': { body: EventSchemas['React']; answer: (Schemas['ReactionSummary'])[] };
  /** Like `DELETE /rooms/{id}/messages/{message_id}/reactions/{key}`. Answers the message's `reactions` as they stand afterwards. */
  'reaction.remove': { body: EventSchemas['React']; answer: (Schemas['ReactionSummary'])[] };
  /** Like `POST /rooms/{id}/delivered`. */
  'receipt.delivered': { body: EventSchemas['MarkOfRoom']; answer: Schemas['RoomMe'] };
  /** Like `POST /rooms/{id}/read`. */
  'receipt.read': { body: EventSchemas['MarkReadOfRoom']; answer: Schemas['RoomMe'] };
  /** Like `GET /rooms`. */
  'room.list': { body: EventSchemas['PageQuery']; answer: {
  "data": (Schemas['Room'])[];
  "page": Schemas['PageInfo'];
} };
  /** Listen to a room again, or as the client itself to any room. This connection only: membership is not touched. */
  'room.subscribe': { body: EventSchemas['Subscribe']; answer: EventSchemas['Subscribed'] };
  /** Hear a room no longer. This connection only: membership is not touched. */
  'room.unsubscribe': { body: EventSchemas['Unsubscribe']; answer: EventSchemas['Unsubscribed'] };
  /** Everything that was missed since these positions, or a clear no for each stream where that cannot be told. */
  'sync.resume': { body: EventSchemas['Resume']; answer: EventSchemas['ResumeAnswer'] };
  /** The user types in the room: for 8 seconds, unless it is said again, or until the connection ends. */
  'typing.start': { body: EventSchemas['TypeInRoom']; answer: EventSchemas['Typed'] };
  /** The user types in the room no longer, as far as this connection goes. */
  'typing.stop': { body: EventSchemas['TypeInRoom']; answer: EventSchemas['Typed'] };
}
