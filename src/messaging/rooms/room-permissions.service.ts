import { Injectable } from '@nestjs/common';
import type { Caller } from '../../tenancy/access/caller.js';
import type { Request } from '../../tenancy/access/request.js';
import { ClientsService } from '../../tenancy/clients/clients.service.js';
import { Problem, type FieldError } from '../../platform/common/problem.js';
import { RoomAccess } from './room-access.js';
import { PERMISSIONS_SETTING, tableOf } from './room-permissions.js';
import type { RoomPermissionsDto } from './room-permissions.dto.js';

/** What roles may in a client's rooms, as the client sees and changes it. */
@Injectable()
export class RoomPermissionsService {
  constructor(
    private readonly clients: ClientsService,
    private readonly access: RoomAccess,
  ) {}

  async get(caller: Caller): Promise<RoomPermissionsDto> {
    const { settings } = await this.clients.readFacts(caller.clientId);
    return tableOf(settings);
  }

  /** Those of the room's type. */
  async ofRoom(caller: Caller, roomId: string): Promise<RoomPermissionsDto> {
    const { room_type } = await this.access.get(caller, roomId);
    return { [room_type]: (await this.get(caller))[room_type] };
  }

  /** Replaces what was set before. */
  async put(request: Request, table: RoomPermissionsDto): Promise<RoomPermissionsDto> {
    refuseBlindRoles(table);
    await this.clients.set(request, PERMISSIONS_SETTING, table);
    return this.get(request.caller);
  }
}

/** A member that may not read would be none: rooms are shown to their members, and tell them what happens. */
function refuseBlindRoles(table: RoomPermissionsDto): void {
  const errors: FieldError[] = Object.entries(table).flatMap(([type, roles]) =>
    Object.entries(roles as object).flatMap(([role, permissions]) =>
      (permissions as string[]).includes('read') ? [] : { field: `${type}.${role}`, message: 'must include read' },
    ),
  );
  if (errors.length > 0) {
    throw new Problem('validation_failed', `${errors[0]!.field}: must include read, without which a role is none`, {
      errors,
    });
  }
}
