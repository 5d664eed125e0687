import { Group, NativeSelect, Select, TextInput } from '@mantine/core';
import { useMemo } from 'react';
import { useAddressState } from '../address.js';
import { isTimezone, momentIn, ownTimezone, wallClock } from './format.js';

const DEFAULTS = { range: '24h', from: '', to: '', interval: '', timezone: '' };
const HOUR_MS = 3_600_000;
const QUARTER_MS = HOUR_MS / 4;

const RANGES: Record<string, { label: string; ms: number }> = {
  '1h': { label: 'Last hour', ms: HOUR_MS },
  '24h': { label: 'Last 24 hours', ms: 24 * HOUR_MS },
  '7d': { label: 'Last 7 days', ms: 7 * 24 * HOUR_MS },
  '30d': { label: 'Last 30 days', ms: 30 * 24 * HOUR_MS },
  '90d': { label: 'Last 90 days', ms: 90 * 24 * HOUR_MS },
};

/** As the API takes it; the ends are rounded to the quarters of an hour that it counts by. */
export interface Period {
  from: string;
  to: string;
  interval: '15m' | '1h' | '1d';
  timezone: string;
}

/** The period that the address names (`range`, or `from` and `to`; `interval`, `timezone`). */
export function usePeriod(): Period {
  const [state] = useAddressState(DEFAULTS);
  const quarter = Math.ceil(Date.now() / QUARTER_MS) * QUARTER_MS;
  return useMemo(() => periodOf(state, quarter), [state, quarter]);
}

function periodOf({ range, from, to, interval, timezone }: typeof DEFAULTS, now: number): Period {
  const ms = RANGES[range]?.ms ?? RANGES['24h']!.ms;
  const end = range === 'custom' && isTime(to) ? Date.parse(to) : now;
  const start = range === 'custom' && isTime(from) ? Date.parse(from) : end - ms;
  const possible = intervalsOf(end - start);
  const chosen = possible.find((one) => one === interval) ?? usualInterval(end - start);
  return {
    from: new Date(start).toISOString(),
    to: new Date(end).toISOString(),
    interval: chosen,
    timezone: isTimezone(timezone) ? timezone : ownTimezone,
  };
}

const isTime = (text: string): boolean => !Number.isNaN(Date.parse(text));

const usualInterval = (ms: number): Period['interval'] =>
  ms <= 26 * HOUR_MS ? '15m' : ms <= 8 * 24 * HOUR_MS ? '1h' : '1d';

/** What the API answers for so long a time: up to 31 days by quarters of an hour, 92 by hours. */
function intervalsOf(ms: number): Period['interval'][] {
  const days = ms / (24 * HOUR_MS);
  if (days <= 31) return ['15m', '1h', '1d'];
  return days <= 92 ? ['1h', '1d'] : ['1d'];
}

const INTERVALS = { '15m': 'Quarters of an hour', '1h': 'Hours', '1d': 'Days' };
const zones = (): string[] => ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];

/** Range, interval and time zone, kept in the address; {@link usePeriod} reads them. */
export function TimeRange({ withInterval = true }: { withInterval?: boolean }) {
  const [state, change] = useAddressState(DEFAULTS);
  const period = usePeriod();
  const zoneNames = useMemo(zones, []);
  const pick = (range: string) => change(range === 'custom' ? { range, ...ends(period) } : { range, from: '', to: '' });
  return (
    <Group gap="xs" align="flex-end" className="filters">
      <NativeSelect
        label="Range"
        value={state.range}
        onChange={({ currentTarget }) => pick(currentTarget.value)}
        data={[
          ...Object.entries(RANGES).map(([value, { label }]) => ({ value, label })),
          { value: 'custom', label: 'From … to …' },
        ]}
      />
      {state.range === 'custom' && <Ends period={period} onChange={change} />}
      {withInterval && (
        <NativeSelect
          label="Interval"
          value={period.interval}
          onChange={({ currentTarget }) => change({ interval: currentTarget.value })}
          data={intervalsOf(Date.parse(period.to) - Date.parse(period.from)).map((value) => ({
            value,
            label: INTERVALS[value],
          }))}
        />
      )}
      <Select
        label="Time zone"
        searchable
        allowDeselect={false}
        w={190}
        limit={100}
        value={period.timezone}
        onChange={(timezone) => change({ timezone: timezone === ownTimezone ? '' : (timezone ?? '') })}
        data={zoneNames.includes(period.timezone) ? zoneNames : [period.timezone, ...zoneNames]}
      />
    </Group>
  );
}

const ends = ({ from, to }: Period) => ({ from, to });

function Ends({ period, onChange }: { period: Period; onChange: (patch: { from?: string; to?: string }) => void }) {
  const { timezone } = period;
  const field = (label: string, name: 'from' | 'to') => (
    <TextInput
      type="datetime-local"
      label={label}
      value={wallClock(period[name], timezone)}
      onChange={({ currentTarget: { value } }) => {
        if (value) onChange({ [name]: momentIn(value, timezone) });
      }}
    />
  );
  return (
    <>
      {field('From', 'from')}
      {field('To', 'to')}
    </>
  );
}
