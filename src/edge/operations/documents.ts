import type { INestApplication } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { EventRegistry } from '../../platform/realtime/event.registry.js';
import { socketEventsOf } from '../../tenancy/access/socket-events.js';
import { buildAsyncDocument, type DownEvent } from './asyncapi.js';
import { buildDocument } from './openapi.js';
import { packageVersion } from '../../platform/config/version.js';

/**
 * The documents that ChatAPI gives of itself, by name: served below /api/v1, and committed in docs/api. Each is built by
 * calling it, once the application's modules are known; nothing of it needs to run.
 */
export const documentsOf = (app: INestApplication): Record<string, () => object> => ({
  'openapi.json': () => buildDocument(app, packageVersion()),
  'asyncapi.json': () => buildAsyncDocument(app, packageVersion(), eventsOf(modulesOf(app))),
});

function eventsOf(modules: ModulesContainer) {
  const registry = new EventRegistry(modules);
  const bare = registry.ofSession().map(({ type, description, body }): DownEvent => ({
    type,
    description,
    body,
    streams: [],
    audience: 'everybody',
    durable: false,
  }));
  const classes = [...modules.values()].flatMap((module) =>
    [...module.providers.values()].flatMap(({ metatype }) => (typeof metatype === 'function' ? [metatype] : [])),
  );
  return { up: socketEventsOf(classes), down: [...registry.all(), ...bare] };
}

/** Nest keeps it for itself; @nestjs/swagger reads it in the same way. */
const modulesOf = (app: INestApplication): ModulesContainer =>
  (app as unknown as { container: { getModules(): ModulesContainer } }).container.getModules();
