import { Alert, Button, Group, Switch, Text } from '@mantine/core';
import { useState } from 'react';
import { useAddressState, useTimezone, useTo } from '../../address.js';
import { EmptyState } from '../../shared/empty-state.js';
import { FilterField } from '../../shared/filter-field.js';
import { formatClock } from '../../shared/format.js';
import { JsonView } from '../../shared/json-view.js';
import { PageHeader } from '../../shared/page-header.js';
import type { Envelope } from '../kit/line.js';
import { useFeed } from '../kit/live.js';
import { To } from '../kit/ui.js';
import { LineBadge } from './line-badge.js';

const STATE = { room: '', type: '' };

/** Events as they happen, of the client and of all its rooms. */
export default function Live() {
  const [{ room, type }, change] = useAddressState(STATE);
  const [paused, setPaused] = useState<Envelope[] | null>(null);
  const live = useFeed(type);
  const shown = (paused ?? live.events).filter((event) => room === '' || event.room_id === room);
  return (
    <>
      <PageHeader title="Live events" help="What happens from now on, in the client itself and in all its rooms.">
        <LineBadge state={live.state} why={live.why} />
        <Switch
          label="Paused"
          checked={paused !== null}
          onChange={({ currentTarget }) => setPaused(currentTarget.checked ? live.events : null)}
        />
        <Button
          variant="default"
          onClick={() => {
            live.clear();
            setPaused(paused && []);
          }}
        >
          Clear
        </Button>
      </PageHeader>
      <Group gap="xs" mb="sm" className="filters" align="flex-end">
        <FilterField label="Type" placeholder="delivery.*" value={type} onCommit={(type) => change({ type })} />
        <FilterField label="Room" placeholder="its id" miw={300} value={room} onCommit={(room) => change({ room })} />
      </Group>
      {live.gaps > 0 && (
        <Alert variant="outline" color="yellow" mb="sm" role="status">
          The line was away for too long: what happened meanwhile is not shown here.
        </Alert>
      )}
      {shown.length === 0 ? (
        <EmptyState title={live.state === 'refused' ? 'Nothing is listened to' : 'Nothing has happened yet'}>
          {live.state === 'refused'
            ? 'Change the type, or load the page again.'
            : 'Send a notification, or write in a room: it shows here at once. The last 500 events stay.'}
        </EmptyState>
      ) : (
        <div role="log" aria-label="Events, newest first">
          {shown.map((event) => (
            <EventLine key={event.id} event={event} />
          ))}
        </div>
      )}
    </>
  );
}

function EventLine({ event }: { event: Envelope }) {
  const to = useTo();
  const zone = useTimezone();
  const [opened, setOpened] = useState(false);
  return (
    <div className="event-line">
      <button type="button" className="event-head" aria-expanded={opened} onClick={() => setOpened(!opened)}>
        <time dateTime={event.occurred_at}>{formatClock(event.occurred_at, zone)}</time>
        <span className="event-type">{event.type}</span>
        <Text span size="xs" c="dimmed" truncate>
          {aboutOf(event)}
        </Text>
      </button>
      {opened && (
        <>
          {event.room_id && <To to={to(`rooms/${event.room_id}`)}>The room</To>}
          <JsonView value={event} label={event.type} />
        </>
      )}
    </div>
  );
}

/** Who did it, and what is said or who it is for, as far as the event tells. */
function aboutOf({ actor, data }: Envelope): string {
  const { content, recipient } = data as { content?: unknown; recipient?: { address?: string; user_id?: string } };
  const about = typeof content === 'string' ? content : (recipient?.address ?? recipient?.user_id);
  return [actor.id ?? actor.type, about].filter(Boolean).join(': ');
}
