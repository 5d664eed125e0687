import { Alert, Button, Group, NativeSelect, NumberInput, Paper, SimpleGrid, Stack, Text } from '@mantine/core';
import { useEffect, useMemo, useState } from 'react';
import { useNavigate } from 'react-router';
import { useAddressState, useTo } from '../../address.js';
import { answer, type Schemas } from '../../api.js';
import { useApi } from '../../scope.js';
import { ConfirmDialog } from '../../shared/confirm-dialog.js';
import { FilterField } from '../../shared/filter-field.js';
import { formatNumber } from '../../shared/format.js';
import { useOneAtATime } from '../../shared/one-at-a-time.js';
import { PageHeader } from '../../shared/page-header.js';
import { ProblemAlert } from '../../shared/problem-alert.js';
import { TimeRange, usePeriod } from '../../shared/time-range.js';
import { CHANNELS } from '../deliveries/filters.js';

type Filter = Schemas['RecoveryFilter'];

const FILTERS = {
  status: '',
  channel: '',
  provider: '',
  error_code: '',
  user_id: '',
  address: '',
  notification_id: '',
  tag: '',
  rate: '',
};
const TEXTS = {
  provider: 'Provider',
  error_code: 'Error code',
  user_id: 'User',
  address: 'Address',
  tag: 'Tag',
  notification_id: 'Notification',
} as const;
const STATES = [
  { value: '', label: 'Failed or expired' },
  ...(['failed', 'expired', 'cancelled', 'sent', 'delivered'] as const),
];
const USUAL_RATE = 100;

/** Sends again what a filter matches: counted first, then at a rate, with progress and a way to stop. */
export function NewRecovery() {
  const [state, change] = useAddressState(FILTERS);
  const filter = useFilter(state);
  const rate = Number(state.rate) || USUAL_RATE;
  return (
    <>
      <PageHeader
        title="Send again by filter"
        help="Mend what was wrong first. What was sent again already, or put aside, is passed over."
      />
      <Paper maw={860}>
        <Stack gap="md">
          <TimeRange withInterval={false} />
          <SimpleGrid cols={2} spacing="xs" className="fields">
            <NativeSelect
              label="State"
              value={state.status}
              onChange={({ currentTarget }) => change({ status: currentTarget.value })}
              data={STATES}
            />
            <NativeSelect
              label="Channel"
              value={state.channel}
              onChange={({ currentTarget }) => change({ channel: currentTarget.value })}
              data={[{ value: '', label: 'All' }, ...CHANNELS]}
            />
            {(Object.keys(TEXTS) as (keyof typeof TEXTS)[]).map((name) => (
              <FilterField
                key={name}
                label={TEXTS[name]}
                value={state[name]}
                onCommit={(value) => change({ [name]: value })}
              />
            ))}
            <NumberInput
              label="At most so many a second"
              min={1}
              max={1000}
              value={rate}
              onChange={(value) =>
                change({ rate: Number(value) === USUAL_RATE ? '' : String(value) }, { replace: true })
              }
            />
          </SimpleGrid>
          <CountAndStart filter={filter} rate={rate} />
        </Stack>
      </Paper>
    </>
  );
}

function useFilter({ status, channel, rate: _, ...texts }: typeof FILTERS): Filter {
  const { from, to } = usePeriod();
  const said = JSON.stringify({ status, channel, ...texts, from, to });
  return useMemo(
    () => Object.fromEntries(Object.entries(JSON.parse(said) as object).filter(([, value]) => value !== '')) as Filter,
    [said],
  );
}

function CountAndStart({ filter, rate }: { filter: Filter; rate: number }) {
  const api = useApi();
  const to = useTo();
  const navigate = useNavigate();
  const [asked, setAsked] = useState(false);
  const begin = (dry_run: boolean) =>
    answer(api.POST('/api/v1/recoveries', { body: { filter, dry_run, rate_per_second: rate } }));
  const count = useOneAtATime<void, Schemas['Recovery']>(() => begin(true));
  const { reset } = count;
  // What was counted was of another filter.
  useEffect(reset, [filter, reset]);
  const counted = count.data;
  const left = counted ? counted.matched - counted.skipped : 0;
  return (
    <>
      {count.error && <ProblemAlert error={count.error} />}
      {counted && <Counted {...counted} rate={rate} />}
      <Group gap="xs">
        <Button variant={counted ? 'default' : 'filled'} loading={count.isPending} onClick={() => count.mutate()}>
          Count them
        </Button>
        {counted && (
          <Button disabled={left === 0} onClick={() => setAsked(true)}>
            Send {formatNumber(left)} again…
          </Button>
        )}
      </Group>
      <ConfirmDialog
        opened={asked}
        onClose={() => setAsked(false)}
        title="Send them again?"
        verb={`Send ${formatNumber(left)} again`}
        action={async () => {
          const made = await begin(false);
          void navigate(to(`recoveries/${made.id}`));
        }}
      >
        {formatNumber(left)} new deliveries go out to their recipients, at most {formatNumber(rate)} a second. It can be
        stopped; what was sent until then goes on.
      </ConfirmDialog>
    </>
  );
}

const Counted = ({ matched, skipped, rate }: { matched: number; skipped: number; rate: number }) => (
  <Alert variant="outline" color="gray" role="status" className="problem">
    <Text size="sm">
      The filter matches <strong>{formatNumber(matched)}</strong>; {formatNumber(skipped)} of them are passed over,
      because they were sent again or put aside. Sending the rest takes at least{' '}
      {formatNumber(Math.ceil((matched - skipped) / rate))} s.
    </Text>
  </Alert>
);
