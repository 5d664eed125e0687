import { Injectable } from '@nestjs/common';
import type { Caller } from '../../tenancy/access/caller.js';
import { SocketLimit } from '../../tenancy/clients/socket-limit.js';
import { ProfilesService } from '../../tenancy/users/profiles.service.js';
import { UsersService } from '../../tenancy/users/users.service.js';
import { notFound } from '../../platform/common/problem.js';
import type { UserId } from '../../platform/common/ids.js';
import { ActivityRepository } from './activity.repository.js';
import type { AnalyticsQueryDto, PeriodQueryDto } from './analytics.dto.js';
import type {
  MessagesAnswerDto,
  MetricsBucketDto,
  MetricsBucketsDto,
  MetricsDto,
  StepsQueryDto,
  UserMetricsDto,
} from './client-metrics.dto.js';
import { AnalyticsService, shown } from './analytics.service.js';
import { ConnectionsRepository } from './connections.repository.js';
import { statesOf, type DeliveryFigures } from './counts.js';
import { periodOf, type Interval, type Period } from './period.js';

/** Messages, people and rooms in numbers, alone and beside deliveries. */
@Injectable()
export class ClientMetrics {
  constructor(
    private readonly activity: ActivityRepository,
    private readonly analytics: AnalyticsService,
    private readonly profiles: ProfilesService,
    private readonly users: UsersService,
    private readonly sockets: SocketLimit,
    private readonly connections: ConnectionsRepository,
  ) {}

  async messages(clientId: string, query: AnalyticsQueryDto): Promise<MessagesAnswerDto> {
    const period = periodOf(query);
    const rows = await this.read(clientId, period);
    return {
      data: rows.flatMap(({ bucket, ...figures }) => (bucket ? [{ bucket: bucket.toISOString(), ...figures }] : [])),
      totals: totalOf(rows),
      ...shown(period),
    };
  }

  /** Now, and the last 24 hours unless told. */
  async overview(clientId: string, query: PeriodQueryDto): Promise<MetricsDto> {
    const period = periodOf({ ...query, interval: '1d' });
    const [present, rows, deliveries, connections, backlog] = await Promise.all([
      this.activity.present(clientId),
      this.read(clientId, period),
      this.analytics.total(clientId, period),
      this.sockets.openOf(clientId),
      this.analytics.backlog(clientId),
    ]);
    return {
      ...present,
      connections,
      messages: totalOf(rows),
      deliveries,
      backlog,
      period_start: period.from.toISOString(),
      period_end: period.to.toISOString(),
    };
  }

  /** By hours, the last 24 unless told, or by days, the last 30. */
  async steps(clientId: string, interval: Interval, query: StepsQueryDto): Promise<MetricsBucketsDto> {
    const period = periodOf({ ...query, interval, days: interval === '1d' ? 30 : 1 });
    const [rows, figures] = await Promise.all([this.read(clientId, period), this.analytics.figures(clientId, period)]);
    const messages = new Map(rows.flatMap((row) => (row.bucket ? [[row.bucket.toISOString(), row] as const] : [])));
    const buckets = [...new Set([...messages.keys(), ...figures.keys()])].toSorted();
    return {
      data: buckets.map((bucket) => bucketOf(bucket, messages.get(bucket), figures.get(bucket))),
      ...shown(period),
    };
  }

  /** By bucket; the row without one is of the whole period. */
  private async read(clientId: string, period: Period): Promise<Row[]> {
    const [activity, connections] = await Promise.all([
      this.activity.read(clientId, period),
      this.connections.read(clientId, period),
    ]);
    const rows = new Map<string, Row>();
    for (const { bucket, messages, active_users, active_rooms } of activity)
      rows.set(keyOf(bucket), { ...NOTHING, bucket, messages: messages ?? 0, active_users, active_rooms });
    for (const { bucket, peak } of connections)
      rows.set(keyOf(bucket), { ...NOTHING, ...rows.get(keyOf(bucket)), bucket, peak_connections: peak ?? 0 });
    return [...rows.values()].toSorted((a, b) => (a.bucket?.getTime() ?? Infinity) - (b.bucket?.getTime() ?? Infinity));
  }

  /** Of a user that the caller sees. @throws Problem `not_found` */
  async ofUser(caller: Caller, userId: UserId, query: PeriodQueryDto): Promise<UserMetricsDto> {
    const { from, to } = periodOf({ ...query, interval: '1d' });
    const { user_id } = await this.profiles.get(caller, userId);
    const { clientId } = caller;
    const user = (await this.users.lookUp(clientId, [user_id], { create: false })).get(user_id);
    if (!user) throw notFound('user');
    const [messages, [{ rooms } = { rooms: 0 }], deliveries] = await Promise.all([
      this.activity.ofUser(clientId, user.user_pk, { from, to }),
      this.activity.roomsOf(clientId, user.user_pk),
      this.activity.deliveriesOf(clientId, user.user_pk, { from, to }),
    ]);
    return {
      user_id,
      messages,
      rooms,
      deliveries: statesOf(new Map(deliveries.map(({ status, n }) => [status, n]))),
      period_start: from.toISOString(),
      period_end: to.toISOString(),
    };
  }
}

const NOTHING = { messages: 0, active_users: 0, active_rooms: 0, peak_connections: 0 };

type Row = typeof NOTHING & { bucket: Date | null };

const keyOf = (bucket: Date | null): string => bucket?.toISOString() ?? '';

function totalOf(rows: Row[]): typeof NOTHING {
  const { bucket: _, ...total } = rows.find(({ bucket }) => bucket === null) ?? { bucket: null, ...NOTHING };
  return total;
}

function bucketOf(bucket: string, row: Row | undefined, figures: DeliveryFigures | undefined): MetricsBucketDto {
  const { messages, active_users, active_rooms, peak_connections } = row ?? NOTHING;
  return {
    bucket,
    messages,
    active_users,
    active_rooms,
    peak_connections,
    accepted: figures?.accepted ?? 0,
    sent: figures ? figures.sent + figures.delivered : 0,
    failed: figures ? figures.failed + figures.expired : 0,
    not_sent: figures ? figures.suppressed + figures.cancelled : 0,
  };
}
