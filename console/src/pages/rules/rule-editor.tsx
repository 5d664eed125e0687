import {
  Button,
  Checkbox,
  Code,
  Group,
  NativeSelect,
  Paper,
  Stack,
  Text,
  Textarea,
  TextInput,
  Title,
} from '@mantine/core';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { useTo } from '../../address.js';
import { answer } from '../../api.js';
import { useApi } from '../../scope.js';
import { PageHeader } from '../../shared/page-header.js';
import { ProblemAlert } from '../../shared/problem-alert.js';
import { useChange, type Schema } from '../kit/data.js';
import { changesOf, errorOf } from '../kit/fields.js';
import { ActionsEditor } from './actions-editor.js';
import { bodyOf, draftOf, type Draft } from './draft.js';
import { useSources } from './rule-sources.js';
import { TryOut } from './try-out.js';
import { To } from '../kit/ui.js';

type Rule = Schema<'Rule'>;

/** A rule beside an event that it is tried on: nothing is done until it is saved and an event comes. */
export function RuleEditor({ rule, sourceId, eventId }: { rule: Rule | null; sourceId: string; eventId: string }) {
  const api = useApi();
  const to = useTo();
  const navigate = useNavigate();
  const { data: sources } = useSources();
  const [begun] = useState(() => draftOf(rule, sourceId));
  const [draft, setDraft] = useState(begun);
  const set = (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change }));
  const source_id = draft.source_id || (sources?.data[0]?.id ?? '');
  const save = useChange<void, Rule>(
    async () => {
      const body = bodyOf(draft);
      return rule
        ? answer(
            api.PATCH('/api/v1/webhooks/rules/{id}', {
              params: { path: { id: rule.id } },
              body: changesOf(body, bodyOf(begun)),
            }),
          )
        : answer(api.POST('/api/v1/webhooks/rules', { body: { ...body, source_id } }));
    },
    ['rules'],
    (saved) => void navigate(to('rules', { source: saved.source_id })),
  );
  return (
    <>
      <Text size="sm" mb={4}>
        <To to={to('rules', source_id ? { source: source_id } : {})}>Rules</To>
      </Text>
      <PageHeader title={rule ? (rule.name ?? 'A rule') : 'New rule'}>
        <Button loading={save.isPending} onClick={() => save.mutate()}>
          {rule ? 'Save' : 'Make the rule'}
        </Button>
      </PageHeader>
      {save.error && <ProblemAlert error={save.error} />}
      <div className="columns">
        <Paper component="section" aria-label="The rule">
          <Stack gap="sm">
            <Group grow align="flex-start">
              <TextInput
                label="Name"
                value={draft.name}
                error={errorOf(save.error, 'name')}
                onChange={({ currentTarget }) => set({ name: currentTarget.value })}
              />
              <NativeSelect
                label="Source"
                disabled={rule !== null}
                data={(sources?.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
                value={source_id}
                onChange={({ currentTarget }) => set({ source_id: currentTarget.value })}
              />
            </Group>
            <Textarea
              label="When"
              description={
                <>
                  JSONata over the payload, with <Code>$headers</Code>, <Code>$event</Code> and <Code>$results</Code>.
                  Empty: on every event.
                </>
              }
              placeholder={'$event.type = "issues.opened"'}
              className="mono-input"
              autosize
              minRows={2}
              spellCheck={false}
              value={draft.condition}
              error={errorOf(save.error, 'condition')}
              onChange={({ currentTarget }) => set({ condition: currentTarget.value })}
            />
            <Title order={2} size="h3">
              Then
            </Title>
            <ActionsEditor actions={draft.actions} error={save.error} onChange={(actions) => set({ actions })} />
            <Checkbox
              size="xs"
              label="It acts"
              description={rule ? undefined : 'A new rule does nothing until this is switched on.'}
              checked={draft.enabled}
              onChange={({ currentTarget }) => set({ enabled: currentTarget.checked })}
            />
          </Stack>
        </Paper>
        <Paper component="section" aria-label="Try it out">
          <TryOut draft={draft} sourceId={source_id} eventId={eventId} />
        </Paper>
      </div>
    </>
  );
}
