import { EXIT } from './cli/exit.js';
import { runCommand } from './cli/run-command.js';

// Who reads along has enough (`chatapi tail | head`).
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? EXIT.pipe : EXIT.refused));
}

const { code, text } = await runCommand(process.argv.slice(2), {
  modules: () => import('./app.module.js'),
  documents: async () => (await import('./api-documents.js')).apiDocuments(),
});
if (text !== '') process.stderr.write(`${text}\n`);
// When everything is written that was said: a pipe takes it in its own time.
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
