import { Button, Paper, Stack, Text, TextInput, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useParams } from 'react-router';
import { useTo } from '../../address.js';
import { answer } from '../../api.js';
import { useApi } from '../../scope.js';
import { DataTable, type Column } from '../../shared/data-table.js';
import { EmptyState } from '../../shared/empty-state.js';
import { PageHeader } from '../../shared/page-header.js';
import { CopyText, ProblemAlert } from '../../shared/problem-alert.js';
import { StatusBadge } from '../../shared/status-badge.js';
import { Time } from '../../shared/time.js';
import { useChange, useList, type Schema } from '../kit/data.js';
import { orNull } from '../kit/fields.js';
import { FactGrid, FormDialog, To } from '../kit/ui.js';
import { LiveMessages } from './live-messages.js';
import { formatNumber } from '../../shared/format.js';
import { RoomState } from './room-state.js';

type Room = Schema<'Room'>;
type Member = Schema<'Member'>;

export function OneRoom() {
  const { id = '' } = useParams();
  const api = useApi();
  const to = useTo();
  const { data, error, refetch } = useQuery({
    queryKey: ['rooms', 'one', id],
    refetchInterval: 10_000,
    queryFn: ({ signal }) => answer(api.GET('/api/v1/rooms/{room_id}', { params: { path: { room_id: id } }, signal })),
  });
  if (error) return <ProblemAlert error={error} onRetry={() => void refetch()} />;
  if (!data) return null;
  return (
    <>
      <Text size="sm" mb={4}>
        <To to={to('rooms')}>Rooms</To>
      </Text>
      <PageHeader title={data.name ?? data.slug ?? `A ${data.room_type} room`} help={data.description}>
        <Actions room={data} />
      </PageHeader>
      <Stack gap="md">
        <Paper>
          <FactGrid of={{ State: <RoomState of={data} />, ...factsOf(data) }} />
        </Paper>
        <div className="columns">
          <section aria-labelledby="live">
            <Title order={2} id="live" mb="xs">
              Messages
            </Title>
            <LiveMessages roomId={id} />
          </section>
          <section aria-labelledby="members">
            <Title order={2} id="members" mb="xs">
              Members
            </Title>
            <Members roomId={id} />
          </section>
        </div>
      </Stack>
    </>
  );
}

const factsOf = (room: Room) => ({
  ...(room.status_reason && { Reason: room.status_reason }),
  Type: room.room_type,
  Privacy: room.privacy.replace('_', ' '),
  Members: `${formatNumber(room.member_count)} of at most ${formatNumber(room.max_members)}`,
  Messages: formatNumber(room.last_seq),
  'Last message': <Time at={room.last_message_at} />,
  Made: <Time at={room.created_at} exact />,
  ...(room.slow_mode_s > 0 && { 'Slow mode': `${room.slow_mode_s} s` }),
  Id: <CopyText text={room.id} />,
});

const ACTS = {
  freeze: { verb: 'Freeze', says: 'Only owners, admins and the client itself can write here; everybody can read.' },
  unfreeze: { verb: 'Unfreeze', says: 'Members can write here again.' },
  deactivate: { verb: 'Deactivate', says: 'Nobody can write here until it is activated; everybody can read.' },
  activate: { verb: 'Activate', says: 'Members can write here again.' },
  archive: { verb: 'Archive', says: 'It is put away: members find it among the archived rooms, and nobody can write.' },
  unarchive: { verb: 'Unarchive', says: 'It is active again.' },
} as const;
type Act = keyof typeof ACTS;

function actsOf({ frozen, status }: Room): Act[] {
  if (status === 'archived') return ['unarchive'];
  return [frozen ? 'unfreeze' : 'freeze', status === 'inactive' ? 'activate' : 'deactivate', 'archive'];
}

function Actions({ room }: { room: Room }) {
  const [act, setAct] = useState<Act | null>(null);
  return (
    <>
      {actsOf(room).map((one) => (
        <Button key={one} variant="default" onClick={() => setAct(one)}>
          {ACTS[one].verb}
        </Button>
      ))}
      {act && <ActDialog key={act} act={act} room={room} onClose={() => setAct(null)} />}
    </>
  );
}

function ActDialog({ act, room, onClose }: { act: Act; room: Room; onClose(): void }) {
  const api = useApi();
  const [reason, setReason] = useState('');
  const { verb, says } = ACTS[act];
  const run = useChange(
    () => {
      const text = orNull(reason);
      return answer(
        api.POST(`/api/v1/rooms/{room_id}/${act}`, {
          params: { path: { room_id: room.id } },
          body: text === null ? {} : { reason: text },
        }),
      );
    },
    ['rooms'],
    onClose,
  );
  return (
    <FormDialog
      title={`${verb} this room?`}
      opened
      onClose={onClose}
      submit={verb}
      onSubmit={() => run.mutate()}
      busy={run.isPending}
      error={run.error}
      size="md"
    >
      <Text size="sm">
        {says} Its {formatNumber(room.member_count)} members are told.
      </Text>
      <TextInput
        label="Reason"
        data-autofocus
        value={reason}
        onChange={({ currentTarget }) => setReason(currentTarget.value)}
      />
    </FormDialog>
  );
}

const columns: Column<Member>[] = [
  { header: 'User', cell: ({ user_id, display_name }) => <UserLink id={user_id} name={display_name} /> },
  { header: 'Role', cell: ({ role }) => role },
  { header: 'State', cell: ({ status }) => <StatusBadge status={status} /> },
  { header: 'Has read', numeric: true, cell: ({ last_read_seq }) => formatNumber(last_read_seq) },
  { header: 'Joined', cell: ({ joined_at }) => <Time at={joined_at} /> },
];

function UserLink({ id, name }: { id: string; name: string | null }) {
  const to = useTo();
  return <To to={to('users', { user: id })}>{name ? `${name} (${id})` : id}</To>;
}

function Members({ roomId }: { roomId: string }) {
  const api = useApi();
  const query = useList(
    ['rooms', 'members', roomId],
    (page, signal) =>
      answer(
        api.GET('/api/v1/rooms/{room_id}/members', { params: { path: { room_id: roomId }, query: page }, signal }),
      ),
    { limit: 25 },
  );
  return (
    <DataTable
      label="Members"
      columns={columns}
      query={query}
      rowId={({ id }) => id}
      empty={
        <EmptyState title="Nobody is in it">Your application adds members, or people join by themselves.</EmptyState>
      }
    />
  );
}
