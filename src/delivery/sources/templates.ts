import { sameSecret } from '../../platform/common/same-secret.js';
import { jsonOf } from './payload.js';
import {
  checkTime,
  findHeader,
  requiredHeaderOf,
  hmac,
  matchesSignature,
  Refused,
  textAt,
  wrongSignature,
  type Identity,
  type InboundRequest,
  type Template,
} from './template.js';
import type {
  BasicVerificationDto,
  HmacVerificationDto,
  MailgunVerificationDto,
  NoVerificationDto,
  SecretVerificationDto,
  TemplateName,
  VerificationInputDto,
} from './verification.dto.js';

type WithSecret = Pick<SecretVerificationDto, 'secret'>;

/**
 * Standard Webhooks 1.0 (https://www.standardwebhooks.com): `v1,<base64>` over id, time and body. Who sends by Svix calls the
 * headers `svix-…`.
 */
const standard: Template<WithSecret> = {
  signatureHeaders: () => ['webhook-signature', 'svix-signature'],
  verify({ secret }, request) {
    const [id, at] = [standardHeader(request, 'id'), standardHeader(request, 'timestamp')];
    const given = standardHeader(request, 'signature')
      .split(' ')
      .flatMap((one) => (one.startsWith('v1,') ? [one.slice(3)] : []));
    const expected = hmac('sha256', standardKey(secret), [`${id}.${at}.`, request.body]);
    if (!matchesSignature(given, expected, 'base64')) throw wrongSignature();
    checkTime(at, request);
  },
  identify: (_, request) => ({
    external_id: standardHeader(request, 'id'),
    type: textAt(request.payload, 'type'),
  }),
};

const standardHeader = (request: InboundRequest, name: string): string =>
  request.headers[`svix-${name}`] ?? requiredHeaderOf(request, `webhook-${name}`);

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

/** `whsec_` and base64 as the standard has it; other text is the key itself. */
export function standardKey(secret: string): Buffer {
  const encoded = secret.replace(/^whsec_/, '');
  return BASE64.test(encoded) ? Buffer.from(encoded, 'base64') : Buffer.from(secret);
}

/** https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries */
const github: Template<WithSecret> = {
  signatureHeaders: () => ['x-hub-signature', 'x-hub-signature-256'],
  verify({ secret }, request) {
    const [, given = ''] = /^sha256=(.*)$/.exec(requiredHeaderOf(request, 'x-hub-signature-256')) ?? [];
    if (!matchesSignature([given], hmac('sha256', secret, [request.body]), 'hex')) throw wrongSignature();
  },
  identify(_, { headers, payload }) {
    const [event, action] = [headers['x-github-event'] ?? null, textAt(formOrJson(payload), 'action')];
    return {
      external_id: headers['x-github-delivery'] ?? null,
      type: event !== null && action !== null ? `${event}.${action}` : event,
    };
  },
  unwrap: formOrJson,
};

/** GitHub sends JSON in the only field of a form, unless it was told to send it as it is. */
function formOrJson(payload: unknown): unknown {
  const inner = textAt(payload, 'payload');
  if (inner === null || Object.keys(payload as object).length > 1) return payload;
  const event = jsonOf(Buffer.from(inner));
  return typeof event === 'object' && event !== null ? event : payload;
}

/** https://docs.stripe.com/webhooks/signature */
const stripe: Template<WithSecret> = {
  signatureHeaders: () => ['stripe-signature'],
  verify({ secret }, request) {
    const parts = requiredHeaderOf(request, 'stripe-signature')
      .split(',')
      .map((part) => part.trim().split('=', 2) as [string, string?]);
    const of = (name: string): string[] => parts.flatMap(([key, value]) => (key === name && value ? [value] : []));
    const [at = ''] = of('t');
    if (!matchesSignature(of('v1'), hmac('sha256', secret, [`${at}.`, request.body]), 'hex')) throw wrongSignature();
    checkTime(at, request);
  },
  identify: (_, { payload }) => ({ external_id: textAt(payload, 'id'), type: textAt(payload, 'type') }),
};

/** https://shopify.dev/docs/apps/build/webhooks/verify-deliveries */
const shopify: Template<WithSecret> = {
  signatureHeaders: () => ['x-shopify-hmac-sha256'],
  verify({ secret }, request) {
    const given = requiredHeaderOf(request, 'x-shopify-hmac-sha256');
    if (!matchesSignature([given], hmac('sha256', secret, [request.body]), 'base64')) throw wrongSignature();
  },
  identify: (_, { headers }) => ({
    external_id: headers['x-shopify-webhook-id'] ?? headers['x-shopify-event-id'] ?? null,
    type: headers['x-shopify-topic'] ?? null,
  }),
};

