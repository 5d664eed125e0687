import { addAbortSignal } from 'node:stream';
import { createTransport, type Transporter } from 'nodemailer';
import type { AddressGuard } from '../../../platform/common/address-guard.js';
import type { ProviderConfig } from '../provider.js';
import { requiresTls, type SmtpConfigDto } from './smtp.config.js';
import './smtp.utf8.js';

/** To one server at once, for one version of one client's settings. */
export const POOL_CONNECTIONS = 5;
const CONNECT_TIMEOUT_MS = 10_000;
const GREETING_TIMEOUT_MS = 10_000;
const SOCKET_TIMEOUT_MS = 60_000;
/** Servers close what idles for minutes; a pool that nobody uses is closed before. */
const IDLE_MS = 60_000;

/** RFC 6376 §5.4.1, and what RFC 8058 §4 wants signed of mail that is unsubscribed by one click. */
const SIGNED = [
  'From:Sender:Reply-To:Subject:Date:Message-ID:To:Cc:MIME-Version:Content-Type:Content-Transfer-Encoding',
  'In-Reply-To:References:List-Id:List-Help:List-Unsubscribe:List-Unsubscribe-Post',
].join(':');

const optionsOf = (config: SmtpConfigDto, guard: AddressGuard, signal?: AbortSignal) => ({
  host: config.host,
  port: config.port,
  secure: config.secure,
  requireTLS: requiresTls(config),
  ...(config.username === undefined ? {} : { auth: { user: config.username, pass: config.password ?? '' } }),
  ...(config.dkim?.private_key
    ? {
        dkim: {
          domainName: config.dkim.domain,
          keySelector: config.dkim.selector,
          privateKey: config.dkim.private_key,
          headerFieldNames: SIGNED,
        },
      }
    : {}),
  connectionTimeout: CONNECT_TIMEOUT_MS,
  greetingTimeout: GREETING_TIMEOUT_MS,
  socketTimeout: SOCKET_TIMEOUT_MS,
  logger: false as const,
  // Our own socket: the address is looked at when the connection is made.
  getSocket: (_: unknown, done: (error: Error | null, socket?: object | false) => void) => {
    guard.connect(config.host, config.port, CONNECT_TIMEOUT_MS).then(
      (connection) => {
        if (signal) addAbortSignal(signal, connection);
        done(null, { connection });
      },
      (error: Error) => done(error),
    );
  },
});

/** @param signal ends its connection, whatever the server is about to say */
export const singleTransport = (config: SmtpConfigDto, guard: AddressGuard, signal: AbortSignal): Transporter =>
  createTransport(optionsOf(config, guard, signal));

interface Pooled {
  transport: Transporter;
  usedAt: number;
}

/** Connection pools by client and version of the settings; closed when idle, so also when the settings changed. */
export class SmtpTransports {
  private readonly pools = new Map<string, Pooled>();
  private readonly sweeping = setInterval(() => this.sweep(), IDLE_MS / 2).unref();

  constructor(private readonly guard: AddressGuard) {}

  get(config: ProviderConfig<SmtpConfigDto>): Transporter {
    let pooled = this.pools.get(config.key);
    if (!pooled) {
      const transport = createTransport({
        ...optionsOf(config.values, this.guard),
        pool: true as const,
        maxConnections: POOL_CONNECTIONS,
        maxMessages: 1000,
        idleTimeout: IDLE_MS / 2,
      });
      // Errors also reach the send that they concern.
      transport.on('error', () => undefined);
      pooled = { transport, usedAt: 0 };
      this.pools.set(config.key, pooled);
    }
    pooled.usedAt = Date.now();
    return pooled.transport;
  }

  get size(): number {
    return this.pools.size;
  }

  /** Closes the pools that were not used for a while; mails in hand are finished first. */
  sweep(olderThanMs = IDLE_MS): void {
    for (const [key, { transport, usedAt }] of this.pools) {
      if (Date.now() - usedAt < olderThanMs) continue;
      transport.close();
      this.pools.delete(key);
    }
  }

  close(): void {
    clearInterval(this.sweeping);
    this.sweep(0);
  }
}
