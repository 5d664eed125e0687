const TONES: Record<string, string> = {
  delivered: 'good',
  enabled: 'good',
  active: 'good',
  completed: 'good',
  processed: 'good',
  done: 'good',
  healthy: 'good',
  closed: 'good',
  sent: 'calm',
  running: 'calm',
  sending: 'calm',
  processing: 'calm',
  scheduled: 'calm',
  counting: 'calm',
  retrying: 'warn',
  unknown: 'warn',
  held: 'warn',
  half_open: 'warn',
  frozen: 'warn',
  partially_failed: 'warn',
  expired: 'warn',
  failed: 'bad',
  disabled: 'bad',
  banned: 'bad',
  open: 'bad',
  suspended: 'bad',
};

/** A state in its own word; the colour only repeats it. States that it doesn't know are grey. */
export function StatusBadge({ status, tone }: { status: string; tone?: 'good' | 'calm' | 'warn' | 'bad' | 'plain' }) {
  return <span className={`status status-${tone ?? TONES[status] ?? 'plain'}`}>{status.replaceAll('_', ' ')}</span>;
}
