import { StatusBadge } from '../../shared/status-badge.js';
import { Time } from '../../shared/time.js';
import type { Schema } from '../kit/data.js';

/** Enabled, and whether anything gets through; or why it is disabled. */
export function EndpointState({ of: { status, disabled_reason, failing_since } }: { of: Schema<'Endpoint'> }) {
  if (status === 'disabled') return <StatusBadge status={`disabled: ${disabled_reason ?? 'manual'}`} tone="bad" />;
  if (failing_since)
    return (
      <>
        <StatusBadge status="failing" tone="warn" /> <Time at={failing_since} />
      </>
    );
  return <StatusBadge status="enabled" />;
}
