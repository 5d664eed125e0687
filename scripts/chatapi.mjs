#!/usr/bin/env node
// `npx chatapi …`: the command line of the service, built first where a source is newer than what is built.
process.argv.splice(2, 0, 'cli.js');
await import('./run.mjs');
