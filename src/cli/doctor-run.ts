import type { Config } from '../platform/config/config.js';
import { environment } from '../platform/config/environment.js';
import { StartFailure } from '../platform/config/failure.js';
import { dataDirs, findAccess } from './access.js';
import { Refused } from './api.js';
import type { Context } from './context.js';
import { bad, LOOK_MS, ok, warn, within, type Finding } from './doctor-finding.js';
import { isThere, lookAtDatabase, lookAtDisk, lookAtEgress, lookAtRedis } from './doctor-parts.js';
import { lookAtServer } from './doctor-server.js';
import { Found, Usage } from './exit.js';
import { clean } from './format.js';
import type { Output } from './output.js';
import { isOpenToOthers, profilesFile } from './profiles.js';

export interface DoctorOptions {
  egress: string;
}

export async function doctor(context: Context<DoctorOptions>): Promise<void> {
  const { out, options, url, signal } = context;
  const settings = await lookAtSettings();
  const config = 'config' in settings ? settings.config : undefined;
  const findings = (
    await Promise.all([
      lookAtServer(url, signal),
      lookAtKey(context),
      'finding' in settings ? [settings.finding] : [],
      config ? lookAtParts(config) : [],
      lookAtEgress(options.egress, config, signal),
      lookAtFiles(),
    ])
  ).flat();
  const wrong = findings.filter(({ state }) => state === 'bad').length;
  await out.result({ ok: wrong === 0, findings }, () => show(out, findings));
  if (wrong > 0) throw new Found('');
}

const MARKS = { ok: '✓', warn: '!', bad: '✗' } as const;

function show(out: Output, findings: Finding[]): void {
  const { colours } = out;
  const paint = { ok: colours.green, warn: colours.yellow, bad: colours.red };
  const width = Math.max(...findings.map(({ part }) => part.length));
  for (const { part, state, found, fix } of findings) {
    out.line(`${paint[state](MARKS[state])} ${part.padEnd(width)}  ${clean(found)}`);
    if (fix) out.line(`  ${' '.repeat(width)}  ${colours.bold('→')} ${fix}`);
  }
}

/** The settings of a server, where some are at hand. Never makes a data directory. */
async function lookAtSettings(): Promise<{ config: Config } | { finding: Finding } | object> {
  const env = environment();
  const dataDir = dataDirs(env).find(isThere);
  if (!env.DATABASE_URL && dataDir === undefined) return {};
  const { loadConfig } = await import('../platform/config/config.js');
  try {
    return { config: loadConfig(env.DATABASE_URL ? env : { ...env, CHATAPI_DATA_DIR: dataDir }) };
  } catch (error) {
    if (!(error instanceof StartFailure)) throw error;
    return { finding: bad('settings', error.message, 'The server does not start with them.') };
  }
}

async function lookAtParts(config: Config): Promise<Finding[]> {
  const { dataDir, databaseUrl, redisUrl } = config;
  return (
    await Promise.all([
      dataDir === undefined ? lookAtDatabase(databaseUrl) : lookAtEmbedded(dataDir),
      redisUrl === undefined ? [] : lookAtRedis(redisUrl),
      lookAtDisk(dataDir ?? process.cwd()),
    ])
  ).flat();
}

async function lookAtEmbedded(dataDir: string): Promise<Finding[]> {
  const { runningServer } = await import('../platform/database/embedded/running-server.js');
  const url = await runningServer(dataDir);
  if (url !== null) return lookAtDatabase(url);
  return [warn('database', `no PostgreSQL runs in ${dataDir}`, 'It runs while the server does: npm start.')];
}

/** Is there a key, and does the server know it? */
async function lookAtKey(context: Context): Promise<Finding[]> {
  let source: string;
  try {
    ({ source } = findAccess('client', context.options, environment()));
  } catch (error) {
    if (!(error instanceof Usage)) throw error;
    return [warn('key', 'there is none', error.message)];
  }
  try {
    await within(LOOK_MS, context.client.get('/clients/me'));
    return [ok('key', `that of ${source} is good`)];
  } catch (error) {
    // That the server is away is told of the server.
    if (!(error instanceof Refused)) return [];
    return [bad('key', `that of ${source} is refused: ${error.problem.code}`, 'Run `chatapi login` with another one.')];
  }
}

function lookAtFiles(): Finding[] {
  const file = profilesFile(environment());
  if (!isOpenToOthers(file)) return [];
  return [bad('profiles', `others may read the keys in ${file}`, `chmod 600 ${file}, and rotate the keys in it.`)];
}
