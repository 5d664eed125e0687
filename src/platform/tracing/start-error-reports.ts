import type { Config } from '../config/config.js';
import { useErrorReports } from './error-reports.js';

/** Begins to report errors where SENTRY_DSN says so: nothing of Sentry is loaded otherwise. */
export async function startErrorReports(config: Pick<Config, 'sentryDsn' | 'otelResource' | 'role'>): Promise<void> {
  if (config.sentryDsn === undefined) return;
  const { SentryReports } = await import('./sentry.js');
  useErrorReports(new SentryReports(config));
}