/** https://docs.slack.dev/authentication/verifying-requests-from-slack */
const slack: Template<WithSecret> = {
  signatureHeaders: () => ['x-slack-signature'],
  verify({ secret }, request) {
    const at = requiredHeaderOf(request, 'x-slack-request-timestamp');
    const [, given = ''] = /^v0=(.*)$/.exec(requiredHeaderOf(request, 'x-slack-signature')) ?? [];
    if (!matchesSignature([given], hmac('sha256', secret, [`v0:${at}:`, request.body]), 'hex')) throw wrongSignature();
    checkTime(at, request);
  },
  identify(_, { payload }) {
    const kind = textAt(payload, 'type');
    const type = textAt(payload, 'event', 'type') ?? kind ?? textAt(payload, 'command');
    const challenge = kind === 'url_verification' ? textAt(payload, 'challenge') : null;
    return {
      external_id: textAt(payload, 'event_id') ?? textAt(payload, 'trigger_id'),
      type,
      ...(challenge !== null && { challenge }),
    };
  },
};

/**
 * https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks: time and token are signed, the body is
 * not, so a token counts once, and again with the same body only.
 */
const mailgun: Template<Pick<MailgunVerificationDto, 'signing_key'>> = {
  signatureHeaders: () => [],
  verify({ signing_key }, request) {
    const { timestamp, token, signature } = mailgunFields(request);
    if (!matchesSignature([signature], hmac('sha256', signing_key, [timestamp, token]), 'hex')) throw wrongSignature();
    checkTime(timestamp, request);
  },
  identify(_, request) {
    const { token } = mailgunFields(request);
    return {
      external_id: textAt(request.payload, 'event-data', 'id') ?? token,
      type: textAt(request.payload, 'event-data', 'event') ?? textAt(request.payload, 'event'),
      once: token,
    };
  },
};

/** In an object of their own beside the event, or among the fields of a form. */
function mailgunFields({ payload }: InboundRequest): { timestamp: string; token: string; signature: string } {
  const read = (name: string): string => {
    const found = textAt(payload, 'signature', name) ?? textAt(payload, name) ?? numberAt(payload, name);
    if (found === null) throw new Refused(`The field ${name} of the signature is missing.`);
    return found;
  };
  return { timestamp: read('timestamp'), token: read('token'), signature: read('signature') };
}

function numberAt(payload: unknown, name: string): string | null {
  const { signature } = (payload ?? {}) as { signature?: Record<string, unknown> };
  const value = typeof signature === 'object' && signature !== null ? signature[name] : undefined;
  return typeof value === 'number' ? String(value) : null;
}

const plainHmac: Template<HmacVerificationDto> = {
  signatureHeaders: ({ header }) => [header.toLowerCase()],
  verify({ secret, header, encoding = 'hex', algorithm = 'sha256' }, request) {
    const given = requiredHeaderOf(request, header.toLowerCase()).replace(new RegExp(`^${algorithm}=`, 'i'), '');
    if (!matchesSignature([given], hmac(algorithm, secret, [request.body]), encoding)) throw wrongSignature();
  },
  identify: identifyByHeader,
};

const basic: Template<BasicVerificationDto> = {
  signatureHeaders: () => [],
  verify({ username, password }, request) {
    const [, given = ''] = /^basic +(\S+) *$/i.exec(requiredHeaderOf(request, 'authorization')) ?? [];
    if (!sameSecret(Buffer.from(given, 'base64').toString(), `${username}:${password}`)) {
      throw new Refused('The user name or the password is wrong.');
    }
  },
  identify: identifyByHeader,
};

const none: Template<NoVerificationDto> = {
  signatureHeaders: () => [],
  verify: () => {},
  identify: identifyByHeader,
};

function identifyByHeader(
  { id_header }: { id_header?: string | null },
  { headers, payload }: InboundRequest,
): Identity {
  return {
    external_id: (id_header && findHeader(headers, id_header.toLowerCase())) || null,
    type: textAt(payload, 'type') ?? textAt(payload, 'event'),
  };
}

const TEMPLATES: Record<TemplateName, Template<never>> = {
  standard,
  github,
  stripe,
  shopify,
  slack,
  mailgun,
  hmac: plainHmac,
  basic,
  none,
};

/** The event in what came to a source of this template. */
export const eventIn = (template: string, payload: unknown): unknown =>
  (TEMPLATES as Record<string, Template<never> | undefined>)[template]?.unwrap?.(payload) ?? payload;

/** How requests to a source that was set up so are verified. */
export const templateOf = ({ template }: VerificationInputDto): Template<VerificationInputDto> =>
  TEMPLATES[template] as Template<VerificationInputDto>;
