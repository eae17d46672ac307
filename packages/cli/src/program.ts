/** The command line, by commander: help, suggestions and parsing, of the definitions. */
import { Argument, Command, InvalidArgumentError, Option } from 'commander'
import type { CommandDefinition, HelpTopic, OptionDefinition, OptionValues } from './command.ts'
import { formatBytes } from './output/amounts.ts'

/** A command that was asked for, not yet run. */
export interface Invocation {
  readonly definition: CommandDefinition
  readonly args: readonly string[]
  readonly options: OptionValues
}

export interface ProgramOptions {
  readonly version: string
  readonly definitions: readonly CommandDefinition[]
  readonly topics: readonly HelpTopic[]
  readonly writeOut: (text: string) => void
  readonly writeErr: (text: string) => void
  readonly columns: number
  readonly onInvocation: (invocation: Invocation) => void
  /** A command line that cannot be run, before the error is thrown. */
  readonly onMistake: (mistake: Mistake) => void
}

/** What is wrong with a command line, in commander's words, and where help is. */
export interface Mistake {
  readonly message: string
  readonly hint: string
}

/** Every command has these. */
export const commonOptions: readonly OptionDefinition[] = [
  { flags: '--json', description: 'Results as JSON, one document a line' },
  { flags: '-q, --quiet', description: 'No progress and no notes' },
  { flags: '--config <file>', description: 'Profiles, in place of the usual file' },
]

const programName = 'aos-storage'

const about = `Storage from the shell, over files, Azure and S3.

Locations:
  s3://bucket/key  azblob://container/key  file:///folder#key  ./folder#key
  PROFILE:key (see "aos-storage help locations")  env:key (AOS_STORAGE_URL)`

export function buildProgram(options: ProgramOptions): Command {
  const { version, definitions, topics, writeOut, writeErr, columns } = options
  const program = new Command(programName)
  program
    .description(about)
    .version(version, '-V, --version', 'Print the version')
    .helpOption('-h, --help', 'Print help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      ...{ writeOut, writeErr },
      getOutHelpWidth: () => columns,
      getErrHelpWidth: () => columns,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
      outputError: (text) => options.onMistake(mistakeOf(text, programName)),
    })
    .configureHelp({ subcommandTerm: (command) => `${command.name()} ${command.usage()}` })
    .showSuggestionAfterError(true)
    .addHelpText('after', `${examplesText(topExamples)}${topicsText(topics)}`)
  for (const each of definitions) program.addCommand(commandOf(each, options, program, programName))
  for (const each of topics) program.addCommand(topicOf(each, program), { hidden: true })
  program.addCommand(helpOf(program))
  return program
}

/** `help tables query` is what `tables query --help` is, and what is unknown is told. */
function helpOf(parent: Command): Command {
  const command = new Command('help').copyInheritedSettings(parent)
  command.helpOption(false).summary('Print help of a command, or on a topic')
  // `help --help` and `help ls --json` mean the same without.
  command.usage('[command]').argument('[words...]').allowUnknownOption()
  return command.action(() => {
    let found = parent
    for (const word of command.args.filter((each) => !each.startsWith('-'))) {
      const next = found.commands.find((each) => each.name() === word)
      // Commander tells that it is unknown, and what was meant.
      if (next === undefined && found.commands.length > 0) found.parse([word], { from: 'user' })
      if (next === undefined) break
      found = next
    }
    found.help()
  })
}

/** `error: unknown option '--jsn'\n(Did you mean --json?)\n`, as it is told here. */
function mistakeOf(text: string, called: string): Mistake {
  const found = /^error: ([\s\S]*?)(?:\n\((Did you mean [^\n]*)\))?\n$/.exec(text)
  const isProgram = called === programName
  const help = `"${called} --help" ${isProgram ? 'lists what there is' : 'tells how it is called'}`
  return { message: found?.[1] ?? text, hint: found?.[2] ?? help }
}

const topExamples = [
  ['aos-storage ls s3://orders/2026/', 'what is below a prefix'],
  ['aos-storage put invoice.pdf s3://orders/2026/1.pdf', 'a file into a store'],
  ['aos-storage sync ./data s3://backup/data/', 'one store made like another one'],
  ['aos-storage doctor s3://orders', 'why does it not work?'],
] as const

