import { Injectable, type OnModuleInit } from '@nestjs/common';
import { notTogether } from '../../platform/common/problem.js';
import { Quotas } from '../../tenancy/clients/quotas.js';
import type {
  DeliveriesAnswerDto,
  DeliveryAnalyticsQueryDto,
  DeliveryGroup,
  LatencyAnswerDto,
  LatencyQueryDto,
  StatsDto,
  StatsQueryDto,
} from './analytics.dto.js';
import type { LedgerDto, LedgerQueryDto } from './ledger.dto.js';
import type { Tally } from '../../engine/deliveries/delivery-tally.js';
import { AnalyticsRepository, type Cell } from './analytics.repository.js';
import {
  averageSentMs,
  failedOf,
  figuresOf,
  latencyFiguresOf,
  merge,
  openOf,
  splitBy,
  statesOf,
  sumOfStates,
  type DeliveryFigures,
} from './counts.js';
import { periodOf, type Period } from './period.js';

/** What became of deliveries, from their counts; by when they were accepted. */
@Injectable()
export class AnalyticsService implements OnModuleInit {
  constructor(
    private readonly repository: AnalyticsRepository,
    private readonly quotas: Quotas,
  ) {}

  onModuleInit(): void {
    this.quotas.registerAccepted((clientId, channel, since) => this.repository.acceptedSince(clientId, channel, since));
  }

  async deliveries(clientId: string, query: DeliveryAnalyticsQueryDto): Promise<DeliveriesAnswerDto> {
    const period = periodOf(query);
    const cells = await this.repository.read(clientId, period, countedBy(query.group_by));
    const split =
      query.group_by === 'status' || query.group_by === 'error_code' ? cells.flatMap(splitOf(query.group_by)) : cells;
    return {
      data: split.filter(hasAny(query.group_by)).map(({ bucket, group, tally }) => ({
        bucket: bucket!.toISOString(),
        group,
        // What a provider has is known once one has tried: then it is in a state there.
        ...figuresOf(tally, query.group_by === 'provider' ? sumOfStates(statesOf(tally.counts)) : undefined),
      })),
      totals: figuresOf(merge(cells.map(({ tally }) => tally))),
      ...shown(period),
    };
  }

  async latency(clientId: string, query: LatencyQueryDto): Promise<LatencyAnswerDto> {
    const period = periodOf(query);
    const cells = await this.repository.read(clientId, period, query.group_by ?? null, 'latencies');
    return {
      data: cells
        .map(({ bucket, group, tally }) => ({ bucket: bucket!.toISOString(), group, ...latencyFiguresOf(tally) }))
        .filter(({ count, first_attempt_ms, delivered_ms }) => count + first_attempt_ms.count + delivered_ms.count > 0),
      totals: latencyFiguresOf(merge(cells.map(({ tally }) => tally))),
      ...shown(period),
    };
  }

  /** Accepted is counted by who accepts, the states by those who move deliveries, and what is open lies where it is: they agree, or something is lost. */
  async ledger(clientId: string, { group_by, ...query }: LedgerQueryDto): Promise<LedgerDto> {
    const period = periodOf(query, '1d');
    if (query.interval !== undefined) return this.ledgerBySteps(clientId, period, group_by);
    const cells = await this.repository.read(clientId, { ...period, interval: 'whole' }, 'channel', 'states');
    return {
      from: period.from.toISOString(),
      to: period.to.toISOString(),
      ...balanceOf(merge(cells.map(({ tally }) => tally))),
      channels: cells.map(({ group, tally }) => ({ channel: group!, ...balanceOf(tally) })),
    };
  }

