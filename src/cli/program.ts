import { Command, CommanderError } from 'commander';
import { packageVersion } from '../platform/config/version.js';
import { registerClients } from './clients.js';
import { registerCompletion } from './completion.js';
import { examples } from './context.js';
import { registerDeliveries } from './deliveries.js';
import { registerDoctor } from './doctor.js';
import { registerEndpoints } from './endpoints.js';
import { registerKeys } from './keys.js';
import { registerLedger } from './ledger-report.js';
import { registerListen } from './listen.js';
import { registerLogin } from './login.js';
import { registerNotify } from './notify.js';
import { registerProviders } from './providers.js';
import { registerRecover } from './recover.js';
import { registerRooms } from './rooms.js';
import { registerRules } from './rules.js';
import { registerSend } from './send.js';
import { registerServerCommands, type Wiring } from './server-commands.js';
import { registerSources } from './sources.js';
import { registerSuppressions } from './suppressions.js';
import { registerTail } from './tail.js';
import { registerTrigger } from './trigger.js';
import { registerUsers } from './users.js';

/** Every group of commands, in the order of the help. Each file loads what is heavy when its command runs. */
const GROUPS: [title: string, ...register: ((program: Command) => void)[]][] = [
  ['Who you are:', registerLogin],
  ['Chat:', registerRooms, registerUsers, registerSend, registerTail],
  [
    'Delivery:',
    registerNotify,
    registerDeliveries,
    registerRecover,
    registerProviders,
    registerSuppressions,
    registerLedger,
  ],
  ['Webhooks:', registerListen, registerTrigger, registerEndpoints, registerSources, registerRules],
  ['Operation:', registerDoctor, registerClients, registerKeys, registerCompletion],
];

/** The whole command line. */
export function makeProgram(wiring: Wiring): Command {
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
    .addHelpText(
      'after',
      `${examples('rooms list', 'tail --as alice', 'listen --forward-to http://localhost:3000/hooks')}

Exit codes: 0 done, 1 refused, 2 wrong usage, 3 not reachable, 4 something is not as it should be, 130 interrupted.
Each command has its own --help.`,
    );
  for (const [title, ...register] of GROUPS) {
    program.commandsGroup(title);
    for (const one of register) one(program);
  }
  registerServerCommands(program, wiring);
  return endQuietly(program);
}

/** Errors of usage are thrown, not ended with: who calls knows which exit code that is. */
function endQuietly(command: Command): Command {
  command.exitOverride((error: CommanderError) => {
    throw error;
  });
  for (const one of command.commands) endQuietly(one);
  return command;
}
