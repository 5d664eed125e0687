import { MultiSelect, NativeSelect, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { answer } from '../../api.js';
import { useApi, useScope } from '../../scope.js';
import { setSession } from '../../session.js';
import { useChange, type Schema } from '../kit/data.js';
import { useFields } from '../kit/fields.js';
import { FormDialog } from '../kit/ui.js';

type Permission = NonNullable<Schema<'CreateScopedKey'>['permissions']>[number];

const PERMISSIONS: Permission[] = [
  'read_messages',
  'send_messages',
  'join_rooms',
  'invite_users',
  'manage_rooms',
  'send_notifications',
  'read_analytics',
];
const DAY_S = 86_400;
const ENDS = [
  { value: '', label: 'never' },
  { value: String(DAY_S), label: 'in a day' },
  { value: String(30 * DAY_S), label: 'in 30 days' },
  { value: String(365 * DAY_S), label: 'in a year' },
];

interface Values {
  user_id: string;
  name: string;
  permissions: Permission[];
  expires_in: string;
}

interface Props {
  kind: 'master' | 'user';
  onClose(): void;
  /** The key itself, which is shown once. */
  onMade(key: string): void;
}

export function NewKey({ kind, onClose, onMade }: Props) {
  const api = useApi();
  const make = useChange<Values, { api_key: string }>(
    ({ user_id, name, permissions, expires_in }) => {
      const body = {
        ...(permissions.length > 0 && { permissions }),
        ...(expires_in && { expires_in: Number(expires_in) }),
      };
      return answer(
        kind === 'master'
          ? api.POST('/api/v1/clients/me/keys', { body: { ...body, name: name.trim() } })
          : api.POST('/api/v1/clients/scoped-keys', {
              body: { ...body, user_id: user_id.trim(), ...(name.trim() && { name: name.trim() }) },
            }),
      );
    },
    ['keys'],
    ({ api_key }) => {
      onMade(api_key);
      onClose();
    },
  );
  const form = useFields<Values>({ user_id: '', name: '', permissions: [], expires_in: '' }, make.error);
  return (
    <FormDialog
      title={kind === 'master' ? 'New master key' : 'New key of a user'}
      opened
      onClose={onClose}
      submit="Make the key"
      onSubmit={() => make.mutate(form.values)}
      busy={make.isPending}
      error={make.error}
      size="md"
    >
      {kind === 'user' && (
        <TextInput
          label="User"
          description="By your own id of the user; one who is not there yet is made."
          required
          data-autofocus
          placeholder="alice"
          {...form.text('user_id')}
        />
      )}
      <TextInput
        label="Name"
        required={kind === 'master'}
        data-autofocus={kind === 'master'}
        placeholder="The shop’s server"
        {...form.text('name')}
      />
      <MultiSelect
        label="May"
        size="xs"
        description={
          kind === 'master'
            ? 'Nothing picked: everything in this client.'
            : 'Nothing picked: read, send and join rooms.'
        }
        data={PERMISSIONS}
        value={form.values.permissions}
        error={form.error('permissions')}
        onChange={(permissions) => form.set({ permissions: permissions as Permission[] })}
      />
      <NativeSelect label="Ends" data={ENDS} {...form.text('expires_in')} />
    </FormDialog>
  );
}

const OVERLAPS = [
  { value: '0', label: 'at once' },
  { value: '3600', label: 'in an hour' },
  { value: String(DAY_S), label: 'in a day' },
  { value: String(7 * DAY_S), label: 'in a week' },
];

export function RotateKey({
  of: { id, name, prefix },
  onClose,
  onMade,
}: { of: Schema<'MasterKey'> } & Omit<Props, 'kind'>) {
  const { api, session } = useScope();
  const isOwn = session.key.startsWith(prefix);
  const [overlap_s, setOverlap] = useState('3600');
  const rotate = useChange(
    () =>
      answer(
        api.POST('/api/v1/clients/me/keys/{id}/rotate', {
          params: { path: { id } },
          body: { overlap_s: Number(overlap_s) },
        }),
      ),
    ['keys'],
    ({ api_key }) => {
      // Before anything is read again: with the old one that would end the session, and this key with it.
      if (isOwn) setSession({ ...session, key: api_key });
      onMade(api_key);
      onClose();
    },
  );
  return (
    <FormDialog
      title={`Rotate ${name ?? prefix}`}
      opened
      onClose={onClose}
      submit="Make its successor"
      onSubmit={() => rotate.mutate()}
      busy={rotate.isPending}
      error={rotate.error}
      size="md"
    >
      <Text size="sm">A key with the same permissions is made. Until the old one ends, both work.</Text>
      {isOwn && <Text size="sm">You are logged in with this key, and go on with its successor.</Text>}
      <NativeSelect
        label="The old one ends"
        data={OVERLAPS}
        value={overlap_s}
        onChange={({ currentTarget }) => setOverlap(currentTarget.value)}
      />
    </FormDialog>
  );
}
