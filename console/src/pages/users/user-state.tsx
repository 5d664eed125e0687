import { StatusBadge } from '../../shared/status-badge.js';
import type { Schema } from '../kit/data.js';

type User = Schema<'User'>;

/** For a time, or until the ban is lifted; a shadow ban too. */
export const isBanned = ({ banned_until }: User): boolean =>
  Boolean(banned_until) && Date.parse(banned_until!) > Date.now();

export function UserState({ of }: { of: User }) {
  if (!isBanned(of)) return <StatusBadge status="active" />;
  return of.shadow_banned ? <StatusBadge status="shadow banned" tone="warn" /> : <StatusBadge status="banned" />;
}
