import { Button, Group, Switch, TagsInput, Text, TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useAddressState } from '../../address.js';
import { EmptyState } from '../../shared/empty-state.js';
import { JsonView } from '../../shared/json-view.js';
import { PageHeader } from '../../shared/page-header.js';
import { useLive, type Envelope } from '../kit/live.js';
import '../kit/ui.js';
import { LineBadge } from './line-badge.js';

const STATE = { rooms: '', type: '' };
const MOST_ROOMS = 20;

const fits = (type: string, wanted: string): boolean =>
  wanted === '' || type === wanted || (wanted.endsWith('*') && type.startsWith(wanted.slice(0, -1)));

/** Events as they happen: of the client itself (deliveries, reports), and of the rooms that one names. */
export default function Live() {
  const [{ rooms, type }, change] = useAddressState(STATE);
  const named = useMemo(() => rooms.split(',').filter(Boolean), [rooms]);
  const [paused, setPaused] = useState<Envelope[] | null>(null);
  const live = useLive(named);
  const shown = (paused ?? live.events).filter((event) => fits(event.type, type));
  return (
    <>
      <PageHeader
        title="Live events"
        help="What happens from now on: deliveries and reports of this client, and all that happens in the rooms that are named."
      >
        <LineBadge state={live.state} why={live.why} />
        <Switch
          label="Paused"
          checked={paused !== null}
          onChange={({ currentTarget }) => setPaused(currentTarget.checked ? live.events : null)}
        />
        <Button variant="default" onClick={live.clear}>
          Clear
        </Button>
      </PageHeader>
      <Group gap="xs" mb="sm" className="filters" align="flex-end">
        <TagsInput
          label="Rooms"
          placeholder={named.length === 0 ? 'ids of rooms' : ''}
          size="xs"
          maw={520}
          maxTags={MOST_ROOMS}
          value={named}
          onChange={(ids) => change({ rooms: ids.map((id) => id.trim()).join(',') })}
        />
        <TextInput
          label="Type"
          placeholder="delivery.*"
          value={type}
          onChange={({ currentTarget }) => change({ type: currentTarget.value.trim() }, { replace: true })}
        />
      </Group>
      {shown.length === 0 ? (
        <EmptyState title="Nothing has happened yet">
          Send a notification, or name a room and write in it: it shows here at once. The last 500 events stay.
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
  const [opened, setOpened] = useState(false);
  return (
    <div className="event-line">
      <button type="button" className="event-head" aria-expanded={opened} onClick={() => setOpened(!opened)}>
        <time dateTime={event.occurred_at}>{new Date(event.occurred_at).toLocaleTimeString()}</time>
        <span className="event-type">{event.type}</span>
        <Text span size="xs" c="dimmed" truncate>
          {event.stream.startsWith('room:') ? event.stream : (event.actor.id ?? event.actor.type)}
        </Text>
      </button>
      {opened && <JsonView value={event} label={event.type} />}
    </div>
  );
}
