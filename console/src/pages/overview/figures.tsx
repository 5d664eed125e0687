import { Paper, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useTo } from '../../address.js';
import type { Schemas } from '../../api.js';
import { formatAgo, formatDuration, formatNumber, formatShare } from '../../shared/format.js';

interface FiguresProps {
  states: Schemas['DeliveriesAnswer'] | undefined;
  latency: Schemas['LatencyAnswer'] | undefined;
  now: Schemas['Metrics'] | undefined;
}

/** What one wants to know at a glance. */
export function Figures({ states, latency, now }: FiguresProps) {
  const to = useTo();
  const totals = states?.totals;
  const sent = latency?.totals.sent_ms;
  return (
    <div className="figures">
      <Figure label="Accepted" value={totals && formatNumber(totals.accepted)} />
      <Figure label="Success rate" value={totals && formatShare(successOf(totals))} note={totals && noteOf(totals)} />
      <Figure
        label="Failed"
        value={totals && formatNumber(totals.failed + totals.expired)}
        tone={totals && totals.failed + totals.expired > 0 ? 'bad' : undefined}
        note={<Link to={to('deliveries', { unresolved: 'true' })}>See what is left to mend</Link>}
      />
      <Figure
        label="Until sent (p50)"
        value={sent && formatDuration(sent.p50)}
        note={sent && `p95 ${formatDuration(sent.p95)}, p99 ${formatDuration(sent.p99)}`}
      />
      <Figure
        label="Backlog now"
        value={now && formatNumber(now.backlog.deliveries)}
        note={now && (now.backlog.oldest_at ? `oldest ${formatAgo(now.backlog.oldest_at)}` : 'nothing waits')}
      />
      <Figure
        label="Connected sockets now"
        value={now && formatNumber(now.connections)}
        note={now && `users, connected or not: ${formatNumber(now.users)}`}
      />
    </div>
  );
}

type Totals = Schemas['DeliveryFigures'];

/** Of what was settled by being handed over or failing; what was not to be sent is no failure. */
export function successOf({ sent, delivered, failed, expired }: Totals): number | null {
  const settled = sent + delivered + failed + expired;
  return settled === 0 ? null : (sent + delivered) / settled;
}

const noteOf = ({ delivered, sent }: Totals): string =>
  `${formatNumber(delivered)} delivered, ${formatNumber(sent)} sent`;

interface FigureProps {
  label: string;
  value: string | undefined | null;
  note?: ReactNode;
  tone?: 'bad';
}

function Figure({ label, value, note, tone }: FigureProps) {
  return (
    <Paper p="sm" className="figure">
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Text className={tone ? `figure-value figure-${tone}` : 'figure-value'}>{value ?? '…'}</Text>
      <Text component="div" size="xs" c="dimmed">
        {note ?? ' '}
      </Text>
    </Paper>
  );
}