  /** Of one statement, too: the whole is the sum of its steps. */
  private async ledgerBySteps(clientId: string, period: Period, by: 'channel' | undefined): Promise<LedgerDto> {
    const cells = await this.repository.read(clientId, period, 'channel', 'states');
    const mergedBy = (keyOf: (cell: Cell) => string): Cell[] => {
      const groups = new Map<string, Cell[]>();
      for (const cell of cells) groups.set(keyOf(cell), [...(groups.get(keyOf(cell)) ?? []), cell]);
      return [...groups.values()].map((of) => ({ ...of[0]!, tally: merge(of.map(({ tally }) => tally)) }));
    };
    const steps = by === 'channel' ? cells : mergedBy(({ bucket }) => bucket!.toISOString());
    return {
      from: period.from.toISOString(),
      to: period.to.toISOString(),
      ...balanceOf(merge(cells.map(({ tally }) => tally))),
      channels: mergedBy(({ group }) => group!).map(({ group, tally }) => ({ channel: group!, ...balanceOf(tally) })),
      data: steps.map(({ bucket, group, tally }) => ({
        bucket: bucket!.toISOString(),
        group: by === 'channel' ? group : null,
        ...balanceOf(tally),
      })),
    };
  }

  async stats(clientId: string, query: StatsQueryDto): Promise<StatsDto> {
    if (query.days !== undefined && query.from !== undefined) throw notTogether('days', 'from');
    const period = periodOf(query, '1d');
    const cells = await this.repository.read(clientId, { ...period, interval: 'whole' }, 'channel');
    const all = merge(cells.map(({ tally }) => tally));
    const by_status = statesOf(all.counts);
    const sent = by_status.sent + by_status.delivered;
    const failed = failedOf(by_status);
    return {
      total_sent: sent,
      total_failed: failed,
      total_pending: openOf(by_status),
      success_rate: sent + failed === 0 ? null : Math.round((sent / (sent + failed)) * 10_000) / 10_000,
      avg_delivery_time_ms: averageSentMs(all),
      by_type: Object.fromEntries(cells.map(({ group, tally }) => [group!, tally.counts.get('accepted') ?? 0])),
      by_status,
      period_start: period.from.toISOString(),
      period_end: period.to.toISOString(),
    };
  }

  /** By bucket, for those who show them beside others. */
  async figures(clientId: string, period: Period): Promise<Map<string, DeliveryFigures>> {
    const cells = await this.repository.read(clientId, period, null);
    return new Map(cells.map(({ bucket, tally }) => [bucket!.toISOString(), figuresOf(tally)]));
  }

  /** All of a period. */
  async total(clientId: string, period: Period): Promise<DeliveryFigures> {
    const cells = await this.repository.read(clientId, { ...period, interval: 'whole' }, null);
    return figuresOf(merge(cells.map(({ tally }) => tally)));
  }

  /** What is still to be settled, of any time. */
  async backlog(clientId: string): Promise<{ deliveries: number; oldest_at: string | null }> {
    const { deliveries, oldest_at } = await this.repository.backlog(clientId);
    return { deliveries, oldest_at: oldest_at?.toISOString() ?? null };
  }
}

/** What an answer says of its period. */
export const shown = ({ from, to, interval, timezone }: Period) => ({
  from: from.toISOString(),
  to: to.toISOString(),
  interval,
  timezone,
});

const countedBy = (group: DeliveryGroup | undefined) => (group === 'channel' || group === 'provider' ? group : null);

/** Deliveries are accepted before a provider has tried: once one has, nothing of them is left where there is none. */
const hasAny =
  (group: DeliveryGroup | undefined) =>
  ({ tally: { counts } }: Cell): boolean =>
    [...counts].some(([key, n]) => n !== 0 && (group !== 'provider' || key !== 'accepted'));

const splitOf =
  (by: 'status' | 'error_code') =>
  ({ bucket, tally }: Cell): Cell[] =>
    [...splitBy(by, tally)].map(([group, part]) => ({ bucket, group, tally: part }));

function balanceOf({ counts }: Tally) {
  const states = statesOf(counts);
  const accepted = counts.get('accepted') ?? 0;
  const difference = accepted - sumOfStates(states);
  return { accepted, ...states, balanced: difference === 0, difference };
}
