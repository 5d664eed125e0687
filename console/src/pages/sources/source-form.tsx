import { Checkbox, Group, NativeSelect, NumberInput, PasswordInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { useTo } from '../../address.js';
import { answer } from '../../api.js';
import { useApi } from '../../scope.js';
import { useChange, type Schema } from '../kit/data.js';
import { changesOf, orNull, useFields, type Fields } from '../kit/fields.js';
import { FormDialog } from '../kit/ui.js';

type Source = Schema<'Source'>;
type Template = Source['verification']['template'];
type Verification = Schema<'CreateSource'>['verification'];

const EMPTY = {
  name: '',
  slug: '',
  template: 'standard' as Template,
  secret: '',
  header: '',
  encoding: 'hex',
  algorithm: 'sha256',
  username: '',
  password: '',
  id_header: '',
  allow_unsigned: false,
  tolerance_s: 300 as string | number,
  enabled: true,
};
type Values = typeof EMPTY;

const TEMPLATES: Record<Template, string> = {
  standard: 'Standard Webhooks (Svix and others)',
  github: 'GitHub',
  stripe: 'Stripe',
  shopify: 'Shopify',
  slack: 'Slack',
  mailgun: 'Mailgun',
  hmac: 'HMAC of the body in a header',
  basic: 'User name and password (HTTP Basic)',
  none: 'Nothing: whoever knows the address',
};

/** What the sender calls the secret, and where it shows it. */
const SECRET_HELP: Partial<Record<Template, string>> = {
  standard: 'The signing secret that the sender shows (whsec_…).',
  github: 'Choose one, and enter the same under “Secret” of the webhook.',
  stripe: 'The endpoint’s signing secret (whsec_…).',
  shopify: 'The signing secret of the app or of the shop’s webhooks.',
  slack: 'The signing secret of the app.',
  mailgun: 'The HTTP webhook signing key of the account.',
  hmac: 'The key that the sender computes the HMAC with.',
};

export function SourceForm({ source, onClose }: { source?: Source; onClose(): void }) {
  const api = useApi();
  const navigate = useNavigate();
  const to = useTo();
  const [begun] = useState(() => (source ? valuesOf(source) : EMPTY));
  const save = useChange<Values, Source>(
    (values) =>
      answer(
        source
          ? api.PATCH('/api/v1/webhooks/sources/{id}', {
              params: { path: { id: source.id } },
              body: patchOf(values, begun),
            })
          : api.POST('/api/v1/webhooks/sources', { body: bodyOf(values) }),
      ),
    ['sources'],
    ({ id }) => {
      onClose();
      if (!source) void navigate(to(`sources/${id}`));
    },
  );
  const form = useFields<Values>(begun, save.error);
  return (
    <FormDialog
      title={source ? 'Change the source' : 'New source'}
      opened
      onClose={onClose}
      submit={source ? 'Save' : 'Make the source'}
      onSubmit={() => save.mutate(form.values)}
      busy={save.isPending}
      error={save.error}
    >
      <Group grow align="flex-start">
        <TextInput label="Name" required data-autofocus placeholder="GitHub" {...form.text('name')} />
        {!source && <TextInput label="In the address" placeholder="of the name" {...form.text('slug')} />}
      </Group>
      <NativeSelect
        label="Who sends"
        data={Object.entries(TEMPLATES).map(([value, label]) => ({ value, label }))}
        {...form.text('template')}
      />
      <VerificationFields form={form} kept={source?.verification.template === form.values.template} />
      <NumberInput
        label="How old a signed time may be (s)"
        description="A sender that repeats itself with the time of the first try needs as long as it goes on: Mailgun 8 hours, 28800."
        min={1}
        max={86_400}
        {...form.pick('tolerance_s')}
      />
      <Checkbox size="xs" label="Takes events" {...form.check('enabled')} />
    </FormDialog>
  );
}

function VerificationFields({ form, kept }: { form: Fields<Values>; kept: boolean }) {
  const { template } = form.values;
  const secretHelp = SECRET_HELP[template];
  const at = (name: keyof Values & string) => ({
    ...form.text(name),
    error: form.error(`verification.${name === 'secret' && template === 'mailgun' ? 'signing_key' : name}`),
  });
  const stays = kept ? 'Left empty, the stored one stays.' : '';
  return (
    <>
      {secretHelp && (
        <PasswordInput
          size="xs"
          label="Secret"
          autoComplete="off"
          description={`${secretHelp} ${stays}`}
          {...at('secret')}
        />
      )}
      {template === 'hmac' && (
        <Group grow align="flex-start">
          <TextInput label="Header" placeholder="x-signature" {...at('header')} />
          <NativeSelect label="Written as" data={['hex', 'base64', 'base64url']} {...at('encoding')} />
          <NativeSelect label="Hash" data={['sha1', 'sha256', 'sha384', 'sha512']} {...at('algorithm')} />
        </Group>
      )}
      {template === 'basic' && (
        <Group grow align="flex-start">
          <TextInput label="User name" autoComplete="off" {...at('username')} />
          <PasswordInput size="xs" label="Password" autoComplete="off" description={stays} {...at('password')} />
        </Group>
      )}
      {(template === 'hmac' || template === 'basic' || template === 'none') && (
        <TextInput
          label="Header with the id of an event"
          description="What comes again under an id acts once. Without one, equal bodies are one event."
          {...at('id_header')}
        />
      )}
      {template === 'none' && (
        <Checkbox
          size="xs"
          label="I know that it takes what anybody sends: its address is the secret"
          {...form.check('allow_unsigned')}
          error={form.error('allow_unsigned')}
        />
      )}
    </>
  );
}

const valuesOf = ({ name, verification, tolerance_s, enabled }: Source): Values => ({
  ...EMPTY,
  name,
  template: verification.template,
  header: verification.header ?? '',
  encoding: verification.encoding ?? 'hex',
  algorithm: verification.algorithm ?? 'sha256',
  username: verification.username ?? '',
  id_header: verification.id_header ?? '',
  allow_unsigned: verification.template === 'none',
  tolerance_s,
  enabled,
});

function verificationOf(values: Values) {
  const { template, secret, header, encoding, algorithm, username, password } = values;
  const id_header = orNull(values.id_header);
  if (template === 'mailgun') return { template, signing_key: secret };
  if (template === 'hmac') return { template, secret, header, encoding, algorithm, id_header };
  if (template === 'basic') return { template, username, password, id_header };
  return template === 'none' ? { template, id_header } : { template, secret };
}

const plainOf = ({ name, tolerance_s, enabled }: Values) => ({
  name: name.trim(),
  tolerance_s: Number(tolerance_s),
  enabled,
});

const bodyOf = (values: Values): Schema<'CreateSource'> => ({
  ...plainOf(values),
  ...(values.slug.trim() !== '' && { slug: values.slug.trim() }),
  verification: verificationOf(values) as Verification,
  ...(values.allow_unsigned && { allow_unsigned: true }),
});

/** Of the same template, a secret that is not entered again is not sent: the stored one stays. */
function patchOf(values: Values, begun: Values): Schema<'UpdateSource'> {
  const { template, ...rest } = verificationOf(values);
  const { template: before, ...restBefore } = verificationOf(begun);
  const sent = template === before ? changesOf<Record<string, unknown>>(rest, restBefore) : { template, ...rest };
  const plain = changesOf(plainOf(values), plainOf(begun));
  if (Object.keys(sent).length === 0) return plain;
  return {
    ...plain,
    verification: sent,
    ...(values.allow_unsigned && template === 'none' && { allow_unsigned: true }),
  };
}
