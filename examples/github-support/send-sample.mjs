// Sends issues.opened.json as GitHub does, signed, and shows what it caused.
import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { bodyOf, call, named, setting } from './api.mjs';

const source = await named('/webhooks/sources?limit=100', 'GitHub');
if (!source) {
  console.error('There is no source yet: run setup.mjs first.');
  process.exit(1);
}

const body = JSON.stringify(bodyOf('issues.opened.json'));
const response = await fetch(source.url, {
  method: 'POST',
  headers: {
    'content-type': 'application/json',
    'x-github-event': 'issues',
    'x-github-delivery': randomUUID(),
    'x-hub-signature-256': `sha256=${createHmac('sha256', setting('WEBHOOK_SECRET')).update(body).digest('hex')}`,
  },
  body,
});
const { id, detail } = await response.json();
console.log(`${response.status} ${detail ?? id}`);
if (!response.ok) process.exit(1);

const path = `/webhooks/sources/${source.id}/events/${id}`;
let event = await call('GET', path);
for (let tries = 0; event.status === 'stored' && tries < 100; tries++) {
  await sleep(100);
  event = await call('GET', path);
}
for (const { action, resource_id, error } of event.results) console.log(`${action}: ${resource_id ?? error.detail}`);
process.exitCode = event.status === 'processed' ? 0 : 1;
