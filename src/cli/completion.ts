import type { Command } from 'commander';
import { run, type Context } from './context.js';
import { Usage } from './exit.js';

/** What may follow, by what stands already: subcommands, then options. */
type Words = Map<string, string[]>;

export function registerCompletion(program: Command): void {
  program
    .command('completion')
    .argument('<shell>', 'bash or zsh')
    .description('a script that completes commands and options')
    .addHelpText(
      'after',
      `\nWhere chatapi is a command or a function of the shell, add to ~/.bashrc:\n  eval "$(chatapi completion bash)"\nor to ~/.zshrc, after compinit:\n  eval "$(chatapi completion zsh)"`,
    )
    .action(
      run(({ out }: Context, shell: string) => {
        const script = { bash, zsh }[shell];
        if (!script) throw new Usage(`There is no completion for ${shell}: bash or zsh.`);
        out.line(script(wordsOf(program)));
      }),
    );
}

export function wordsOf(program: Command): Words {
  const words: Words = new Map();
  const shared = program.options.filter(({ long }) => long !== '--version').map(({ long }) => long ?? '');
  const visit = (command: Command, path: string[]): void => {
    const names = command.commands.map((one) => one.name());
    const options = command.options.map(({ long, short }) => long ?? short ?? '');
    words.set(path.join(' '), [...names, ...new Set([...options, ...shared, '--help'])]);
    for (const one of command.commands) visit(one, [...path, one.name()]);
  };
  visit(program, []);
  return words;
}

const cases = (words: Words): string =>
  [...words].map(([path, next]) => `    ${JSON.stringify(path)}) next=${JSON.stringify(next.join(' '))} ;;`).join('\n');

/** The words before the cursor that are commands, as far as there are such. */
const pathFinder = (words: Words): string => {
  const known = [...words.keys()].filter((path) => path !== '').map((path) => JSON.stringify(path));
  return `      case "$path$word" in
        ${known.join('|')}) path="$path$word " ;;
      esac`;
};

/** The word before the cursor is no command where it is the value of one of these. */
const VALUED = '--profile|--url|--as';

const bash = (words: Words): string => `_chatapi() {
  local word path='' next='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "$word" in ${VALUED}) ((i++)); continue ;; esac
${pathFinder(words)}
  done
  case "\${path% }" in
${cases(words)}
  esac
  COMPREPLY=($(compgen -W "$next" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _chatapi chatapi`;

const zsh = (words: Words): string => `#compdef chatapi
_chatapi() {
  local word prefix='' next='' i
  for ((i = 2; i < CURRENT; i++)); do
    word="\${words[i]}"
    case "$word" in ${VALUED}) ((i++)); continue ;; esac
${pathFinder(words).replaceAll('path', 'prefix')}
  done
  case "\${prefix% }" in
${cases(words)}
  esac
  compadd -- \${=next} || _files
}
compdef _chatapi chatapi`;
