import type { FastifyRequest } from 'fastify';
import type { Config } from '../config/config.js';
import { isLoopbackAddress, isLoopbackHost } from '../config/ip-address.js';

/** What proxies add. Behind one, the address of loopback is the proxy's, whoever asks. */
const FORWARDED = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];

/**
 * Whether what exists for developers only may be answered: in embedded mode that listens on loopback alone, to who asks from
 * this very machine and by its name. Everybody else is to get 404.
 */
export const isForDeveloper = (config: Config, request: Pick<FastifyRequest, 'ip' | 'headers'>): boolean =>
  config.mode === 'embedded' && isLoopbackHost(config.host) && isOwnMachine(request, false);

/**
 * Whether somebody on this very machine asks, and by its name. The page of some website that is open on this machine asks
 * from loopback too: it names itself as the origin, or, where its name was made to lead here (DNS rebinding), as the host.
 * @param trustsProxies whether `ip` is whom X-Forwarded-For names; else whoever came through a proxy is not from here
 */
export function isOwnMachine({ ip, headers }: Pick<FastifyRequest, 'ip' | 'headers'>, trustsProxies: boolean): boolean {
  const host = (headers.host ?? '').replace(/:\d+$/, '');
  const { origin } = headers;
  const sameOrigin = origin === undefined || (URL.canParse(origin) && new URL(origin).host === headers.host);
  const direct = FORWARDED.every((name) => headers[name] === undefined);
  const known = direct || (trustsProxies && headers['x-forwarded-for'] !== undefined);
  return isLoopbackAddress(ip) && isLoopbackHost(host) && sameOrigin && known;
}
