import { Injectable } from '@nestjs/common';
import type { Request } from '../access/request.js';
import type { CreateClientDto, CreatedClientDto } from '../clients/clients.dto.js';
import { ClientsService } from '../clients/clients.service.js';
import { Idempotency } from '../idempotency/idempotency.js';
import { newRef } from './api-key.js';
import { makeKey } from './key-maker.js';
import { KeysRepository } from './keys.repository.js';

/** A tenant begins with a key: without one, nobody could make it another. */
@Injectable()
export class NewClientsService {
  constructor(
    private readonly clients: ClientsService,
    private readonly keys: KeysRepository,
    private readonly idempotency: Idempotency,
  ) {}

  /** Makes a client and its first master key, both or neither. */
  async create(request: Request, dto: CreateClientDto): Promise<CreatedClientDto> {
    const ref = newRef();
    const { key, apiKeyFor } = await makeKey({
      kind: 'master',
      name: 'First key',
      user_pk: null,
      permissions: null,
      device_id: null,
      issued_by: 'api',
      expires_in: null,
    });
    return this.idempotency.effect(request, async (tx) => {
      const client = await this.clients.insert(tx, ref, dto);
      await this.keys.insert(tx, client.id, key);
      return { ...client, master_api_key: apiKeyFor(ref) };
    });
  }
}
