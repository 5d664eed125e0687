import { failureOf } from './cli/failures.js';
import { makeProgram } from './cli/program.js';
import { EXIT } from './cli/exit.js';

// Who reads along has enough (`chatapi tail | head`).
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? EXIT.pipe : EXIT.refused));
}

/** When everything is written that was said: a pipe takes it in its own time. */
function end(code: number): void {
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
}

makeProgram({
  modules: () => import('./app.module.js'),
  documents: async () => (await import('./api-documents.js')).apiDocuments(),
})
  .parseAsync(process.argv)
  .then(
    () => end(EXIT.ok),
    (error: unknown) => {
      const { code, text } = failureOf(error, process.argv.includes('--json'));
      if (text !== '') process.stderr.write(`${text}\n`);
      end(code);
    },
  );
