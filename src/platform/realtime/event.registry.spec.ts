import { Global, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { defineEvent, defineSessionEvent } from './event.js';
import { EventRegistry, registerEvents } from './event.registry.js';

class EmptyDto {}

const named = (type: string) =>
  defineEvent({ type, body: EmptyDto, stream: 'room', audience: 'everybody', durable: false, description: 'x' });
const sessionNamed = (type: string) => defineSessionEvent({ type, body: EmptyDto, description: 'x' });

@Global()
@Module({ providers: [EventRegistry], exports: [EventRegistry] })
class RegistryModule {}

const feature = (events: Parameters<typeof registerEvents>[0]): Type => {
  @Module({ providers: [registerEvents(events)] })
  class Feature {}
  return Feature;
};

async function start(...features: Type[]): Promise<EventRegistry> {
  @Module({ imports: [RegistryModule, ...features] })
  class App {}
  const app = await NestFactory.createApplicationContext(App, { logger: false, abortOnError: false });
  return app.get(EventRegistry);
}

describe('EventRegistry', () => {
  it('has the events of every module by type, those of sessions apart', async () => {
    const [b, a, c] = [named('b.b'), named('a.a'), named('c.c')];
    const ready = sessionNamed('session.ready');
    const registry = await start(feature({ b, ready }), feature({ a }), feature({ c }));
    expect(registry.all()).toEqual([a, b, c]);
    expect(registry.ofSession()).toEqual([ready]);
    expect(registry.find('b.b')).toBe(b);
    expect(registry.find('session.ready')).toBeUndefined();
  });

  it('fails the start when two modules declare one type', async () => {
    await expect(start(feature({ a: named('a.a') }), feature({ a: named('a.a') }))).rejects.toThrow('a.a');
    await expect(start(feature({ a: named('a.a'), b: sessionNamed('a.a') }))).rejects.toThrow('a.a');
  });
});
