import { readFileSync } from 'node:fs';

/** A setting of the example, from the environment. */
export function setting(name, byDefault) {
  const value = process.env[name] || byDefault;
  if (value) return value;
  console.error(`Set ${name}. README.md says what it is.`);
  process.exit(1);
}

/** A JSON file beside this one, with the words in capitals replaced. */
export function bodyOf(file, words = {}) {
  const replaced = (value) => (typeof value === 'string' && Object.hasOwn(words, value) ? words[value] : value);
  return JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'), (_, value) => replaced(value));
}

/** Calls ChatAPI with the master key. */
export async function call(method, path, body) {
  const response = await fetch(`${setting('API', 'http://127.0.0.1:8000/api/v1')}${path}`, {
    method,
    headers: { authorization: `Bearer ${setting('MASTER_KEY')}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  if (response.ok) return answer;
  console.error(`${method} ${path}: ${response.status} ${answer.detail}`);
  return process.exit(1);
}

/** What there is of this name in a list, or null. */
export const named = async (path, name) => (await call('GET', path)).data.find((one) => one.name === name) ?? null;
