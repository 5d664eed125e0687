import { Injectable } from '@nestjs/common';
import { newId } from '../../platform/common/ids.js';
import { KeyRing } from '../../platform/common/key-ring.js';
import { mergePatch } from '../../platform/common/merge-patch.js';
import { pageOfWhole, wholePage, type Page } from '../../platform/common/pagination.js';
import { invalidField, notFound, Problem, type FieldError } from '../../platform/common/problem.js';
import type { Request } from '../../tenancy/access/request.js';
import { Idempotency } from '../../tenancy/idempotency/idempotency.js';
import type { Tx } from '../../platform/database/database.js';
import { cleanText } from './clean-text.js';
import { keepSecrets, movedSecrets, seal, unseal, withoutSecrets } from './provider-secrets.js';
import type { ProviderEntity } from './provider.entity.js';
import { ProviderRegistry } from './provider.registry.js';
import {
  channelNameOf,
  MAX_PROVIDERS,
  readList,
  readProvider,
  refuseLacking,
  withKnown,
  type ProviderInput,
} from './provider-input.js';
import {
  DEFAULT_CHANNEL,
  type ProviderInputDto,
  type ProviderPatchDto,
  type ProvidersListQueryDto,
  type ProviderTestResultDto,
  type ProviderDto,
} from './providers.dto.js';
import { capsOf } from './provider-caps.js';
import type { OutageSource, ProviderOutage } from './provider-outage.js';
import { toProvider } from './provider-view.js';
import { ProvidersRepository } from './providers.repository.js';
import { ProviderRoutes, settingsKeyOf } from './provider-routes.js';

const TEST_TIMEOUT_MS = 30_000;

/** Is told when a client's providers of a channel have changed: what waits for one may go on. */
export interface ProviderObserver {
  providersChanged(clientId: string, channel: string): Promise<void>;
}

/** A client's own providers: named, tried out when saved, their secrets encrypted and never returned. */
@Injectable()
export class ProvidersService {
  private readonly observers: ProviderObserver[] = [];
  private outageSource: OutageSource | null = null;

  constructor(
    private readonly repository: ProvidersRepository,
    private readonly registry: ProviderRegistry,
    private readonly routes: ProviderRoutes,
    private readonly keys: KeyRing,
    private readonly idempotency: Idempotency,
  ) {}

  register(observer: ProviderObserver): void {
    this.observers.push(observer);
  }

  registerOutages(source: OutageSource): void {
    this.outageSource = source;
  }

  /** @throws Problem `invalid_cursor` */
  async list(clientId: string, query: ProvidersListQueryDto): Promise<Page<ProviderDto>> {
    const rows = await this.repository.list(clientId, query.channel);
    const { data, page } = pageOfWhole(rows, query, ({ id }) => id);
    return { data: await this.presentAll(clientId, data), page };
  }

  async add(request: Request, sent: ProviderInputDto, verify: boolean): Promise<ProviderDto> {
    const { clientId } = request.caller;
    const input = withKnown(this.registry, sent);
    refuseLacking(input);
    const channel = channelNameOf(input);
    const existing = await this.repository.list(clientId, channel);
    refuseTaken(existing, input.name);
    if (verify) await this.verify(input);
    const saved = await this.idempotency.effect(request, async (tx) => {
      const rows = await this.repository.lock(tx, clientId, channel);
      refuseTaken(rows, input.name);
      if (rows.length >= MAX_PROVIDERS)
        throw new Problem('conflict', `A client has at most ${MAX_PROVIDERS} providers.`);
      const position = (rows.at(-1)?.position ?? -1) + 1;
      request.note({ subject: input.name });
      return this.save(tx, clientId, newId(), input, position, verify);
    });
    await this.changed(clientId, channel);
    return saved;
  }

