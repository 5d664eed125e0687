import { withoutEnd } from '../../platform/common/without-end.js';
import { Injectable } from '@nestjs/common';
import { KeyRing } from '../../platform/common/key-ring.js';
import { isUuid } from '../../platform/common/ids.js';
import { Config } from '../../platform/config/config.js';

/** Whom a link to unsubscribe is of. */
export interface UnsubscribeTarget {
  client_id: string;
  delivery_id: string;
  channel: string;
  address: string;
}

const CONTEXT = 'unsubscribe';
/** Longer is no token of ours. */
const MAX_TOKEN = 2_048;

/**
 * Links by which the recipient of one delivery unsubscribes, without a login (RFC 8058). The token is encrypted under the
 * key ring: nobody guesses one, and it shows no address. It holds for as long as the ring has its key.
 */
@Injectable()
export class UnsubscribeLinks {
  private readonly base: string;

  constructor(
    private readonly keys: KeyRing,
    { publicUrl, host, port }: Config,
  ) {
    const local = `http://${host === '0.0.0.0' || host === '::' ? 'localhost' : host}:${port}`;
    this.base = withoutEnd(publicUrl ?? local, '/');
  }

  urlFor({ client_id, delivery_id, channel, address }: UnsubscribeTarget): string {
    const text = this.keys.encrypt(JSON.stringify([client_id, delivery_id, channel, address]), CONTEXT);
    const colon = text.lastIndexOf(':');
    const [key, sealed] = [text.slice(0, colon), Buffer.from(text.slice(colon + 1), 'base64')];
    return `${this.base}/u/${Buffer.from(key).toString('base64url')}.${sealed.toString('base64url')}`;
  }

  /** @returns null for what is no token of ours */
  read(token: string): UnsubscribeTarget | null {
    const [key, sealed, ...more] = token.split('.');
    if (!key || !sealed || more.length > 0 || token.length > MAX_TOKEN) return null;
    try {
      const bytes = Buffer.from(sealed, 'base64url').toString('base64');
      const text = this.keys.decrypt(`${Buffer.from(key, 'base64url').toString()}:${bytes}`, CONTEXT);
      const [client_id, delivery_id, channel, address] = JSON.parse(text) as string[];
      return isUuid(client_id) && isUuid(delivery_id)
        ? { client_id, delivery_id, channel: channel!, address: address! }
        : null;
    } catch {
      return null;
    }
  }
}
