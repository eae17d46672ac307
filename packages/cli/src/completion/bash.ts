/** The script for bash: one function, which walks the words to the command that is meant. */
import { type CommandWords, flatCommands, nameOf } from './words.ts'

export function bashScript(program: CommandWords): string {
  const offer = (words: string): string => `COMPREPLY=($(compgen -W "${words}" -- "$cur")); return`
  return `# aos-storage completion for bash:
#   source <(aos-storage completion bash)
_aos_storage() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}"
  local at="" i words="" options=""
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at/\${COMP_WORDS[i]}" in
${stepLines(program)}
    esac
  done
  case "$at:$prev" in
${valueLines(program, offer, 'return')}
  esac
  case "$at" in
${wordLines(program)}
  esac
  if [[ "$cur" == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$cur"))
  elif [[ -n "$words" ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
  else
    COMPREPLY=($(compgen -W "$(aos-storage completion profiles 2>/dev/null)" -- "$cur"))
    compopt -o nospace 2>/dev/null
  fi
}
complete -o default -F _aos_storage aos-storage
`
}

/** The commands as steps from one to the next. */
export function stepLines(program: CommandWords): string {
  const paths = flatCommands(program).flatMap(({ path }) => (path === '' ? [] : [path]))
  return paths.map((path) => `      "${path}") at="${path}" ;;`).join('\n')
}

/** What follows an option that takes a value. */
export function valueLines(
  program: CommandWords,
  offer: (words: string) => string,
  otherwise: string,
): string {
  return flatCommands(program)
    .flatMap(({ path, options }) =>
      options
        .filter(({ takesValue }) => takesValue)
        .map(({ names, choices }) => {
          const patterns = names.map((name) => `"${path}:${name}"`).join(' | ')
          const action = choices.length === 0 ? otherwise : offer(choices.join(' '))
          return `    ${patterns}) ${action} ;;`
        }),
    )
    .join('\n')
}

/** Words and options of each command. */
export function wordLines(program: CommandWords): string {
  return flatCommands(program)
    .map((command) => {
      const { path, commands, options, choices } = command
      const names = path === '' ? [...commands.map(nameOf), 'help'] : commands.map(nameOf)
      const words = [...names, ...choices].join(' ')
      const flags = options.flatMap((option) => option.names).join(' ')
      return `    "${path}") words="${words}"; options="${flags}" ;;`
    })
    .join('\n')
}
