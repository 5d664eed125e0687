import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, type Schemas } from '../../api.js';
import { useApi } from '../../scope.js';
import { ConfirmDialog } from '../../shared/confirm-dialog.js';
import { formatNumber } from '../../shared/format.js';
import { Progress } from '../../shared/progress.js';

export type Recovery = Schemas['Recovery'];

/** While it runs, it is looked at so often. */
export const EVERY_MS = 1_000;

/** What a recovery is of, in a line. */
export function filterText(filter: Recovery['filter']): string {
  const said = Object.entries(filter).filter(([, value]) => value !== undefined && value !== null);
  return said.length === 0
    ? 'what failed or expired'
    : said.map(([name, value]) => `${name}: ${String(value)}`).join(', ');
}

/** How far it is; while it runs, it can be stopped. */
export function RecoveryProgress({ recovery }: { recovery: Recovery }) {
  const { matched, resent, skipped, status } = recovery;
  return (
    <Progress
      label={`Sent again ${formatNumber(resent)}, passed over ${formatNumber(skipped)}`}
      done={resent + skipped}
      of={status === 'running' && matched === 0 ? null : Math.max(matched, resent + skipped)}
    >
      {status === 'running' && <Cancel recovery={recovery} />}
    </Progress>
  );
}

function Cancel({ recovery: { id, resent } }: { recovery: Recovery }) {
  const api = useApi();
  const queries = useQueryClient();
  const [asked, setAsked] = useState(false);
  async function cancel() {
    await answer(api.POST('/api/v1/recoveries/{id}/cancel', { params: { path: { id } } }));
    await queries.invalidateQueries({ queryKey: ['recovery', id] });
    await queries.invalidateQueries({ queryKey: ['recoveries'] });
  }
  return (
    <>
      <Button variant="default" onClick={() => setAsked(true)}>
        Stop it
      </Button>
      <ConfirmDialog
        opened={asked}
        onClose={() => setAsked(false)}
        title="Stop the recovery?"
        verb="Stop it now"
        action={cancel}
        destructive
      >
        Nothing more is sent again. The {formatNumber(resent)} that it has sent already go on.
      </ConfirmDialog>
    </>
  );
}
