import type { Config } from '../../platform/config/config.js';
import { Api } from '../api.js';
import { reachServer } from '../server.js';
import { chat } from './chat.js';
import { notify } from './notify.js';
import { Printer } from './print.js';

/**
 * The main job from end to end against a running server, or one that it starts and stops: nothing is faked, and what
 * must hold is checked.
 * @throws Error when something does not hold
 */
export async function demo(config: Config, write: (line: string) => void): Promise<void> {
  const printer = new Printer(write);
  const startedAt = performance.now();
  printer.step('Reach a server');
  const server = await reachServer(config);
  try {
    printer.say(
      `${server.url} ${server.found ? 'was running' : 'was started for this demo'}; API reference at ${server.url}/docs`,
    );
    const master = await makeClient(new Api(server.url, config.adminApiKey), printer);
    const { bob, close } = await chat(master, printer);
    try {
      await notify(master, bob, printer);
    } finally {
      close();
    }
  } finally {
    await server.stop();
  }
  write(`\nAll of it held, in ${((performance.now() - startedAt) / 1000).toFixed(1)} s.`);
}

async function makeClient(admin: Api, printer: Printer): Promise<Api> {
  printer.step('Make a client (POST /clients with the admin key)');
  const client = await admin.post<{ id: string; name: string; slug: string; master_api_key: string }>('/clients', {
    name: `Demo ${new Date().toISOString().slice(0, 19)}`,
  });
  printer.say(`${client.name} has the id ${client.id} and the master key ${client.master_api_key.slice(0, 26)}…`);
  return admin.withKey(client.master_api_key);
}
