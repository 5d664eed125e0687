import { Checkbox, Group, NativeSelect, NumberInput, TextInput, Title } from '@mantine/core';
import { Form } from '@rjsf/mantine';
import type { RJSFSchema, UiSchema } from '@rjsf/utils';
import { useState } from 'react';
import { answer } from '../../api.js';
import { useApi } from '../../scope.js';
import { useChange, type Schema } from '../kit/data.js';
import { numberOrNull, orNull, useFields } from '../kit/fields.js';
import { FormDialog } from '../kit/ui.js';
import { errorsOf, filled, validator } from './no-eval-validator.js';

type Provider = Schema<'Provider'>;
type ProviderType = Schema<'ProviderType'>;
type Config = Record<string, unknown>;

const EMPTY = {
  name: '',
  provider_type: '',
  from_email: '',
  from_name: '',
  is_primary: false,
  is_bulk: false,
  max_recipients: '' as string | number,
  rate_limit_per_second: '' as string | number,
  hourly_cap: '' as string | number,
  daily_cap: '' as string | number,
  verify: true,
};
type Values = typeof EMPTY;

interface Props {
  /** Kinds that there are to set up. */
  types: ProviderType[];
  provider?: Provider;
  onClose(): void;
}

/** Its settings are a form made of the JSON Schema that the API gives for the kind of provider. */
export function ProviderForm({ types, provider, onClose }: Props) {
  const api = useApi();
  const [config, setConfig] = useState<Config>(() => ({ ...provider?.config }));
  const save = useChange<Values, Provider>(
    (values) => {
      const body = { ...bodyOf(values), config: filled(schemaOf(types, values.provider_type), config) };
      const query = { verify: values.verify, channel: 'email' as const };
      return answer(
        provider
          ? api.PATCH('/api/v1/clients/me/providers/{name}', { params: { path: { name: provider.name }, query }, body })
          : api.POST('/api/v1/clients/me/providers', {
              params: { query },
              body: { ...body, channel: 'email', provider_type: values.provider_type } as Schema<'ProviderInput'>,
            }),
      );
    },
    ['providers', 'limits'],
    onClose,
  );
  const form = useFields<Values>(
    provider ? valuesOf(provider) : { ...EMPTY, provider_type: types[0]?.provider_type ?? '' },
    save.error,
  );
  const schema = schemaOf(types, form.values.provider_type);
  return (
    <FormDialog
      title={provider ? `Change ${provider.name}` : 'Add a provider'}
      opened
      onClose={onClose}
      submit={provider ? 'Save' : 'Add'}
      onSubmit={() => save.mutate(form.values)}
      busy={save.isPending}
      error={save.error}
    >
      <Group grow align="flex-start">
        <TextInput label="Name" required data-autofocus placeholder="main" {...form.text('name')} />
        <NativeSelect
          label="Kind"
          disabled={provider !== undefined}
          data={types.map(({ provider_type }) => provider_type)}
          {...form.text('provider_type')}
        />
      </Group>
      <Group grow align="flex-start">
        <TextInput label="From (address)" placeholder="shop@example.com" {...form.text('from_email')} />
        <TextInput label="From (name)" placeholder="Acme" {...form.text('from_name')} />
      </Group>
      <Title order={2} size="h3">
        Settings
      </Title>
      <div className="schema-form">
        <Form
          key={form.values.provider_type}
          tagName="div"
          schema={schema}
          uiSchema={uiSchemaOf(schema)}
          validator={validator}
          formData={config}
          extraErrors={errorsOf(save.error, 'config')}
          showErrorList={false}
          idPrefix="config"
          onChange={({ formData }) => setConfig(formData ?? {})}
        >
          <></>
        </Form>
      </div>
      <Title order={2} size="h3">
        When it is chosen, and what it takes
      </Title>
      <Group gap="lg">
        <Checkbox size="xs" label="Primary: first for few recipients" {...form.check('is_primary')} />
        <Checkbox size="xs" label="Bulk: first for many" {...form.check('is_bulk')} />
      </Group>
      <Group grow align="flex-start">
        <NumberInput label="Recipients of one call" placeholder="no cap" min={1} {...form.pick('max_recipients')} />
        <NumberInput label="Per second" placeholder="no cap" min={1} {...form.pick('rate_limit_per_second')} />
        <NumberInput label="Per hour" placeholder="no cap" min={1} {...form.pick('hourly_cap')} />
        <NumberInput label="Per day" placeholder="no cap" min={1} {...form.pick('daily_cap')} />
      </Group>
      <Checkbox size="xs" label="Try the settings out before they are saved" {...form.check('verify')} />
    </FormDialog>
  );
}

const schemaOf = (types: ProviderType[], type: string): RJSFSchema =>
  (types.find(({ provider_type }) => provider_type === type)?.config_schema ?? { type: 'object' }) as RJSFSchema;

const labelOf = (name: string): string => {
  const words = name.replaceAll('_', ' ').replace(/\b(api|tls|url|dkim)\b/g, (word) => word.toUpperCase());
  return words.charAt(0).toUpperCase() + words.slice(1);
};

const LONG = 2_000;

/** Names as people say them; secrets are not shown while they are typed. */
function uiSchemaOf(schema: RJSFSchema): UiSchema<Config> {
  const fields = Object.entries(schema.properties ?? {}).map(([name, one]) => {
    if (typeof one !== 'object') return [name, {}];
    const isLong = (one.maxLength ?? 0) > LONG && one.writeOnly;
    const example = (one as { example?: unknown }).example;
    return [
      name,
      {
        'ui:title': labelOf(name),
        ...(one.writeOnly && { 'ui:widget': isLong ? 'textarea' : 'password' }),
        ...(example !== undefined && { 'ui:placeholder': String(example) }),
        ...(one.type === 'object' && uiSchemaOf(one)),
      },
    ];
  });
  return Object.fromEntries(fields) as UiSchema<Config>;
}

const valuesOf = (provider: Provider): Values => ({
  ...EMPTY,
  name: provider.name,
  provider_type: provider.provider_type,
  from_email: provider.from_email ?? '',
  from_name: provider.from_name ?? '',
  is_primary: provider.is_primary,
  is_bulk: provider.is_bulk,
  max_recipients: provider.max_recipients ?? '',
  rate_limit_per_second: provider.rate_limit_per_second ?? '',
  hourly_cap: provider.hourly_cap ?? '',
  daily_cap: provider.daily_cap ?? '',
});

const bodyOf = (values: Values) => ({
  name: values.name.trim(),
  from_email: orNull(values.from_email),
  from_name: orNull(values.from_name),
  is_primary: values.is_primary,
  is_bulk: values.is_bulk,
  max_recipients: numberOrNull(values.max_recipients),
  rate_limit_per_second: numberOrNull(values.rate_limit_per_second),
  hourly_cap: numberOrNull(values.hourly_cap),
  daily_cap: numberOrNull(values.daily_cap),
});
