// What the parts of the live half know of each other. Nothing here runs.
import type { Index, Keeper } from './keeper.js';
import type { Line, SessionReady } from './line.js';
import type { Outbox, Sender } from './outbox.js';
import type { Kept, Viewer } from './reduce.js';
import type { Envelope, Position, RoomMe, ThreadStanding, Told } from './types.js';

/** A room's feed as the engine sees it: what is told of the room goes there, and what it lacks comes from there. */
export interface ShownRoom {
  readonly threads: ReadonlyMap<string, { stands(standing: ThreadStanding): void }>;
  /** Somebody shows it. */
  isOpen(): boolean;
  /** What is kept of it is another. */
  changed(): void;
  /** It is not this user's any more. */
  gone(reason?: string): void;
  /** An event that follows the position. */
  apply(event: Envelope): void;
  /** The sides of an answer of a resume. */
  sides(part: { rev: number; me: RoomMe | null; receipts?: Told[] }): void;
  /** The own side was told. */
  marked(told: Told): void;
  typists(users: string[]): void;
  /** What is hidden from now on. */
  rehide(): void;
  /** Loads what an open room shows and has not. */
  fill(): Promise<void>;
  /** With the newest messages and the members, as far as they are shown. */
  whole(fresh: Kept): Promise<Kept>;
}

export interface EngineHost {
  readonly line: Line;
  call(method: string, path: string, init?: object): Promise<Told>;
  feed(id: string): ShownRoom;
  /** An event was applied, or an ephemeral one came. */
  heard(event: Envelope): void;
  /** The list of rooms, or the index, is another. */
  changed(what: 'rooms' | 'index'): void;
  /** Somebody else is logged in than what is kept belongs to. */
  forget(): void;
  window: number;
  max_rooms: number;
}

export interface Engine {
  readonly kept: ReadonlyMap<string, Kept>;
  readonly keeper: Keeper;
  readonly own: Own;
  viewer(): Viewer;
  restore(): Promise<void>;
  /** A session began: what was missed until now is fetched. */
  begin(session: SessionReady): Promise<void>;
  /** What a room is from now on; undefined: it is not this user's any more, for this reason. */
  set(id: string, kept: Kept | undefined, reason?: string): void;
  /** Changes a room that is kept. */
  update(id: string, change: (kept: Kept) => Kept): void;
  hear(event: Envelope): void;
  /** Something of these streams is missing. */
  missed(...keys: string[]): void;
  /** Perhaps something is missing: if it has not come in a moment, it is resumed. */
  suspect(key: string): void;
  /** Until nothing is missing, or there is no line; a new session begins it again. */
  catchUp(): Promise<void>;
  /** Begins a room with what is read of it, all at once; what changes meanwhile is resumed. */
  read(id: string): Promise<void>;
  /** What is kept of a room that was just told. */
  fresh(room: Told): Kept;
}

/** The user's own stream: which rooms there are, what is hidden, invitations and notifications. */
export interface Own {
  /** Undefined until it is known who is logged in. */
  index(): Index | undefined;
  set(index: Index): void;
  patch(change: Partial<Index>): void;
  /** Whose session it is from now on. */
  begin(userId: string): void;
  forget(): void;
  viewer(): Viewer;
  /** The list of rooms and all else that this stream would have told. */
  read(base: Position & { user_id?: string }): Promise<void>;
  /** An event that follows the position. */
  apply(event: Envelope): void;
}

/** What a room's feed is part of. */
export interface RoomHost {
  readonly engine: Engine;
  readonly line: Line;
  readonly outbox: Outbox;
  call(method: string, path: string, init?: object): Promise<Told>;
  me(): Sender | null;
  ready(signal?: AbortSignal): Promise<void>;
  unreadChanged(by: number): void;
}
