import type { Permission } from '../../tenancy/access/permissions.js';
import type { Caller } from '../../tenancy/access/caller.js';
import type { Request } from '../../tenancy/access/request.js';
import type { Connection } from './session.js';

export interface UpRequest<Dto extends object> {
  caller: Caller;
  /** For handlers that change something. */
  request: Request;
  dto: Dto;
  socket: Connection;
}

/** An event that clients send: who may, what it carries, and what it does. The answer becomes the ack's `data`. */
export interface UpEvent<Dto extends object = object> {
  name: string;
  /** `key`: any key of a client; else the permission, as on the route of the same action. */
  access: 'key' | Permission;
  dto: new () => Dto;
  /** Counts against messages per user and minute. */
  limited?: true;
  /** Its answer can be large: fewer of these run at once for one connection. */
  reads?: true;
  run(request: UpRequest<Dto>): unknown;
}

/** Keeps each event's own DTO while it is written down. */
export const upEvent = <Dto extends object>(event: UpEvent<Dto>): UpEvent => event as unknown as UpEvent;
