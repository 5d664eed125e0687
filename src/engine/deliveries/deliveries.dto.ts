import { ApiProperty } from '@nestjs/swagger';
import { CHANNELS } from '../providers/provider.js';
import { DELIVERY_STATUSES, type DeliveryRow } from './delivery.js';

export class AttemptDto {
  @ApiProperty({ type: 'integer', minimum: 1 }) number: number;
  @ApiProperty({ type: String, nullable: true }) provider: string | null;
  @ApiProperty({ enum: ['sent', 'failed', 'unknown'] }) status: string;
  @ApiProperty({ type: String, nullable: true, example: 'http_503' }) error_code: string | null;
  @ApiProperty({ type: String, nullable: true }) error_message: string | null;
  @ApiProperty({ type: 'integer', nullable: true, description: 'HTTP status or SMTP reply code.' })
  response_status: number | null;
  @ApiProperty({ type: String, nullable: true, description: 'At most 4,096 bytes.' }) response_body: string | null;
  @ApiProperty({ type: 'integer', nullable: true }) duration_ms: number | null;
  @ApiProperty({ format: 'date-time' }) attempted_at: string;
}

export class DeliveryRecipientDto {
  @ApiProperty({ required: false }) user_id?: string;
  @ApiProperty({ required: false, description: 'An email address or a URL.' }) address?: string;
}

export class DeliveryRoutingDto {
  @ApiProperty({ description: 'The provider that was chosen.' }) decision: string;
  @ApiProperty({ example: 'primary' }) reason: string;
}

const time = { type: String, format: 'date-time', nullable: true } as const;

export class DeliveryDto {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) notification_id: string | null;
  @ApiProperty({ enum: CHANNELS }) channel: string;
  @ApiProperty({ type: DeliveryRecipientDto }) recipient: DeliveryRecipientDto;
  @ApiProperty({ enum: DELIVERY_STATUSES }) status: string;
  @ApiProperty({ type: String, nullable: true, description: 'Why it is in this state.' }) reason: string | null;
  @ApiProperty({ type: String, nullable: true }) provider: string | null;
  @ApiProperty({ type: DeliveryRoutingDto, nullable: true }) routing: DeliveryRoutingDto | null;
  @ApiProperty({ type: 'integer' }) attempt_count: number;
  @ApiProperty(time) next_attempt_at: string | null;
  @ApiProperty(time) sent_at: string | null;
  @ApiProperty(time) delivered_at: string | null;
  @ApiProperty(time) opened_at: string | null;
  @ApiProperty(time) clicked_at: string | null;
  @ApiProperty({ type: String, nullable: true }) provider_message_id: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) resend_of: string | null;
  @ApiProperty({ type: [AttemptDto], required: false }) attempts?: AttemptDto[];
  @ApiProperty({ format: 'date-time' }) created_at: string;
  @ApiProperty({ format: 'date-time' }) updated_at: string;
}

const at = (date: Date | null): string | null => date?.toISOString() ?? null;

/** @param userId the recipient's, where the recipient is a user */
export function toDelivery(row: DeliveryRow, userId: string | undefined): DeliveryDto {
  return {
    id: row.id,
    notification_id: row.notification_id,
    channel: row.channel,
    recipient: {
      ...(userId === undefined ? {} : { user_id: userId }),
      ...(row.address === null ? {} : { address: row.address }),
    },
    status: row.status,
    reason: row.reason,
    provider: row.provider,
    routing: row.routing && { decision: row.routing.decision, reason: row.routing.reason },
    attempt_count: row.attempt_count,
    next_attempt_at: at(row.next_attempt_at),
    sent_at: at(row.sent_at),
    delivered_at: at(row.delivered_at),
    opened_at: at(row.opened_at),
    clicked_at: at(row.clicked_at),
    provider_message_id: row.provider_message_id,
    resend_of: row.resend_of,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}