function commandOf(
  definition: CommandDefinition,
  options: ProgramOptions,
  parent: Command,
  above: string,
): Command {
  const called = `${above} ${definition.name}`
  const command = new Command(definition.name)
  command.copyInheritedSettings(parent).summary(definition.summary).helpCommand(false)
  command.configureOutput({ outputError: (text) => options.onMistake(mistakeOf(text, called)) })
  command.helpOption('-h, --help', 'Print help')
  const { description, examples, commands = [], load } = definition
  command.description(
    description === undefined ? definition.summary : `${definition.summary}\n\n${description}`,
  )
  if (definition.usage !== undefined) command.usage(definition.usage)
  for (const each of definition.arguments) {
    const argument = new Argument(each.name, each.description)
    command.addArgument(each.choices === undefined ? argument : argument.choices(each.choices))
  }
  for (const each of commands) command.addCommand(commandOf(each, options, command, called))
  if (commands.length > 0) command.addCommand(helpOf(command), { hidden: true })
  if (load !== undefined) {
    for (const each of [...(definition.options ?? []), ...commonOptions]) {
      command.addOption(optionOf(each))
    }
    command.action(() => {
      const args = command.args
      options.onInvocation({ definition, args, options: command.opts() })
    })
  }
  if (examples.length > 0) command.addHelpText('after', examplesText(examples))
  return command
}

/** Its help is the text: so `help NAME` and `NAME` print it. */
function topicOf({ name, text }: HelpTopic, parent: Command): Command {
  const command = new Command(name).copyInheritedSettings(parent)
  command.configureHelp({ formatHelp: () => `${text}\n` })
  return command.action(() => command.help())
}

function topicsText(topics: readonly HelpTopic[]): string {
  const lines = topics.map(({ name, summary }) => `  help ${name.padEnd(12)}  ${summary}`)
  return `\nTopics:\n${lines.join('\n')}\n`
}

function optionOf(definition: OptionDefinition): Option {
  const option = new Option(definition.flags, definition.description)
  if (definition.choices !== undefined) option.choices(definition.choices)
  if (definition.default !== undefined) option.default(definition.default)
  if (definition.parse === 'count') {
    const { max = Number.MAX_SAFE_INTEGER } = definition
    option.argParser((text: string) => parseCount(text, max))
  }
  if (definition.parse === 'bytes') {
    option.argParser(parseBytes)
    if (typeof definition.default === 'number') {
      option.default(definition.default, formatBytes(definition.default).replace(' ', ''))
    }
  }
  if (definition.isRepeated === true) {
    option.argParser((value: string, before: readonly string[] | undefined) => [
      ...(before ?? []),
      value,
    ])
  }
  return option
}

function parseCount(text: string, max: number): number {
  const count = Number(text)
  if (/^\d+$/.test(text) && count >= 1 && count <= max) return count
  const limit = max === Number.MAX_SAFE_INTEGER ? '' : ` to ${max}`
  throw new InvalidArgumentError(`It is a whole number from 1${limit}.`)
}

const byteUnits = { '': 1, b: 1, kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3, tib: 1024 ** 4 }

function parseBytes(text: string): number {
  const match = /^(\d+)(|b|kib|mib|gib|tib)$/i.exec(text.trim())
  const unit = match?.[2]?.toLowerCase() as keyof typeof byteUnits | undefined
  const bytes = unit === undefined ? NaN : Number(match![1]) * byteUnits[unit]
  if (Number.isSafeInteger(bytes) && bytes >= 1) return bytes
  throw new InvalidArgumentError('Write it as 1000, 64KiB, 8MiB or 1GiB.')
}

function examplesText(examples: CommandDefinition['examples']): string {
  const widest = Math.max(...examples.map(([command]) => command.length))
  const lines = examples.map(([command, effect]) => {
    if (effect === '') return `  ${command}`
    return widest > 52 ? `  ${command}\n      ${effect}` : `  ${command.padEnd(widest)}  ${effect}`
  })
  return `\nExamples:\n${lines.join('\n')}\n`
}
