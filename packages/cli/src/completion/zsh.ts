/** The script for zsh, which walks as that for bash does. */
import { stepLines, valueLines, wordLines } from './bash.ts'
import type { CommandWords } from './words.ts'

export function zshScript(program: CommandWords): string {
  return `#compdef aos-storage
# aos-storage completion for zsh: aos-storage completion zsh > "\${fpath[1]}/_aos-storage"
# or: source <(aos-storage completion zsh)
_aos_storage() {
  local cur="\${words[CURRENT]}" prev="\${words[CURRENT-1]}" at="" word names="" options=""
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$at/$word" in
${stepLines(program)}
    esac
  done
  case "$at:$prev" in
${valueLines(program, (words) => `compadd -- ${words}; return`, '_files; return')}
  esac
  case "$at" in
${wordLines(program).replaceAll('words="', 'names="')}
  esac
  if [[ "$cur" == -* ]]; then
    compadd -- \${=options}
  elif [[ -n "$names" ]]; then
    compadd -- \${=names}
  else
    compadd -S '' -- $(aos-storage completion profiles 2>/dev/null)
    _files
  fi
}
if [[ "\${funcstack[1]}" == "_aos_storage" || "\${funcstack[1]}" == "_aos-storage" ]]; then
  _aos_storage "$@"
else
  compdef _aos_storage aos-storage
fi
`
}
