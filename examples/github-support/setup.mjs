// Makes the source and its rule, or brings those that are there up to date: it may be run again.
import { bodyOf, call, named, setting } from './api.mjs';

const words = { WEBHOOK_SECRET: setting('WEBHOOK_SECRET'), TEAM_EMAIL: setting('TEAM_EMAIL') };

const wanted = bodyOf('source.json', words);
const there = await named('/webhooks/sources?limit=100', wanted.name);
const source = there
  ? await call('PATCH', `/webhooks/sources/${there.id}`, wanted)
  : await call('POST', '/webhooks/sources', wanted);

const rule = bodyOf('rule.json', words);
const before = await named(`/webhooks/rules?source_id=${source.id}`, rule.name);
if (before) await call('PATCH', `/webhooks/rules/${before.id}`, rule);
else await call('POST', '/webhooks/rules', { ...rule, source_id: source.id });

const payload = bodyOf('issues.opened.json');
const tried = await call('POST', '/webhooks/rules/test', {
  rule: { ...rule, source_id: source.id },
  sample: { headers: { 'X-GitHub-Event': 'issues' }, payload },
});
if (!tried.matched || tried.errors.length > 0) {
  console.error(JSON.stringify(tried, null, 2));
  process.exit(1);
}
console.log(`Payload URL for GitHub: ${source.url}`);
