import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { at } from './api.js';
import { examples, json, many, run, type Context } from './context.js';
import { Usage } from './exit.js';
import { messageLine, type ShownMessage } from './message-line.js';

interface Options {
  replyTo?: string;
  mention?: string[];
  silent?: boolean;
  metadata?: object;
  clientMsgId?: string;
}

export function registerSend(program: Command): void {
  program
    .command('send')
    .argument('<room>', 'its id')
    .argument('[text...]', 'what to say; without it, standard input')
    .option('--reply-to <message>', 'id of the message that this answers')
    .option('--mention <users>', 'user ids', many)
    .option('--silent', 'move no badge')
    .option('--metadata <json>', 'whatever your app keeps', json)
    .option('--client-msg-id <id>', 'sent again with the same one, it is the same message')
    .description('write into a room; --as says who writes')
    .addHelpText('after', examples('send 0199c2d4-… Hello Bob --as alice', 'send 0199c2d4-… --as bot < report.txt'))
    .action(run(send));
}

async function send({ client, out, options }: Context<Options>, room: string, words: string[]): Promise<void> {
  const content = words.length > 0 ? words.join(' ') : process.stdin.isTTY ? '' : (await text(process.stdin)).trimEnd();
  if (content === '') throw new Usage('There is nothing to send: say it behind the room, or pipe it in.');
  const message = await client.post<ShownMessage & { deduplicated?: boolean }>(at`/rooms/${room}/messages`, {
    content,
    reply_to_id: options.replyTo,
    mentions: options.mention?.map((user_id) => ({ type: 'user', user_id })),
    silent: options.silent,
    metadata: options.metadata,
    client_msg_id: options.clientMsgId,
  });
  await out.result(message, () => {
    out.line(messageLine(message, out.colours));
    if (message.deduplicated) out.hint('It was there already.');
  });
}
