import { withoutEnd } from '../../platform/common/without-end.js';
import type { AddressInfo } from 'node:net';
import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { isUuid, type UserPk } from '../../platform/common/ids.js';
import { Config } from '../../platform/config/config.js';
import { LinkKeys } from './link-keys.js';

/** Whom a link to unsubscribe is of. */
export interface UnsubscribeTarget {
  client_id: string;
  delivery_id: string;
  channel: string;
  address: string;
  /** What its notification was of: that alone is left. */
  category: string | null;
  /** Who got it, where that is a user. */
  user_pk: UserPk | null;
}

const CONTEXT = 'unsubscribe';
/** Longer is no token of ours. */
const MAX_TOKEN = 2_048;

/** Of a category in UTF-8: lines of a mail have 998 characters at most. */
export const MAX_CATEGORY_BYTES = 300;

/**
 * Links by which the recipient of one delivery unsubscribes, without a login (RFC 8058). The token is encrypted: nobody
 * guesses one, and it shows no address. It holds for good.
 */
@Injectable()
export class UnsubscribeLinks {
  constructor(
    private readonly keys: LinkKeys,
    private readonly config: Config,
    private readonly http: HttpAdapterHost,
  ) {}

  urlFor({ client_id, delivery_id, channel, address, category, user_pk }: UnsubscribeTarget): string {
    const said = [client_id, delivery_id, channel, address, ...(category === null ? [] : [category, user_pk])];
    const text = this.keys.encrypt(JSON.stringify(said), CONTEXT);
    const colon = text.lastIndexOf(':');
    const [key, sealed] = [text.slice(0, colon), Buffer.from(text.slice(colon + 1), 'base64')];
    return `${this.base()}/u/${Buffer.from(key).toString('base64url')}.${sealed.toString('base64url')}`;
  }

  /** @returns null for what is no token of ours */
  read(token: string): UnsubscribeTarget | null {
    const [key, sealed, ...more] = token.split('.');
    if (!key || !sealed || more.length > 0 || token.length > MAX_TOKEN) return null;
    try {
      const bytes = Buffer.from(sealed, 'base64url').toString('base64');
      const text = this.keys.decrypt(`${Buffer.from(key, 'base64url').toString()}:${bytes}`, CONTEXT);
      const [client_id, delivery_id, channel, address, category = null, user_pk = null] = JSON.parse(text) as string[];
      return isUuid(client_id) && isUuid(delivery_id)
        ? { client_id, delivery_id, channel: channel!, address: address!, category, user_pk: user_pk as UserPk | null }
        : null;
    } catch {
      return null;
    }
  }

  private base(): string {
    const { publicUrl, host } = this.config;
    if (publicUrl !== undefined) return withoutEnd(publicUrl, '/');
    return `http://${host === '0.0.0.0' || host === '::' ? 'localhost' : host}:${this.port()}`;
  }

  /** The one that was taken, where any was to be. */
  private port(): number {
    const server = this.config.port === 0 ? this.http.httpAdapter?.getHttpServer() : undefined;
    return (server as { address(): AddressInfo | null } | undefined)?.address()?.port ?? this.config.port;
  }
}
