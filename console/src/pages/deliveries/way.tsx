import { Code, Group, Text, Timeline } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Schemas } from '../../api.js';
import { Facts } from '../../shared/facts.js';
import { formatDuration } from '../../shared/format.js';
import { JsonView } from '../../shared/json-view.js';
import { StatusBadge } from '../../shared/status-badge.js';
import { Time } from '../../shared/time.js';
import { DeliveryLink } from './delivery-link.js';
import { isOpen, recipientOf, type Delivery } from './filters.js';
import { Mend } from './mend.js';

type Attempt = Schemas['Attempt'];
type Tone = 'good' | 'calm' | 'warn' | 'bad' | 'plain';

interface Stop {
  title: string;
  /** null: it has no time of its own, and stands after what comes before it. */
  at: string | null;
  tone: Tone;
  body?: ReactNode;
}

/** The way of a delivery as a time line: accepted, routed and why, each attempt, what the provider told, how it ended. */
export function Way({ delivery }: { delivery: Delivery }) {
  const stops = stopsOf(delivery);
  return (
    <Timeline active={stops.length} bulletSize={12} lineWidth={2} className="way">
      {stops.map(({ title, at, tone, body }, nth) => (
        <Timeline.Item
          key={`${nth} ${title}`}
          bullet={<span className={`bullet bullet-${tone}`} />}
          title={
            <Group gap="xs" justify="space-between" wrap="nowrap" align="baseline">
              <span>{title}</span>
              <Text span size="xs" c="dimmed" fw={400} ta="end">
                {at && <Time at={at} exact />}
              </Text>
            </Group>
          }
        >
          {body && <div className="event">{body}</div>}
        </Timeline.Item>
      ))}
    </Timeline>
  );
}

function stopsOf(delivery: Delivery): Stop[] {
  const happened = [...attemptsOf(delivery), ...toldOf(delivery), ...endOf(delivery)];
  const inOrder = happened.toSorted((a, b) => Date.parse(a.at ?? '') - Date.parse(b.at ?? ''));
  return [acceptedOf(delivery), ...routedOf(delivery), ...inOrder, ...aheadOf(delivery)];
}

const acceptedOf = ({ created_at, resend_of }: Delivery): Stop => ({
  title: 'Accepted',
  at: created_at,
  tone: 'calm',
  body: resend_of && (
    <Text size="sm">
      It repeats <DeliveryLink id={resend_of}>an earlier delivery</DeliveryLink>.
    </Text>
  ),
});

/** What the words of the routing mean. */
const WHY: Record<string, string> = {
  explicit: 'the notification names it',
  primary: 'it is the primary provider',
  order: 'it is the first in order that is free',
  bulk: 'there are many recipients',
  failover: 'another one could not do it',
  default: 'it is one of the operator, because the client has none',
  only: 'there is no other',
  none_available: 'none is available now, so it is held',
  no_provider: 'the client has no provider of this channel',
  too_many_recipients: 'there are more recipients than any provider takes',
};

function routedOf({ routing }: Delivery): Stop[] {
  if (!routing) return [];
  const { decision, reason, skipped = [] } = routing;
  return [
    {
      title: decision ? `Routed to ${decision}` : 'Not routed',
      at: null,
      tone: decision ? 'calm' : 'warn',
      body: (
        <>
          <Text size="sm">
            Because {WHY[reason] ?? reason}. <Code>{reason}</Code>
          </Text>
          {skipped.map(({ provider, reason: why }) => (
            <Text size="sm" key={provider}>
              Passed over {provider}: <Code>{why}</Code>
            </Text>
          ))}
        </>
      ),
    },
  ];
}

const TONES: Record<Attempt['status'], Tone> = { sent: 'good', failed: 'bad', unknown: 'warn' };

const attemptsOf = (delivery: Delivery): Stop[] =>
  (delivery.attempts ?? []).map((attempt) => ({
    title: `Attempt ${attempt.number}${attempt.provider ? ` by ${attempt.provider}` : ''}`,
    at: attempt.attempted_at,
    tone: TONES[attempt.status] ?? 'plain',
    body: <OneAttempt attempt={attempt} delivery={delivery} />,
  }));

function OneAttempt({ attempt, delivery }: { attempt: Attempt; delivery: Delivery }) {
  const { status, error_code, error_message, response_status, response_body, duration_ms, number } = attempt;
  return (
    <>
      <Facts
        facts={{
          Outcome: <StatusBadge status={status} />,
          Request: requestOf(delivery),
          Response: response_status === null ? 'none' : <Code>{response_status}</Code>,
          Error: error_code && <Code>{error_code}</Code>,
          Message: error_message,
          Duration: formatDuration(duration_ms),
        }}
      />
      {status !== 'sent' && <Mend attempt={attempt} delivery={delivery} />}
      {response_body && <JsonView value={response_body} label={`Response of attempt ${number}`} />}
    </>
  );
}

/** What went out. Its content is the client's, and is not kept with the attempt. */
function requestOf(delivery: Delivery): string {
  const address = recipientOf(delivery);
  return delivery.channel === 'webhook' ? `POST ${address}` : `${delivery.channel} to ${address}`;
}

/** What became known later: by the provider, the device or the recipient. */
function toldOf(delivery: Delivery): Stop[] {
  const told: [string, string | null, Tone][] = [
    ['Handed over', delivery.sent_at, 'good'],
    ['Delivered', delivery.delivered_at, 'good'],
    ['Opened', delivery.opened_at, 'calm'],
    ['Clicked', delivery.clicked_at, 'calm'],
    ['Complained of as spam', delivery.complained_at, 'bad'],
    ['Unsubscribed', delivery.unsubscribed_at, 'warn'],
  ];
  return told.filter(([, at]) => at !== null).map(([title, at, tone]) => ({ title, at, tone }));
}

function endOf({
  status,
  reason,
  updated_at,
  attempts = [],
  resent_at,
  resent_by,
  discarded_at,
  ...delivery
}: Delivery): Stop[] {
  const stops: Stop[] = [];
  if (['failed', 'expired', 'suppressed', 'cancelled'].includes(status)) {
    // What was done with it later moved `updated_at` too.
    const at = resent_at || discarded_at ? (attempts.at(-1)?.attempted_at ?? delivery.created_at) : updated_at;
    const tone = status === 'failed' ? 'bad' : 'warn';
    stops.push({
      title: titleOf(status),
      at,
      tone,
      body: reason && (
        <Text size="sm">
          Reason: <Code>{reason}</Code>
        </Text>
      ),
    });
  }
  if (discarded_at) stops.push({ title: 'Put aside', at: discarded_at, tone: 'plain' });
  if (resent_at) {
    const body = resent_by && <DeliveryLink id={resent_by}>The delivery that was sent for it</DeliveryLink>;
    stops.push({ title: 'Sent again', at: resent_at, tone: 'calm', body });
  }
  return stops;
}

const titleOf = (status: string): string => status.charAt(0).toUpperCase() + status.slice(1);

/** What comes next of what is still on its way. */
function aheadOf(delivery: Delivery): Stop[] {
  if (!isOpen(delivery)) return [];
  const { status, reason, next_attempt_at } = delivery;
  return [
    {
      title: titleOf(status),
      at: null,
      tone: 'plain',
      body: (
        <Text size="sm">
          {next_attempt_at ? (
            <>
              Next attempt <Time at={next_attempt_at} />.
            </>
          ) : (
            'It is on its way.'
          )}{' '}
          {reason && <Code>{reason}</Code>}
        </Text>
      ),
    },
  ];
}
