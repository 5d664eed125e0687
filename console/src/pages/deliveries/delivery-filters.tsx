import { Button, Group, NativeSelect, Switch, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useNavigate } from 'react-router';
import { useAddressState, useTo } from '../../address.js';
import { answer, ApiProblem, type Api } from '../../api.js';
import { useApi } from '../../scope.js';
import { FilterField } from '../../shared/filter-field.js';
import { ProblemAlert } from '../../shared/problem-alert.js';
import { TimeRange } from '../../shared/time-range.js';
import { CHANNELS, FILTERS, meantBy, STATUSES } from './filters.js';

const MORE = {
  provider: 'Provider',
  error_code: 'Error code',
  user_id: 'User',
  address: 'Address',
  tag: 'Tag',
  notification_id: 'Notification',
} as const;
type More = keyof typeof MORE;

export function DeliveryFilters() {
  const [filters, change] = useAddressState(FILTERS);
  const names = Object.keys(MORE) as More[];
  const used = names.filter((name) => filters[name] !== '');
  const [opened, setOpened] = useState(false);
  const shown = opened ? names : used;
  return (
    <div role="search" aria-label="Filters">
      <Group gap="xs" align="flex-end" mb="xs" className="filters">
        <Find />
        <NativeSelect
          label="State"
          value={filters.status}
          onChange={({ currentTarget }) => change({ status: currentTarget.value })}
          data={[{ value: '', label: 'All' }, ...STATUSES]}
        />
        <NativeSelect
          label="Channel"
          value={filters.channel}
          onChange={({ currentTarget }) => change({ channel: currentTarget.value })}
          data={[{ value: '', label: 'All' }, ...CHANNELS]}
        />
        <TimeRange withInterval={false} />
      </Group>
      <Group gap="xs" align="flex-end" mb="md" className="filters">
        {shown.map((name) => (
          <FilterField
            key={name}
            label={MORE[name]}
            value={filters[name]}
            onCommit={(value) => change({ [name]: value })}
          />
        ))}
        <Switch
          label="Only what is left to mend"
          checked={filters.unresolved === 'true'}
          onChange={({ currentTarget }) => change({ unresolved: currentTarget.checked ? 'true' : '' })}
          my={6}
        />
        <Button variant="subtle" onClick={() => setOpened(!opened)} aria-expanded={opened}>
          {opened ? 'Fewer filters' : 'More filters'}
        </Button>
      </Group>
    </div>
  );
}

/** Looks for what is typed or pasted: the id of a delivery or of a notification, an address, a user. */
function Find() {
  const api = useApi();
  const to = useTo();
  const navigate = useNavigate();
  const [, change] = useAddressState(FILTERS);
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<unknown>(null);

  async function find(event: FormEvent) {
    event.preventDefault();
    const meant = meantBy(text.trim());
    setProblem(null);
    setText('');
    if (!('id' in meant)) return change(meant);
    try {
      if (await isDelivery(api, meant.id)) void navigate(to(`deliveries/${meant.id}`));
      else change({ notification_id: meant.id });
    } catch (error) {
      setProblem(error);
    }
  }

  return (
    <form onSubmit={(event) => void find(event)} className="find">
      <TextInput
        type="search"
        label="Find"
        placeholder="Address, user or id"
        value={text}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
      />
      {problem !== null && <ProblemAlert error={problem} />}
    </form>
  );
}

async function isDelivery(api: Api, id: string): Promise<boolean> {
  try {
    await answer(api.GET('/api/v1/deliveries/{id}', { params: { path: { id } } }));
    return true;
  } catch (error) {
    if (error instanceof ApiProblem && error.problem.code === 'not_found') return false;
    throw error;
  }
}
