import { StatusBadge } from '../../shared/status-badge.js';
import type { Schema } from '../kit/data.js';

export function RoomState({ of: { status, frozen } }: { of: Pick<Schema<'FoundRoom'>, 'status' | 'frozen'> }) {
  return (
    <>
      <StatusBadge status={status} /> {frozen && <StatusBadge status="frozen" />}
    </>
  );
}
