import { Injectable } from '@nestjs/common';
import type { Caller } from '../access/caller.js';
import { ClientsService } from '../clients/clients.service.js';
import { invalidKey } from './keys.service.js';
import { toScopedKeyDto } from './key-maker.js';
import type { MeDto } from './keys.dto.js';
import { KeysRepository } from './keys.repository.js';

@Injectable()
export class MeService {
  constructor(
    private readonly clients: ClientsService,
    private readonly keys: KeysRepository,
  ) {}

  /** The client; to a scoped key its own record, and of the client only what its users may know. */
  async get(caller: Caller): Promise<MeDto> {
    const client = await this.clients.get(caller.clientId);
    if (caller.kind !== 'scoped') return { type: 'client', client };
    const key = await this.keys.find(caller.clientId, 'scoped', caller.keyId);
    // Revoked since the guard saw it.
    if (!key) throw invalidKey();
    return {
      type: 'scoped_key',
      client: { id: client.id, name: client.name },
      scoped_key: toScopedKeyDto(key),
    };
  }
}
