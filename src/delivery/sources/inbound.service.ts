import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { metrics } from '../../platform/common/metrics.js';
import { newId } from '../../platform/common/ids.js';
import { notFound, Problem } from '../../platform/common/problem.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { Existing } from '../../tenancy/access/request.js';
import type { CalledRequest } from './inbound.door.js';
import { InboundDoor } from './inbound.door.js';
import { InboundLog } from './inbound.log.js';
import { InboundQueue } from './inbound.queue.js';
import { InboundRepository, type NewInbound, type NewInboundId, type TakenId } from './inbound.repository.js';
import { payloadOf } from './payload.js';
import { SourceSecrets } from './source-secrets.js';
import type { CalledSource } from './sources.repository.js';
import type { ReceivedDto } from './sources.dto.js';
import { Refused, type Identity, type InboundRequest } from './template.js';
import { templateOf } from './templates.js';
import type { VerificationInputDto } from './verification.dto.js';

/** For how long an id of a sender acts once. */
const IDS_KEPT_S = 90 * 86_400;
const ID_CHARS = 255;

/** Of these nothing is kept with an event: they open something elsewhere, or here. */
const CREDENTIALS = ['authorization', 'proxy-authorization', 'cookie', 'x-api-key', 'x-auth-token', 'x-gitlab-token'];

/** A request that is verified, or refused. */
interface Taken {
  source: CalledSource;
  settings: VerificationInputDto;
  request: InboundRequest;
  event: NewInbound;
}

/** Takes what is sent to sources: verified first, stored, answered, and then worked on. */
@Injectable()
export class InboundService {
  constructor(
    private readonly repository: InboundRepository,
    private readonly door: InboundDoor,
    private readonly log: InboundLog,
    private readonly queue: InboundQueue,
    private readonly secrets: SourceSecrets,
    private readonly database: Database,
  ) {}

  /** @throws Problem `invalid_signature`; to Mailgun `webhook_refused` */
  async receive(called: CalledRequest, body: Buffer): Promise<ReceivedDto | Existing<ReceivedDto>> {
    const { source } = called;
    if (!source) throw notFound('webhook');
    const taken = this.read(source, called.headers, body);
    let answer: ReceivedDto;
    try {
      const identity = identify(taken);
      if (identity.challenge !== undefined) return new Existing({ challenge: identity.challenge });
      const event = named(taken.event, identity);
      answer = (await this.door.isLoop(source, called.headers))
        ? await this.endLoop(event)
        : await this.store(taken, identity, event);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      throw await this.refuse(taken, called, error.message);
    }
    return source.template === 'mailgun' ? new Existing(answer) : answer;
  }

  private read(source: CalledSource, headers: IncomingHttpHeaders, body: Buffer): Taken {
    const settings = this.secrets.unseal(source.client_id, source.id, source);
    const given = plain(headers);
    const contentType = given['content-type'] ?? null;
    const hidden = [...CREDENTIALS, ...templateOf(settings).signatureHeaders(settings)];
    const event: NewInbound = {
      client_id: source.client_id,
      id: newId(),
      source_id: source.id,
      external_id: null,
      type: null,
      verified: true,
      reason: null,
      status: 'stored',
      duplicate_of: null,
      content_type: contentType,
      headers: Object.fromEntries(Object.entries(given).filter(([name]) => !hidden.includes(name))),
      body,
      body_bytes: body.length,
    };
    let payload: unknown;
    const request: InboundRequest = {
      headers: given,
      body,
      // Read when it is asked for: of most senders only after they are known to be who they are.
      get payload() {
        return (payload ??= payloadOf(contentType, body));
      },
      now: Math.floor(Date.now() / 1_000),
      toleranceS: source.tolerance_s,
    };
    return { source, settings, request, event };
  }

  /** One transaction: its ids, the event and its work. Only the first of its id is worked on. */
  private async store({ source, request }: Taken, identity: Identity, event: NewInbound): Promise<ReceivedDto> {
    const { client_id } = source;
    const before = await this.database.transaction(
      async (tx): Promise<TakenId | null> => {
        for (const wanted of idsOf(identity, request)) {
          const taken = await this.take(tx, event, wanted);
          if (taken) return taken;
        }
        await this.repository.insert(tx, client_id, event);
        return null;
      },
      { turn: { tenant: client_id } },
    );
    metrics.inboundEvents.inc({ outcome: before ? 'duplicate' : 'stored' });
    if (!before) {
      this.queue.add({ client_id, id: event.id });
      return { id: event.id, status: 'stored' };
    }
    await this.log.duplicate(event, before.event_id);
    return { id: before.event_id, status: 'duplicate' };
  }

  /** @returns who took it before, or null. @throws Refused for what came with another body before */
  private async take(tx: Tx, event: NewInbound, wanted: NewInboundId): Promise<TakenId | null> {
    const { client_id } = event;
    const elsewhere = wanted.digest && (await this.repository.isUsedElsewhere(tx, client_id, event, wanted));
    const taken = elsewhere ? null : await this.repository.take(tx, client_id, event, wanted);
    const differs = taken !== null && wanted.digest !== null && !taken.digest?.equals(wanted.digest);
    if (elsewhere || differs) throw new Refused('The token was used before.');
    return taken;
  }

  /** Taken, so that it does not come again, but nothing is done, and its ids are left to whom they belong. */
  private async endLoop(event: NewInbound): Promise<ReceivedDto> {
    metrics.inboundEvents.inc({ outcome: 'loop' });
    await this.log.loop(event);
    return { id: event.id, status: 'failed' };
  }

  private async refuse({ source, event }: Taken, called: CalledRequest, reason: string): Promise<Problem> {
    metrics.inboundEvents.inc({ outcome: 'refused' });
    if (called.tooManyRefused) return called.tooManyRefused;
    await Promise.all([this.door.refused(source, called), this.log.refused(event, reason)]);
    if (source.template === 'mailgun') return new Problem('webhook_refused', reason);
    const challenge = source.template === 'basic' ? { headers: { 'www-authenticate': 'Basic realm="webhook"' } } : {};
    return new Problem('invalid_signature', reason, challenge);
  }
}

/** As its sender calls it. */
const named = (event: NewInbound, { external_id, type }: Identity): NewInbound => ({
  ...event,
  external_id: external_id && bounded(external_id),
  type: type?.slice(0, ID_CHARS).replaceAll('\u0000', '') ?? null,
});

/** @throws Refused */
function identify({ settings, request }: Taken): Identity {
  const template = templateOf(settings);
  template.verify(settings, request);
  return template.identify(settings, request);
}

/** What must not come twice, always in the same order, so that two who want the same wait for each other and no more. */
function idsOf({ external_id, once }: Identity, { body, toleranceS }: InboundRequest): NewInboundId[] {
  const digest = createHash('sha256').update(body).digest();
  if (external_id === null) {
    return [{ external_id: `sha256:${digest.toString('hex')}`, digest: null, keptS: toleranceS }];
  }
  const own = { external_id: `id:${bounded(external_id)}`, digest: null, keptS: IDS_KEPT_S };
  return once === undefined ? [own] : [{ external_id: `once:${bounded(once)}`, digest, keptS: IDS_KEPT_S }, own];
}

/** As it can be stored, under an index too. */
function bounded(id: string): string {
  const storable = id.length <= ID_CHARS && !id.includes('\u0000') && id.isWellFormed();
  return storable ? id : `sha256:${createHash('sha256').update(id).digest('hex')}`;
}

const plain = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
