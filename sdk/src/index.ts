export { ChatError } from './errors.js';
export type { ErrorCode, ErrorDetails, FieldError, Problem, SdkErrorCode, ServerErrorCode } from './errors.js';
export { createHttp } from './http.js';
export type { Answer, Http, HttpOptions } from './http.js';
export type { KeyInput, KeySource } from './key.js';
export type { List, Page } from './pages.js';
export type {
  ChatEvent,
  DurableEventType,
  EventData,
  EventOf,
  EventSchemas,
  SessionEvents,
  SocketRequests,
} from './generated/events.js';
export type { components, operations, paths } from './generated/rest.js';
export { ChatClient } from './live/client.js';
export type { ChatRoom } from './live/room.js';
export type { ChatThread } from './live/thread.js';
export { IndexedDbStorage, MemoryStorage } from './live/storage.js';
export type { ChatStorage } from './live/storage.js';
export type {
  Attachment,
  ChatClientOptions,
  ChatMessage,
  Connection,
  ConnectionStatus,
  CreateRoomBody,
  EditBody,
  Envelope,
  Invite,
  Member,
  Mention,
  Message,
  NotificationItem,
  OutgoingBody,
  OutgoingMessage,
  OwnSideBody,
  OwnPresence,
  Presence,
  ReadMarkers,
  Room,
  RoomMe,
  RoomState,
  RoomSummary,
  SearchHit,
  SearchQuery,
  Store,
  ThreadStanding,
  ThreadState,
  UnreadTotals,
  User,
} from './live/types.js';
export { ChatServer } from './server/server.js';
export type { ChatServerOptions } from './server/server.js';
export type { CallOptions } from './server/calls.js';
export type { Place, RoomMessage } from './server/messages.js';
export type * from './types.js';
export { verifyWebhook } from './webhook.js';
export type { VerifyOptions, WebhookHeaders } from './webhook.js';