  /** The list of a channel becomes what is sent, in its order. */
  async replace(
    request: Request,
    body: unknown,
    verify: boolean,
    channel = DEFAULT_CHANNEL,
  ): Promise<Page<ProviderDto>> {
    const { clientId } = request.caller;
    const stored = new Map((await this.repository.list(clientId, channel)).map((row) => [row.name, row]));
    const moved: FieldError[] = [];
    const inputs = readList(this.registry, body, channel).map((input, index) => {
      const row = stored.get(input.name);
      const { known, config: sent } = input;
      // The secrets of another type are not this one's.
      const before = row?.provider_type === input.provider_type ? unseal(this.keys, row) : null;
      const config = keepSecrets(known.descriptor, sent, before);
      if (before)
        moved.push(...movedSecrets(known.descriptor, { sent, next: config, stored: before }, `[${index}].config`));
      return { ...input, config };
    });
    refuseMoved(moved);
    for (const [index, input] of inputs.entries()) refuseLacking(input, `[${index}].`);
    if (verify) await Promise.all(inputs.map((input, index) => this.verify(input, `[${index}]`)));
    await this.idempotency.effect(request, async (tx) => {
      const before = await this.repository.lock(tx, clientId, channel);
      const ids = new Map(before.map((row) => [row.name, row.id]));
      const kept = inputs.map(({ name }) => ids.get(name)).filter((id) => id !== undefined);
      await this.repository.deleteExcept(tx, clientId, channel, kept);
      const after: ProviderDto[] = [];
      for (const [position, input] of inputs.entries()) {
        after.push(await this.save(tx, clientId, ids.get(input.name) ?? newId(), input, position, verify));
      }
      request.note({ subject: channel, before: before.map((row) => this.present(row)), after });
    });
    await this.changed(clientId, channel);
    return wholePage(await this.presentAll(clientId, await this.repository.list(clientId, channel)));
  }

  async update(
    request: Request,
    name: string,
    patch: ProviderPatchDto,
    verify: boolean,
    channel = DEFAULT_CHANNEL,
  ): Promise<ProviderDto> {
    const { clientId } = request.caller;
    const row = await this.getRow(clientId, name, channel);
    const wanted = this.patched(row, patch);
    if (verify && patch.config !== undefined) await this.verify(wanted);
    const updated = await this.idempotency.effect(request, async (tx) => {
      const rows = await this.repository.lock(tx, clientId, channel);
      const before = rows.find(({ id }) => id === row.id);
      if (!before) throw notFound('provider');
      // As it is now: what others changed since it was verified stays.
      const input = this.patched(before, patch);
      refuseTaken(
        rows.filter(({ id }) => id !== row.id),
        input.name,
      );
      request.note({ subject: name, before: this.present(before) });
      const verified = patch.config === undefined ? before.verified_at !== null : verify;
      return this.save(tx, clientId, row.id, input, before.position, verified);
    });
    await this.changed(clientId, channel);
    return updated;
  }

  /** Whether or not it was there, so that a call can be repeated. */
  async remove(request: Request, name: string, channel = DEFAULT_CHANNEL): Promise<void> {
    const { clientId } = request.caller;
    await this.idempotency.effect(request, async (tx) => {
      const row = (await this.repository.lock(tx, clientId, channel)).find((found) => found.name === name);
      if (!row) return request.unchanged();
      await this.repository.delete(tx, clientId, channel, name);
      request.note({ subject: name, before: this.present(row) });
    });
    await this.changed(clientId, channel);
  }

  /** Sends one test through exactly this provider, now. */
  async test(
    clientId: string,
    name: string,
    to: string,
    channelName = DEFAULT_CHANNEL,
  ): Promise<ProviderTestResultDto> {
    const configured = this.routes.configure(await this.getRow(clientId, name, channelName));
    const { channel } = configured.descriptor;
    const fault = channel.address?.fault(to);
    if (fault) throw invalidField('to', fault);
    const started = performance.now();
    const id = newId();
    const [outcome] = await configured.provider.send(
      [{ id, client_id: clientId, message_id: id, address: to, content: channel.testContent?.(name) ?? null }],
      configured.config,
      AbortSignal.timeout(TEST_TIMEOUT_MS),
    );
    if (outcome!.kind !== 'accepted') throw new Problem('provider_rejected', `${outcome!.code}: ${outcome!.message}`);
    return {
      status: 'sent',
      provider_message_id: outcome!.provider_message_id ?? null,
      duration_ms: Math.round(performance.now() - started),
    };
  }

