import { createHmac, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { until } from './until.js';

export interface MailgunMessage {
  domain: string;
  id: string;
  /** Every field of the form but files, in order. */
  fields: [string, string][];
  files: { field: string; name: string; type: string; bytes: Buffer }[];
  /** By recipient. */
  variables: Record<string, Record<string, unknown>>;
  to: string[];
}

type Answer = { status: number; body?: unknown; headers?: Record<string, string> } | 'reset' | 'hang' | 'reset-early';

interface StoredEvent extends Record<string, unknown> {
  event: string;
  timestamp: number;
}

/** What a field may be called: https://documentation.mailgun.com, Messages, POST /v3/{domain_name}/messages. */
const FIELDS =
  /^(from|to|cc|bcc|subject|text|html|recipient-variables|attachment|inline|o:(tag|testmode|tracking|tracking-opens|tracking-clicks)|h:[A-Za-z0-9-]+|v:[\w-]+)$/;

/**
 * Mailgun's API as its manual says it is, on a free loopback port: it takes what is written to the letter, and answers
 * what is not as Mailgun does (a JSON body with `message`).
 */
export class MailgunServer {
  readonly key = 'key-0123456789abcdef';
  readonly domain = 'mg.example.com';
  readonly signingKey = 'signing-key-of-the-tests';
  readonly messages: MailgunMessage[] = [];
  /** Every request, as `METHOD path`. */
  readonly requests: string[] = [];
  readonly events: StoredEvent[] = [];
  pageSize = 300;
  private readonly answers: Answer[] = [];
  private readonly badAddresses = new Set<string>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<MailgunServer> {
    const server = createServer((request, response) => {
      mailgun.answer(request, response).catch((error: Error) => {
        say(response, 500, { message: error.message });
      });
    });
    const mailgun = new MailgunServer(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return mailgun;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get config() {
    return { api_key: this.key, domain: this.domain, region: 'us' as const, base_url: this.url };
  }

  /** The next request for a message gets this instead. */
  answerWith(answer: Answer): void {
    this.answers.push(answer);
  }

  /** A request that has this one among its recipients is refused whole. */
  refuse(address: string): void {
    this.badAddresses.add(address);
  }

  forget(): void {
    for (const list of [this.messages, this.requests, this.events, this.answers]) list.length = 0;
    this.badAddresses.clear();
    this.pageSize = 300;
  }

  waitFor(count: number): Promise<unknown> {
    return until(`${count} requests for messages`, async () => this.messages.length >= count);
  }

  /** An event of a message that was taken, as its API and its webhooks tell it. */
  event(event: string, recipient: string, messageId: string, more: object = {}): StoredEvent {
    const made: StoredEvent = {
      event,
      id: randomBytes(12).toString('base64url'),
      timestamp: Date.now() / 1_000,
      recipient,
      'recipient-domain': recipient.split('@')[1],
      message: { headers: { 'message-id': messageId.replace(/^<|>$/g, ''), to: recipient } },
      'user-variables': {},
      tags: [],
      ...more,
    };
    this.events.push(made);
    return made;
  }

  /** The body of a webhook about it. */
  webhook(event: object, { key = this.signingKey, timestamp = Math.floor(Date.now() / 1_000) } = {}): string {
    const token = randomBytes(25).toString('hex');
    const signature = createHmac('sha256', key).update(`${timestamp}${token}`).digest('hex');
    return JSON.stringify({ signature: { timestamp: String(timestamp), token, signature }, 'event-data': event });
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    this.requests.push(`${request.method} ${url.pathname}`);
    const planned = url.pathname.endsWith('/messages') ? this.answers.shift() : undefined;
    if (planned === 'reset-early') return void request.socket.resetAndDestroy();
    const body = await read(request);
    if (planned === 'reset') return void request.socket.resetAndDestroy();
    if (planned === 'hang') return;
    if (planned) return say(response, planned.status, planned.body ?? {}, planned.headers);
    if (request.headers.authorization !== `Basic ${Buffer.from(`api:${this.key}`).toString('base64')}`)
      return say(response, 401, 'Forbidden');
    if (request.method === 'POST') return this.post(url, request, body, response);
    return this.get(url, response);
  }

  private get(url: URL, response: ServerResponse): void {
    if (url.pathname === `/v4/domains/${this.domain}` || url.pathname === `/v3/domains/${this.domain}`)
      return say(response, 200, { domain: { name: this.domain, state: 'active' } });
    const [, token] = /^\/v3\/[^/]+\/events(?:\/([^/]+))?$/.exec(url.pathname) ?? [];
    if (!url.pathname.startsWith(`/v3/${this.domain}/events`)) return say(response, 404, { message: 'Not Found' });
    const asked = token
      ? (JSON.parse(Buffer.from(token, 'base64url').toString()) as { begin: number; from: number })
      : { begin: Number(url.searchParams.get('begin')), from: 0 };
    if (!token && url.searchParams.get('ascending') !== 'yes') throw new Error('the poller must ask in order of time');
    const found = this.events.filter(({ timestamp }) => timestamp >= asked.begin);
    const items = found.slice(asked.from, asked.from + this.pageSize);
    const next = Buffer.from(JSON.stringify({ begin: asked.begin, from: asked.from + items.length })).toString(
      'base64url',
    );
    say(response, 200, {
      items,
      paging: { next: `https://api.mailgun.net/v3/${this.domain}/events/${next}` },
    });
  }

  private async post(url: URL, request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
    if (url.pathname !== `/v3/${this.domain}/messages`)
      return say(response, 404, { message: `Domain not found: ${url.pathname.split('/')[2]}` });
    const type = request.headers['content-type'] ?? '';
    if (!type.startsWith('multipart/form-data; boundary=')) return say(response, 400, { message: `bad type ${type}` });
    const form = await new Response(body, { headers: { 'content-type': type } }).formData();
    const message: MailgunMessage = {
      domain: this.domain,
      id: '',
      fields: [],
      files: [],
      variables: {},
      to: [],
    };
    for (const [name, value] of form) {
      if (!FIELDS.test(name)) return say(response, 400, { message: `unknown parameter ${name}` });
      if (typeof value === 'string') message.fields.push([name, value]);
      else
        message.files.push({
          field: name,
          name: value.name,
          type: value.type,
          bytes: Buffer.from(await value.arrayBuffer()),
        });
    }
    const fault = this.read(message);
    if (fault) return say(response, 400, { message: fault });
    message.id = valueOf(message, 'h:Message-Id') ?? `<${randomBytes(8).toString('hex')}@${this.domain}>`;
    this.messages.push(message);
    say(response, 200, { id: message.id, message: 'Queued. Thank you.' });
  }

  /** @returns what Mailgun would say is wrong */
  private read(message: MailgunMessage): string | null {
    if (!/\S+@\S+/.test(valueOf(message, 'from') ?? ''))
      return "'from' parameter is not a valid address. please check documentation";
    message.to = message.fields.filter(([name]) => name === 'to').map(([, value]) => value);
    if (message.to.length === 0) return "'to' parameter is missing";
    const bad = message.to.find((address) => !/^\S+@\S+$/.test(address) || this.badAddresses.has(address));
    if (bad !== undefined) return "'to' parameter is not a valid address. please check documentation";
    if (message.to.length > 1_000) return 'too many recipients';
    if (!valueOf(message, 'subject')) return "'subject' parameter is missing";
    if (!valueOf(message, 'text') && !valueOf(message, 'html'))
      return "Need at least one of 'text' or 'html' parameters specified";
    const variables = valueOf(message, 'recipient-variables');
    if (message.to.length > 1 && variables === undefined) return 'recipients would see each other';
    message.variables = JSON.parse(variables ?? '{}') as MailgunMessage['variables'];
    if (!message.to.every((address) => address in message.variables)) return 'recipient-variables lack a recipient';
    const named = message.fields.flatMap(([, value]) => [...value.matchAll(VARIABLE)].map(([, name]) => name!));
    const lacking = named.find((name) => message.to.some((address) => !(name in message.variables[address]!)));
    return lacking === undefined ? null : `recipient-variables lack ${lacking}`;
  }
}

/** User manual, Batch sending: `%recipient.yourkey%`, wherever it stands in the message. */
const VARIABLE = /%recipient\.([\w-]+)%/g;

/** The headers of the mail that one recipient of a batch gets: with the recipient's own variables. */
export const headersFor = ({ fields, variables }: MailgunMessage, recipient: string): Record<string, string> =>
  Object.fromEntries(
    fields.flatMap(([field, value]) =>
      field.startsWith('h:')
        ? [[field.slice(2), value.replaceAll(VARIABLE, (_, name: string) => String(variables[recipient]![name]))]]
        : [],
    ),
  );

export const valueOf = ({ fields }: MailgunMessage, name: string): string | undefined =>
  fields.find(([field]) => field === name)?.[1];

export const valuesOf = ({ fields }: MailgunMessage, name: string): string[] =>
  fields.filter(([field]) => field === name).map(([, value]) => value);

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function say(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const type = typeof body === 'string' ? 'text/plain' : 'application/json';
  response.writeHead(status, { 'content-type': type, ...headers }).end(text);
}
