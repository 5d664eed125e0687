import { Injectable } from '@nestjs/common';
import type { EndpointRow } from './endpoint.js';
import { shownHeaders } from './endpoint-headers.js';
import { EndpointSecrets } from './endpoint-secrets.js';
import type { EndpointDto } from './endpoints.dto.js';

/** Endpoints as their client sees them. */
@Injectable()
export class EndpointView {
  constructor(private readonly secrets: EndpointSecrets) {}

  of(row: EndpointRow): EndpointDto {
    const previous = row.previous_secret_expires_at;
    return {
      id: row.id,
      url: row.url,
      description: row.description,
      event_types: row.event_types,
      room_ids: row.room_ids,
      condition: row.condition,
      condition_fault: row.condition_fault,
      headers: shownHeaders(this.secrets.headers(row)),
      public_key: row.signature === 'v1a' ? this.secrets.shown(row) : null,
      previous_secret_expires_at: previous && previous.getTime() > Date.now() ? previous.toISOString() : null,
      signature: row.signature,
      ordered_by: row.ordered_by,
      rate_limit_per_second: row.rate_limit_per_second,
      concurrency: row.concurrency,
      timeout_ms: row.timeout_ms,
      status: row.status,
      disabled_reason: row.disabled_reason,
      failing_since: row.failing_since?.toISOString() ?? null,
      created_at: row.created_at.toISOString(),
      updated_at: row.updated_at.toISOString(),
    };
  }

  /** With what is shown once. */
  withSecret(row: EndpointRow): EndpointDto {
    return { ...this.of(row), secret: this.secrets.shown(row) };
  }
}