  private async changed(clientId: string, channel: string): Promise<void> {
    this.routes.forget(clientId);
    for (const observer of this.observers) await observer.providersChanged(clientId, channel);
  }

  private async getRow(clientId: string, name: string, channel: string): Promise<ProviderEntity> {
    const row = (await this.repository.list(clientId, channel)).find((found) => found.name === name);
    if (!row) throw notFound('provider');
    return row;
  }

  private patched(row: ProviderEntity, patch: ProviderPatchDto): ProviderInput {
    const { name, channel, is_primary, from_email, from_name, provider_type } = row;
    const stored = {
      name,
      channel,
      is_primary,
      from_email,
      from_name,
      provider_type,
      ...capsOf(row),
      config: unseal(this.keys, row),
    };
    const input = readProvider(this.registry, mergePatch(stored, { ...patch }));
    const change = { sent: patch.config ?? {}, next: input.config, stored: stored.config };
    refuseMoved(movedSecrets(input.known.descriptor, change, 'config'));
    refuseLacking(input);
    return input;
  }

  private async save(
    tx: Tx,
    clientId: string,
    id: string,
    input: ProviderInput,
    position: number,
    verified: boolean,
  ): Promise<ProviderDto> {
    const { name, provider_type, is_primary = false, from_email = null, from_name = null, config } = input;
    const channel = channelNameOf(input);
    if (is_primary) await this.repository.clearPrimary(tx, clientId, channel, id);
    const row = await this.repository.save(tx, clientId, {
      client_id: clientId,
      id,
      name,
      channel,
      provider_type,
      position,
      is_primary,
      from_email,
      from_name,
      ...capsOf(input),
      config: seal(this.keys, clientId, id, config),
      verified,
    });
    return this.present(row);
  }

  private async verify(input: ProviderInput, at?: string): Promise<void> {
    const { known, from_email = null, from_name = null, config } = input;
    try {
      await known.provider.verify?.({ key: 'verification', from_email, from_name, values: config });
    } catch (error) {
      const message = cleanText((error as Error).message, 500);
      throw new Problem(
        'provider_rejected',
        `${at ?? ''}${at ? ': ' : ''}${message.replace(/\.$/, '')}. Use ?verify=false to save it all the same.`,
        {
          errors: [{ field: at === undefined ? 'config' : `${at}.config`, message }],
        },
      );
    }
  }

  private async presentAll(clientId: string, rows: ProviderEntity[]): Promise<ProviderDto[]> {
    const outages = await this.outageSource?.outages(clientId, rows.map(settingsKeyOf));
    return rows.map((row) => this.present(row, outages?.get(settingsKeyOf(row))));
  }

  /** Settings that were just saved are tried anew, whatever is known of those before. */
  private present(row: ProviderEntity, outage?: ProviderOutage): ProviderDto {
    return toProvider(row, this.shown(row), outage);
  }

  /** Settings of a type that this build doesn't have are not shown: which of them are secret is not known. */
  private shown(row: ProviderEntity): object {
    const { descriptor } = this.registry.find(row.channel, row.provider_type) ?? {};
    if (!descriptor) return {};
    const values = unseal(this.keys, row);
    return withoutSecrets(descriptor, { ...values, ...descriptor.derived?.(values) });
  }
}

function refuseMoved(errors: FieldError[]): void {
  if (errors.length > 0)
    throw new Problem('validation_failed', `${errors[0]!.field}: ${errors[0]!.message}`, { errors });
}

function refuseTaken(rows: ProviderEntity[], name: string): void {
  if (rows.some((row) => row.name === name)) {
    throw new Problem(
      'name_taken',
      `There is a provider named ${JSON.stringify(name)} already: PATCH it, or choose another name.`,
    );
  }
}
