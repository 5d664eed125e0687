import { isIP } from 'node:net';

/** A rule that a setting's text must meet: `expects` completes the sentence "must be …". */
export interface Parser<T> {
  expects: string;
  /** The value, or undefined when the text is not valid. */
  parse(text: string): T | undefined;
}

/** A whole number, both ends included. */
export const integer = (min: number, max: number): Parser<number> => ({
  expects: `a whole number from ${min} to ${max}`,
  parse(text) {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    return value >= min && value <= max ? value : undefined;
  },
});

/** One of these texts. */
export const oneOf = <const T extends string>(...choices: T[]): Parser<T> => ({
  expects: `one of ${choices.join(', ')}`,
  parse: (text) => choices.find((choice) => choice === text),
});

/** As people write it who come from Python, too. */
export const flag: Parser<boolean> = {
  expects: 'true or false',
  parse(value) {
    const said = value.toLowerCase();
    if (said === 'true' || said === '1') return true;
    return said === 'false' || said === '0' ? false : undefined;
  },
};

/** A text that the whole pattern matches. */
export const text = (expects: string, pattern: RegExp): Parser<string> => ({
  expects,
  parse: (value) => (pattern.test(value) ? value : undefined),
});

/** A URL with one of the given schemes. */
export const url = (...schemes: string[]): Parser<string> => ({
  expects: `a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
  parse(value) {
    const scheme = URL.canParse(value) ? new URL(value).protocol.slice(0, -1) : '';
    return schemes.includes(scheme) ? value : undefined;
  },
});

/** Whose word about the caller's address is taken: nobody's, everybody's, n hops', or these addresses'. */
export type TrustProxy = boolean | number | string[];

const isAddressOrRange = (value: string): boolean => {
  const [address = '', prefix, ...rest] = value.split('/');
  const bits = isIP(address) === 4 ? 32 : 128;
  return (
    isIP(address) > 0 && rest.length === 0 && (prefix === undefined || integer(0, bits).parse(prefix) !== undefined)
  );
};

/** The value of TRUST_PROXY. */
export const trustProxy: Parser<TrustProxy> = {
  expects: 'true, false, a number of hops, or a comma-separated list of addresses or ranges (10.0.0.0/8)',
  parse(value) {
    if (value === 'true' || value === 'false') return value === 'true';
    const hops = integer(0, 100).parse(value);
    if (hops !== undefined) return hops;
    const addresses = value.split(',').map((part) => part.trim());
    return addresses.every(isAddressOrRange) ? addresses : undefined;
  },
};

/** A key and the id that stands beside what it has encrypted. */
export interface EncryptionKey {
  id: string;
  /** 32 bytes, for AES-256-GCM. */
  key: Buffer;
}

/** The keys that secrets at rest are encrypted with: at least one. */
export const keyRing: Parser<readonly EncryptionKey[]> = {
  expects:
    'a comma-separated list of id:key, each key 32 bytes in base64 and each id unique (make one with: echo "k1:$(openssl rand -base64 32)")',
  parse(value) {
    const ring = value.split(',').map((part) => {
      const [, id = '', encoded = ''] = /^\s*([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/_-]+={0,2})\s*$/.exec(part) ?? [];
      return { id, key: Buffer.from(encoded, 'base64') };
    });
    const valid = ring.every(({ id, key }) => id !== '' && key.length === 32);
    return valid && new Set(ring.map(({ id }) => id)).size === ring.length ? ring : undefined;
  },
};

/** A provider that serves clients who have none of its channel. */
export interface DefaultProvider {
  name: string;
  channel: string;
  provider_type: string;
  config: Record<string, unknown>;
  [option: string]: unknown;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isProvider = (value: unknown): value is DefaultProvider =>
  isObject(value) &&
  ['name', 'channel', 'provider_type'].every((field) => typeof value[field] === 'string' && value[field] !== '') &&
  isObject(value.config);

/** The value of DEFAULT_PROVIDERS. */
export const defaultProviders: Parser<readonly DefaultProvider[]> = {
  expects:
    'a JSON array of objects with name, channel, provider_type (texts) and config (an object), each name once per channel',
  parse(value) {
    try {
      const list: unknown = JSON.parse(value);
      if (!Array.isArray(list) || !list.every(isProvider)) return undefined;
      const names = new Set(list.map(({ channel, name }) => JSON.stringify([channel, name])));
      return names.size === list.length ? list : undefined;
    } catch {
      // Not the parser's own message: it quotes the text, which holds passwords.
      return undefined;
    }
  },
};

/** The value of OTEL_EXPORTER_OTLP_HEADERS and OTEL_RESOURCE_ATTRIBUTES: key=value,key=value, values percent-encoded. */
export const pairs: Parser<Readonly<Record<string, string>>> = {
  expects: 'comma-separated key=value pairs, what is special in a value percent-encoded',
  parse(value) {
    try {
      const entries = value.split(',').map((part) => {
        const [, name, text] = /^\s*([\x21-\x2b\x2d-\x3c\x3e-\x7e]+)\s*=\s*([\x20-\x7e]*?)\s*$/.exec(part)!;
        return [name!, decodeURIComponent(text!)] as const;
      });
      return Object.fromEntries(entries);
    } catch {
      return undefined;
    }
  },
};

/** A part of a whole, from 0 to 1. */
export const share: Parser<number> = {
  expects: 'a number from 0 to 1',
  parse: (value) => (/^(0|1|0?\.\d{1,9}|1\.0+|0\.\d{1,9})$/.test(value) ? Number(value) : undefined),
};
