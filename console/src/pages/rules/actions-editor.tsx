import { Button, Group, NativeSelect, Stack, Text, Textarea } from '@mantine/core';
import type { Schema } from '../kit/data.js';
import { errorOf } from '../kit/fields.js';

type ActionType = Schema<'RuleAction'>['type'];

export interface DraftAction {
  type: ActionType;
  /** JSON, as it is being written. */
  params: string;
}

const TYPES: Record<ActionType, { label: string; help: string; params: object }> = {
  create_room: {
    label: 'Make a room',
    help: 'The body of POST /rooms.',
    params: { room_type: 'support', name: { $jsonata: '$event.type' }, members: [] },
  },
  add_members: {
    label: 'Add members',
    help: 'The body of POST /rooms/{id}/members; without room_id, to the room that this rule made.',
    params: { members: ['alice'] },
  },
  send_message: {
    label: 'Write a message',
    help: 'The body of POST /rooms/{id}/messages; without room_id, in the room that this rule made.',
    params: { content: { $jsonata: '$string($)' } },
  },
  send_notification: {
    label: 'Send a notification',
    help: 'The body of POST /notifications.',
    params: { recipients: [{ user_id: 'alice' }], channels: { websocket: { title: { $jsonata: '$event.type' } } } },
  },
};
const MOST = 20;

interface Props {
  actions: DraftAction[];
  /** Of the last save. */
  error: unknown;
  onChange(actions: DraftAction[]): void;
}

export function ActionsEditor({ actions, error, onChange }: Props) {
  const put = (at: number, action: DraftAction) => onChange(actions.map((one, index) => (index === at ? action : one)));
  return (
    <Stack gap="sm">
      {actions.map((action, at) => (
        <div key={at}>
          <Group gap="xs" align="flex-end" mb={4}>
            <NativeSelect
              label={`Action ${at + 1}`}
              data={Object.entries(TYPES).map(([value, { label }]) => ({ value, label }))}
              value={action.type}
              onChange={({ currentTarget }) => put(at, change(action, currentTarget.value as ActionType))}
            />
            <Button
              variant="default"
              disabled={actions.length === 1}
              aria-label={`Remove action ${at + 1}`}
              onClick={() => onChange(actions.filter((_, index) => index !== at))}
            >
              Remove
            </Button>
          </Group>
          <Textarea
            aria-label={`Params of action ${at + 1}`}
            description={`${TYPES[action.type].help} Any value may be {"$jsonata": "…"}.`}
            className="mono-input"
            autosize
            minRows={4}
            maxRows={20}
            spellCheck={false}
            value={action.params}
            error={errorOf(error, `actions[${at}]`)}
            onChange={({ currentTarget }) => put(at, { ...action, params: currentTarget.value })}
          />
        </div>
      ))}
      <Group gap="xs">
        <Button
          variant="default"
          disabled={actions.length >= MOST}
          onClick={() => onChange([...actions, change(undefined, 'send_message')])}
        >
          Add an action
        </Button>
        <Text size="xs" c="dimmed">
          In this order; each happens once for an event.
        </Text>
      </Group>
    </Stack>
  );
}

/** Another type begins with its example, unless something of one’s own has been written. */
function change(before: DraftAction | undefined, type: ActionType): DraftAction {
  const example = (of: ActionType) => JSON.stringify(TYPES[of].params, null, 2);
  const untouched = !before || before.params === example(before.type);
  return { type, params: untouched ? example(type) : before.params };
}
