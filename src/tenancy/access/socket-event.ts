import { SetMetadata, type Type } from '@nestjs/common';
import type { Page } from '../../platform/common/pagination.js';
import type { ProblemCode } from '../../platform/common/problem.js';
import type { Connection } from '../../platform/realtime/connection.js';
import type { Caller } from './caller.js';
import type { LimitKind } from './limit-kind.js';
import type { Permission } from './permissions.js';
import type { Existing, Request } from './request.js';

export const SOCKET_EVENT = Symbol('socket event');

/** What every event that clients send declares. */
export interface SocketEventOptions<Dto extends object = object> {
  /** As it goes over the wire, such as `message.send`. One handler serves it. */
  name: string;
  /** What it does, for the event reference. */
  description: string;
  /** `key`: any key of a client; `master`: a master key that was not narrowed; else the permission, as on the route of the same action. */
  access: 'key' | 'master' | Permission;
  /** What it carries. */
  dto: Type<Dto>;
  /** Codes beyond those that every event can be answered with. */
  errors?: ProblemCode[];
  /** Counts against this limit of its user. */
  limited?: LimitKind;
  /** As for the routes. */
  judgesBans?: boolean;
  /** Its answer can be large: fewer of these run at once for one connection. */
  reads?: boolean;
}

/** An event whose ack's `data` holds one DTO. */
interface WithAnswer<Answer extends object> {
  answer: Type<Answer>;
}

/** An event whose ack's `data` is a list of DTOs. */
interface WithList<Item extends object> {
  list: Type<Item>;
}

/** An event whose ack's `data` holds a page of DTOs. */
interface WithPage<Item extends object> {
  page: Type<Item>;
}

/** What the table, the documents and the generated tests read of an event. */
export type SocketEventDescriptor = SocketEventOptions &
  Partial<WithAnswer<object> & WithList<object> & WithPage<object>>;

/** What a handler gets: who asks, for what, over which connection. */
export interface SocketRequest<Dto extends object = object> {
  caller: Caller;
  /** For handlers that change something. */
  request: Request;
  dto: Dto;
  connection: Connection;
}

type Answered<Answer> = Answer | Existing<Answer>;

type Handler<Dto extends object, Answer> = (
  request: SocketRequest<Dto>,
) => Answered<Answer> | Promise<Answered<Answer>>;

type Decorates<Method> = <T extends Method>(target: object, key: string, method: TypedPropertyDescriptor<T>) => void;

/**
 * Declares the method of a provider as the handler of an event that clients send: who may, what it carries, and what it
 * answers. {@link SocketEvents} finds it at the start. A handler of another DTO or answer does not compile.
 */
export function SocketEvent<Dto extends object, Answer extends object>(
  options: SocketEventOptions<Dto> & WithAnswer<Answer>,
): Decorates<Handler<Dto, Answer>>;
export function SocketEvent<Dto extends object, Item extends object>(
  options: SocketEventOptions<Dto> & WithList<Item>,
): Decorates<Handler<Dto, Item[]>>;
export function SocketEvent<Dto extends object, Item extends object>(
  options: SocketEventOptions<Dto> & WithPage<Item>,
): Decorates<Handler<Dto, Page<Item>>>;
export function SocketEvent(options: SocketEventDescriptor): MethodDecorator {
  return SetMetadata(SOCKET_EVENT, options);
}
