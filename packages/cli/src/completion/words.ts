/** What can be completed, taken from the definitions. */
import type { CommandDefinition, OptionDefinition } from '../command.ts'

export interface OptionWords {
  /** `-r` and `--recursive`. */
  readonly names: readonly string[]
  readonly takesValue: boolean
  readonly choices: readonly string[]
  readonly description: string
}

/** A command and what may follow it. */
export interface CommandWords {
  /** Names from the program on, with slashes between and before: `/tables/query`. */
  readonly path: string
  readonly summary: string
  readonly commands: readonly CommandWords[]
  readonly options: readonly OptionWords[]
  /** Of its first argument. */
  readonly choices: readonly string[]
}

/** The program as a command of all commands. */
export function wordsOf(
  definitions: readonly CommandDefinition[],
  common: readonly OptionDefinition[],
): CommandWords {
  const help = optionWords({ flags: '-h, --help', description: 'Print help' })
  const version = optionWords({ flags: '-V, --version', description: 'Print the version' })
  const commandWords = (definition: CommandDefinition, above: string): CommandWords => {
    const { name, summary, options = [], commands = [], arguments: own, load } = definition
    const path = `${above}/${name}`
    const all = load === undefined ? [] : [...options, ...common]
    return {
      ...{ path, summary },
      commands: commands.map((each) => commandWords(each, path)),
      options: [...all.map(optionWords), help],
      choices: own[0]?.choices ?? [],
    }
  }
  return {
    ...{ path: '', summary: '', choices: [] },
    commands: definitions.map((each) => commandWords(each, '')),
    options: [help, version],
  }
}

/** The command itself and all below. */
export function flatCommands(command: CommandWords): CommandWords[] {
  return [command, ...command.commands.flatMap(flatCommands)]
}

export function nameOf({ path }: CommandWords): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function optionWords({ flags, choices = [], description }: OptionDefinition): OptionWords {
  const names = flags.match(/(?<![\w-])--?[A-Za-z][\w-]*/g) ?? []
  return { names, takesValue: /[<[]/.test(flags), choices, description }
}
