/** `aos-storage completion`: the script of a shell, or what its scripts ask for. */
import type { CommandContext } from '../command.ts'
import { bashScript } from '../completion/bash.ts'
import { fishScript } from '../completion/fish.ts'
import { wordsOf } from '../completion/words.ts'
import { zshScript } from '../completion/zsh.ts'
import { definitions } from '../definitions/index.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { environmentProfile } from '../locations/location.ts'
import { readProfiles } from '../locations/profiles.ts'
import { commonOptions } from '../program.ts'

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript } as const

interface CompletionOptions {
  readonly config?: string
}

export async function run(context: CommandContext<CompletionOptions>): Promise<ExitCode> {
  const { args, options, io, output } = context
  const shell = args[0] as keyof typeof scripts | 'profiles'
  if (shell === 'profiles') {
    const { profiles } = await readProfiles({ env: io.env, cwd: io.cwd, config: options.config })
    for (const name of [...Object.keys(profiles), environmentProfile]) {
      await output.bytes(`${name}:\n`)
    }
    return exitCodes.ok
  }
  await output.bytes(scripts[shell](wordsOf(definitions, commonOptions)))
  return exitCodes.ok
}
