/**
 * Checks `sh` blocks without running them: every command is one that exists, every script that is
 * called is in a package.json, every local file that is named is there.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface ShellContext {
  readonly workspaceRoot: string
  readonly packageFolder: string
  /** Commands that this README may use besides the usual ones. */
  readonly commands: readonly string[]
}

const usual = ['cd', 'git', 'npx', 'docker', 'apt-get', 'export', 'echo', 'curl', 'mkdir', 'rm']
const npmBuiltIns = ['install', 'i', 'ci', 'add', 'exec', 'pack', 'publish', 'view', 'init']
const pnpmBuiltIns = [...npmBuiltIns, 'dlx', 'why', 'remove', 'update', 'changeset', 'link']

/** What is wrong in the block, one sentence per line of it. */
export function shellProblems(code: string, context: ShellContext): string[] {
  return code
    .replaceAll('\\\n', ' ')
    .split('\n')
    .flatMap((line) => line.replace(/(^|\s)#.*$/, '').split(/&&|\|\||[|;]/))
    .map((command) => command.trim().replace(/^\$ /, '').split(/\s+/))
    .flatMap((words) => commandProblems(words, context))
}

function commandProblems(words: readonly string[], context: ShellContext): string[] {
  const start = words.findIndex((word) => !/^\w+=/.test(word))
  const [command, ...rest] = start === -1 ? [] : words.slice(start)
  if (command === undefined || command === '') return []
  if (command === 'npx' && /^p?npm$/.test(rest[0] ?? '')) return commandProblems(rest, context)
  if (/(^|\/)node$/.test(command)) return fileProblems(rest, context)
  if (usual.includes(command) || context.commands.includes(command)) return []
  if (command === 'npm' || command === 'pnpm') return scriptProblems(command, rest, context)
  return [`\`${command}\` is no command that a README here uses; add it to \`commands\` if it is.`]
}

function fileProblems(words: readonly string[], context: ShellContext): string[] {
  const file = words.find((word) => !word.startsWith('-'))
  if (file === undefined || !/\.[mc]?[jt]s$/.test(file)) return []
  const folders = [context.packageFolder, context.workspaceRoot]
  if (folders.some((folder) => existsSync(join(folder, file)))) return []
  return [`\`node ${file}\`: there is no such file in the package or at the root.`]
}

function scriptProblems(tool: string, words: readonly string[], context: ShellContext): string[] {
  const filter = words.findIndex((word) => word === '--filter' || word === '-F')
  const others = filter === -1 ? words : words.toSpliced(filter, 2)
  const plain = others.filter((word) => !word.startsWith('-'))
  const name = plain[0] === 'run' ? plain[1] : plain[0]
  if (name === undefined) return []
  const builtIns = tool === 'npm' ? npmBuiltIns : pnpmBuiltIns
  if (plain[0] !== 'run' && builtIns.includes(name)) return []
  const folders = [context.packageFolder, context.workspaceRoot]
  if (folders.some((folder) => name in scriptsOf(folder))) return []
  return [`\`${tool} ${plain.join(' ')}\`: no package.json here has a script '${name}'.`]
}

function scriptsOf(folder: string): Record<string, string> {
  const file = join(folder, 'package.json')
  if (!existsSync(file)) return {}
  return (
    (JSON.parse(readFileSync(file, 'utf8')) as { scripts?: Record<string, string> }).scripts ?? {}
  )
}
