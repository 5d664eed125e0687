import { Textarea, TextInput } from '@mantine/core';
import { answer, type Schemas } from '../../api.js';
import { useApi } from '../../scope.js';
import { useChange } from '../kit/data.js';
import { linesOf, useFields } from '../kit/fields.js';
import { FormDialog } from '../kit/ui.js';

interface Props {
  onClose(): void;
  onMade(client: Schemas['CreatedClient']): void;
}

export function NewClient({ onClose, onMade }: Props) {
  const api = useApi();
  const make = useChange(
    (values: { name: string; allowed_origins: string }) =>
      answer(
        api.POST('/api/v1/clients', {
          body: { name: values.name.trim(), allowed_origins: linesOf(values.allowed_origins) },
        }),
      ),
    ['clients'],
    (client) => {
      onMade(client);
      onClose();
    },
  );
  const form = useFields({ name: '', allowed_origins: '' }, make.error);
  return (
    <FormDialog
      title="New client"
      opened
      onClose={onClose}
      submit="Make the client"
      onSubmit={() => make.mutate(form.values)}
      busy={make.isPending}
      error={make.error}
      size="md"
    >
      <TextInput label="Name" required data-autofocus placeholder="Acme" {...form.text('name')} />
      <Textarea
        label="Origins"
        description="Web pages from which users’ keys may be used, one in a line; none: from all."
        placeholder="https://app.example.com"
        autosize
        {...form.text('allowed_origins')}
      />
    </FormDialog>
  );
}
