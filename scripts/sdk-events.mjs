// The SDK's types of what goes over sockets and webhooks, from the AsyncAPI document. Schemas that REST has too are taken
// from there, so that a message is one type wherever it comes from.
const HEAD = `// Made by \`npm run sdk:types\` from docs/api/asyncapi.json.
import type { components } from './rest.js';

type Schemas = components['schemas'];
`;

export function eventTypes(asyncapi, openapi) {
  const { messages, schemas } = asyncapi.components;
  const shared = new Set(Object.keys(schemas).filter((name) => name in openapi.components.schemas));
  const own = Object.keys(schemas).filter((name) => !shared.has(name));
  const typeOf = typeWriter(shared);

  const operations = Object.entries(asyncapi.operations);
  const down = operations.filter(([, { action }]) => action === 'send');
  const up = operations.filter(([, { action }]) => action === 'receive');

  const bodies = down.map(([type, operation]) => {
    const { summary, payload } = messages[type];
    return {
      type,
      summary,
      durable: operation['x-durable'],
      data: typeOf(enveloped(payload) ?? payload),
      bare: !enveloped(payload),
    };
  });
  const events = bodies.filter(({ bare }) => !bare);

  return [
    HEAD,
    ...own.map((name) => `${comment(schemas[name].description)}export type ${name} = ${typeOf(schemas[name])};\n`),
    '/** What each event carries as `data`, by its type. */',
    `export interface EventData {\n${events.map(line).join('')}}\n`,
    '/** An event of one type (or several) as it comes over sockets, webhooks and catch-up. */',
    'export type EventOf<T extends keyof EventData> = {',
    "  [K in T]: Omit<Schemas['Envelope'], 'type' | 'data'> & { type: K; data: EventData[K] };",
    '}[T];\n',
    '/** Any event that this version knows, told apart by its `type`. More may come: ignore what you do not know. */',
    'export type ChatEvent = EventOf<keyof EventData>;\n',
    '/** The types of events that are kept in a stream and take a `rev`; the others are told once. */',
    `export type DurableEventType =${events
      .filter(({ durable }) => durable)
      .map(({ type }) => `\n  | '${type}'`)
      .join('')};\n`,
    '/** What concerns the connection alone: these come bare, without an envelope. */',
    `export interface SessionEvents {\n${bodies
      .filter(({ bare }) => bare)
      .map(line)
      .join('')}}\n`,
    '/** What a client may send over the socket: the body, and what `data` of a good acknowledgement is. */',
    `export interface SocketRequests {\n${up.map(([type]) => requestLine(type, messages, typeOf)).join('')}}\n`,
  ].join('\n');
}

const line = ({ type, summary, data }) => `${indent(comment(summary))}  '${type}': ${data};\n`;

function requestLine(type, messages, typeOf) {
  const { summary, payload } = messages[type];
  const ok = messages[`${type}.ack`].payload.oneOf.find(({ properties }) => properties.ok.const === true);
  return `${indent(comment(summary))}  '${type}': { body: ${typeOf(payload)}; answer: ${typeOf(ok.properties.data)} };\n`;
}

/** The schema of `data`; undefined where the message comes bare. */
const enveloped = ({ allOf }) => allOf?.find(({ properties }) => properties?.data)?.properties.data;

const comment = (text) => (text ? `/** ${text.replaceAll('*/', '* /').replaceAll('\n', ' ')} */\n` : '');
const indent = (text) => text.replace(/^(?=.)/gm, '  ');

/** What these documents use of JSON Schema, and an error for what they don't: a type must not silently become \`unknown\`. */
function typeWriter(shared) {
  const typeOf = (schema) => {
    if (schema.$ref) return nameOf(schema.$ref);
    if ('const' in schema) return JSON.stringify(schema.const);
    if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
    const parts = schema.allOf ?? schema.oneOf ?? schema.anyOf;
    if (parts) return withNull(schema, `(${parts.map(typeOf).join(schema.allOf ? ' & ' : ' | ')})`);
    if (Array.isArray(schema.type)) return schema.type.map((type) => typeOf({ ...schema, type })).join(' | ');
    return withNull(schema, plain(schema));
  };
  const withNull = ({ nullable }, text) => (nullable ? `${text} | null` : text);

  const plain = (schema) => {
    switch (schema.type) {
      case 'string':
      case 'boolean':
      case 'null':
        return schema.type;
      case 'integer':
      case 'number':
        return 'number';
      case 'array':
        return schema.items ? `(${typeOf(schema.items)})[]` : 'unknown[]';
      case 'object':
        return objectType(schema);
      case undefined:
        if (schema.properties) return objectType(schema);
        return 'unknown';
      default:
        throw new Error(`No type is made of ${JSON.stringify(schema)} yet`);
    }
  };

  const objectType = ({ properties, required = [], additionalProperties }) => {
    const known = Object.entries(properties ?? {});
    if (known.length === 0) {
      const values = typeof additionalProperties === 'object' ? typeOf(additionalProperties) : 'unknown';
      return additionalProperties === false ? 'Record<string, never>' : `Record<string, ${values}>`;
    }
    const lines = known.map(
      ([key, value]) =>
        `${indent(comment(value.description))}  ${JSON.stringify(key)}${required.includes(key) ? '' : '?'}: ${indentRest(typeOf(value))};\n`,
    );
    return `{\n${lines.join('')}}`;
  };
  const indentRest = (text) => text.replaceAll('\n', '\n  ');

  const nameOf = (ref) => {
    const name = ref.split('/').at(-1);
    return shared.has(name) ? `Schemas['${name}']` : name;
  };
  return typeOf;
}
