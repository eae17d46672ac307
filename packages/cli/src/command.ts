/** What a command is: how it is called, which the program knows, and what it does, loaded late. */
import type { CommandIo } from './io.ts'
import type { Location } from './locations/location.ts'
import type { Stores } from './locations/open.ts'
import type { Output } from './output/output.ts'
import type { ExitCode } from './exit-codes.ts'

/** Options by their names in camelCase. */
export type OptionValues = Readonly<Record<string, unknown>>

/** What a command is given. */
export interface CommandContext<Options = OptionValues> {
  /** One for each argument of its definition; a variadic one is the rest. */
  readonly args: readonly string[]
  readonly options: Options
  /** As it can be typed again. */
  readonly commandLine: string
  readonly io: CommandIo
  readonly output: Output
  readonly stores: Stores
  /** @throws CommandFailure for what is no location. */
  readonly location: (text: string) => Location
}

type RunCommand = (context: CommandContext<never>) => Promise<ExitCode>

export interface OptionDefinition {
  /** As commander has it: `--recursive`, `-n, --limit <count>`. */
  readonly flags: string
  readonly description: string
  readonly choices?: readonly string[] | undefined
  readonly default?: string | number | boolean | undefined
  /** `count` is an integer from 1; `bytes` is `10`, `64KiB`, `1GiB`. */
  readonly parse?: 'count' | 'bytes' | undefined
  /** Of a count. */
  readonly max?: number | undefined
  /** May be given more than once. */
  readonly isRepeated?: boolean | undefined
}

interface ArgumentDefinition {
  /** As commander has it: `<location>`, `[location]`, `<locations...>`. */
  readonly name: string
  readonly description: string
  readonly choices?: readonly string[] | undefined
}

/** A page of help that is no command's. */
export interface HelpTopic {
  readonly name: string
  readonly summary: string
  readonly text: string
}

export interface CommandDefinition {
  readonly name: string
  readonly arguments: readonly ArgumentDefinition[]
  /** How it is called, where its arguments do not say it: `[options] <files...> <location>`. */
  readonly usage?: string | undefined
  readonly summary: string
  /** After the summary in its help: what it promises. */
  readonly description?: string | undefined
  readonly options?: readonly OptionDefinition[] | undefined
  /** A line each: what is typed, and what it does. */
  readonly examples: readonly (readonly [command: string, effect: string])[]
  readonly commands?: readonly CommandDefinition[] | undefined
  readonly load?: (() => Promise<{ readonly run: RunCommand }>) | undefined
}
