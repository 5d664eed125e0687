import type { Permission } from '../access/permissions.js';
import type { ClientFacts } from '../access/caller.js';
import type { UserRef } from '../access/user-ref.js';

/** What a request needs to know of its tenant. */
export interface ClientInfo extends ClientFacts {
  id: string;
  ref: string;
  name: string;
  slug: string;
  suspended: boolean;
  /** Empty: any origin. */
  allowed_origins: string[];
}

/** Whom a key stands for, and what it allows. */
export interface KeyIdentity {
  kind: 'admin' | 'master' | 'scoped';
  clientId: string;
  keyId: string;
  /** null: everything. */
  permissions: ReadonlySet<Permission> | null;
  /** The user of a scoped key. */
  user: UserRef | null;
  expiresAt: Date | null;
  /** null for the operator, who is no tenant. */
  client: ClientInfo | null;
}
