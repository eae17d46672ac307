/** The script for fish: a line for each thing that can stand somewhere. */
import { type CommandWords, nameOf, type OptionWords } from './words.ts'

export function fishScript(program: CommandWords): string {
  const lines = [
    '# aos-storage completion for fish:',
    '#   aos-storage completion fish > ~/.config/fish/completions/aos-storage.fish',
    ...linesOf(program, []),
    ...program.options.map((option) => optionLine(option, '__fish_use_subcommand')),
  ]
  return `${lines.join('\n')}\n`
}

/** @param above The names from the program to this command. */
function linesOf(command: CommandWords, above: readonly string[]): string[] {
  const seen = above.map((name) => `__fish_seen_subcommand_from ${name}`)
  const names = command.commands.map(nameOf)
  const none =
    above.length === 0
      ? '__fish_use_subcommand'
      : [...seen, `not __fish_seen_subcommand_from ${names.join(' ')}`].join('; and ')
  const commands = command.commands.map(
    (each) =>
      `complete -c aos-storage -f -n ${quoted(none)} -a ${nameOf(each)} -d ${quoted(each.summary)}`,
  )
  if (names.length > 0) {
    return [
      ...commands,
      ...command.commands.flatMap((each) => linesOf(each, [...above, nameOf(each)])),
    ]
  }
  const here = seen.join('; and ')
  const first =
    command.choices.length === 0
      ? '(aos-storage completion profiles 2>/dev/null)'
      : command.choices.join(' ')
  return [
    `complete -c aos-storage -n ${quoted(here)} -a ${quoted(first)}`,
    ...command.options.map((option) => optionLine(option, here)),
  ]
}

function optionLine(
  { names, takesValue, choices, description }: OptionWords,
  here: string,
): string {
  const flags = names.map((name) =>
    name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
  )
  const value = choices.length > 0 ? ` -x -a ${quoted(choices.join(' '))}` : takesValue ? ' -r' : ''
  const about = `-d ${quoted(description)}`
  return `complete -c aos-storage -n ${quoted(here)} ${flags.join(' ')}${value} ${about}`
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
