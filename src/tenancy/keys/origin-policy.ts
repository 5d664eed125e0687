import { Injectable } from '@nestjs/common';
import { Problem } from '../../platform/common/problem.js';
import type { KeyIdentity } from './key-identity.js';

/** Which browser pages may use which keys. Only browsers send Origin, and pages cannot forge it. */
@Injectable()
export class OriginPolicy {
  /**
   * @param origin the Origin header; undefined outside of browsers
   * @param ownOrigins this deployment's own, such as the reference page's
   * @throws Problem `origin_not_allowed`, `server_key_in_browser`
   */
  check(identity: KeyIdentity, origin: string | undefined, ownOrigins: string[]): void {
    if (origin === undefined || ownOrigins.includes(origin)) return;
    if (identity.kind !== 'scoped') {
      throw new Problem(
        'server_key_in_browser',
        'Master and admin keys belong on servers: everybody who opens the page could read this one. Log the user in and use the scoped key.',
      );
    }
    const { allowed_origins } = identity.client!;
    if (allowed_origins.length > 0 && !allowed_origins.includes(origin)) {
      throw new Problem('origin_not_allowed', 'This origin is not among the allowed_origins of the client.');
    }
  }
}

/** The origins under which a request's own host is reached; a proxy may speak TLS for us. */
export function ownOriginsOf(host: string | undefined): string[] {
  return host === undefined ? [] : [`https://${host}`, `http://${host}`];
}
