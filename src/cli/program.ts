import { Command, CommanderError } from 'commander';
import { packageVersion } from '../platform/config/version.js';
import { examples } from './context.js';
import { Usage } from './exit.js';
import type { Wiring } from './server-commands.js';

type Register = (program: Command, wiring: Wiring) => void;

/** What one file registers: its commands, and how it is loaded. */
type Part = [commands: string, load: () => Promise<Register>];

/** Every group of commands, in the order of the help. A command loads its own file, and that what is heavy when it runs. */
const GROUPS: [title: string, ...parts: Part[]][] = [
  ['Who you are:', ['login logout whoami profiles', async () => (await import('./login.js')).registerLogin]],
  [
    'Chat:',
    ['rooms', async () => (await import('./rooms.js')).registerRooms],
    ['users', async () => (await import('./users.js')).registerUsers],
    ['send', async () => (await import('./send.js')).registerSend],
    ['tail', async () => (await import('./tail.js')).registerTail],
  ],
  [
    'Delivery:',
    ['notify', async () => (await import('./notify.js')).registerNotify],
    ['deliveries', async () => (await import('./deliveries.js')).registerDeliveries],
    ['recover', async () => (await import('./recover.js')).registerRecover],
    ['providers', async () => (await import('./providers.js')).registerProviders],
    ['suppressions', async () => (await import('./suppressions.js')).registerSuppressions],
    ['ledger', async () => (await import('./ledger-report.js')).registerLedger],
  ],
  [
    'Webhooks:',
    ['listen', async () => (await import('./listen.js')).registerListen],
    ['trigger', async () => (await import('./trigger.js')).registerTrigger],
    ['endpoints', async () => (await import('./endpoints.js')).registerEndpoints],
    ['sources', async () => (await import('./sources.js')).registerSources],
    ['rules', async () => (await import('./rules.js')).registerRules],
  ],
  [
    'Operation:',
    ['doctor', async () => (await import('./doctor.js')).registerDoctor],
    ['clients', async () => (await import('./clients.js')).registerClients],
    ['keys', async () => (await import('./keys.js')).registerKeys],
  ],
];

/** The first word that is no option and no value of one. */
function commandOf(program: Command, words: readonly string[]): string | undefined {
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (!word.startsWith('-')) return word;
    if (program.options.some(({ long, required }) => long === word && required)) at++;
  }
  return undefined;
}

/**
 * The command line.
 * @param words what was said: of a command that is known only its own part is loaded, else all there is
 */
export async function makeProgram(wiring: Wiring, words: readonly string[] = []): Promise<Command> {
  const program = new Command('chatapi')
    .description('ChatAPI from the command line.')
    .version(packageVersion(), '-V, --version', 'the version')
    .helpOption('-h, --help', 'what there is to say')
    .helpCommand(false)
    .option('--profile <name>', 'a profile that `chatapi login` made')
    .option('--url <url>', 'another server than the profile’s')
    .option('--as <user>', 'with a master key: act for this user')
    .option('--json', 'JSON for scripts: one document, or one line for each event')
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError(true)
    // It is thrown, and told as all errors are.
    .configureOutput({ outputError: () => undefined })
    .addHelpText(
      'after',
      `${examples('rooms list', 'tail --as alice', 'listen --forward-to http://localhost:3000/hooks')}

Exit codes: 0 done, 1 refused, 2 wrong usage, 3 not reachable, 4 something is not as it should be, 130 interrupted.
Each command has its own --help.`,
    );
  const wanted = commandOf(program, words);
  const isWanted = ([commands]: Part): boolean => wanted !== undefined && commands.split(' ').includes(wanted);
  const known = GROUPS.some(([, ...parts]) => parts.some(isWanted));
  for (const [title, ...parts] of GROUPS) {
    program.commandsGroup(title);
    const loaded = await Promise.all(parts.filter((part) => !known || isWanted(part)).map(([, load]) => load()));
    for (const register of loaded) register(program, wiring);
  }
  if (!known) {
    const { registerCompletion } = await import('./completion.js');
    registerCompletion(program);
    (await import('./server-commands.js')).registerServerCommands(program, wiring);
  }
  return endQuietly(program);
}

/** Errors of usage are thrown, not ended with: who calls knows which exit code that is. */
function endQuietly(command: Command, path = command.name()): Command {
  command.exitOverride((error: CommanderError) => {
    throw error.exitCode === 0 || error.code === 'commander.help' ? error : misused(error, path);
  });
  for (const one of command.commands) endQuietly(one, `${path} ${one.name()}`);
  return command;
}

/** Of commander's messages some end with a full stop, ours among them, and some do not. */
const misused = ({ message }: CommanderError, path: string): Usage =>
  new Usage(
    `${message
      .replace(/^error: /, '')
      .replace('\n', ' ')
      .replace(/\.?$/, '.')} \`${path} --help\` shows how.`,
  );
