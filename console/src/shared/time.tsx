import { useTimezone } from '../address.js';
import { formatAgo, formatTime } from './format.js';

/** A moment: how long ago, with the exact time where one points at it; `exact` shows the time itself. */
export function Time({ at, exact = false }: { at: string | null | undefined; exact?: boolean }) {
  const zone = useTimezone();
  if (!at) return <>–</>;
  const full = formatTime(at, zone);
  return (
    <time dateTime={at} title={exact ? formatAgo(at) : full}>
      {exact ? full : formatAgo(at)}
    </time>
  );
}
