import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { Dialog } from './dialog.js';
import { useOneAtATime } from './one-at-a-time.js';
import { ProblemAlert } from './problem-alert.js';

export interface ConfirmDialogProps {
  opened: boolean;
  onClose: () => void;
  title: string;
  /** What will be touched, and what can't be undone. */
  children: ReactNode;
  /** The button's word: the verb of the action. */
  verb: string;
  /** Rejects with what is shown in the dialog, which stays open then. */
  action: () => Promise<unknown>;
  /** Red, for what destroys something. */
  destructive?: boolean;
  /** Has to be typed before it can be done; for what can't be undone. */
  typed?: string;
}

/** Asks before something is done, says what it will touch, and shows what came of it. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { opened, onClose, title, children, verb, action, destructive = false, typed } = props;
  const [text, setText] = useState('');
  const run = useOneAtATime<void, unknown>(action, () => leave());
  function leave() {
    setText('');
    run.reset();
    onClose();
  }
  return (
    <Dialog opened={opened} onClose={leave} title={title}>
      <Stack gap="sm">
        <Text component="div" size="sm">
          {children}
        </Text>
        {typed !== undefined && (
          <TextInput
            label={`Type ${typed} to go on`}
            autoComplete="off"
            value={text}
            onChange={({ currentTarget }) => setText(currentTarget.value)}
          />
        )}
        {run.error && <ProblemAlert error={run.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={leave} data-autofocus>
            Cancel
          </Button>
          <Button
            color={destructive ? 'red' : undefined}
            loading={run.isPending}
            disabled={typed !== undefined && text !== typed}
            onClick={() => run.mutate()}
          >
            {verb}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
