import { Alert, Anchor, Button, Group, Stack, Text, type ModalProps } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { Dialog } from '../../shared/dialog.js';
import { CopyText, ProblemAlert } from '../../shared/problem-alert.js';
import { submits } from './fields.js';
import './styles.css';

/** Another page of the console. */
export function To({ to, children }: { to: string; children: ReactNode }) {
  return (
    <Anchor component={Link} to={to} size="sm">
      {children}
    </Anchor>
  );
}

interface ShownOnceProps {
  title: string;
  value: string;
  onClose(): void;
  children?: ReactNode;
}

/** What is shown once: the page forgets it when it is left. */
export function ShownOnce({ title, value, onClose, children }: ShownOnceProps) {
  return (
    <Alert
      variant="outline"
      color="indigo"
      title={title}
      withCloseButton
      closeButtonLabel="I have kept it"
      onClose={onClose}
      mb="md"
      className="once"
    >
      <Stack gap="xs">
        <Text size="sm">{children ?? 'It is shown this once. Keep it where secrets are kept.'}</Text>
        <CopyText text={value} />
      </Stack>
    </Alert>
  );
}

/** Name and value below each other, in as many columns as there is room for. */
export function FactGrid({ of }: { of: Record<string, ReactNode> }) {
  return (
    <dl className="fact-grid">
      {Object.entries(of).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value ?? '–'}</dd>
        </div>
      ))}
    </dl>
  );
}

interface FormDialogProps {
  title: string;
  opened: boolean;
  onClose(): void;
  onSubmit(): void;
  submit: string;
  busy?: boolean;
  error?: unknown;
  size?: ModalProps['size'];
  children: ReactNode;
}

/** A form over the page. What the API refuses is shown above its buttons, and the dialog stays; a click beside it loses nothing. */
export function FormDialog(props: FormDialogProps) {
  const { title, opened, onClose, onSubmit, submit, busy, error, size = 'lg', children } = props;
  return (
    <Dialog opened={opened} onClose={onClose} title={title} size={size} closeOnClickOutside={false}>
      <form onSubmit={submits(onSubmit)} noValidate>
        <Stack gap="sm">
          {children}
          {error ? <ProblemAlert error={error} /> : null}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={busy ?? false}>
              {submit}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

/** How much of something is used, as a bar beside its figures. */
export function UsedBar({ label, used, of }: { label: string; used: number; of: number }) {
  const share = of === 0 ? 0 : Math.min(1, used / of);
  return (
    <meter className="used" aria-label={label} min={0} max={1} value={share} low={0.7} high={0.9} optimum={0}>
      {used} of {of}
    </meter>
  );
}
