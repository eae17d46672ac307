import { execFile, execFileSync } from 'node:child_process'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { flatCommands, wordsOf } from '../../src/completion/words.ts'
import { definitions } from '../../src/definitions/index.ts'
import { commonOptions } from '../../src/program.ts'
import { run, temporaryFolder, type TemporaryFolder } from '../support/run.ts'

const bash = promisify(execFile)

/** What bash offers for a line, whose last word is being typed. */
async function offered(folder: TemporaryFolder, line: string): Promise<string[]> {
  const words = line.split(' ')
  const script = `
    source ${folder.at('completion.bash')}
    COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})
    COMP_CWORD=${words.length - 1}
    _aos_storage
    printf '%s\\n' "\${COMPREPLY[@]}"`
  const PATH = `${folder.path}:${process.env['PATH']}`
  const { stdout } = await bash('bash', ['-c', script], { env: { PATH } })
  return stdout.split('\n').filter((word) => word !== '')
}

it('bash completes commands, options, choices and profiles', async () => {
  await using folder = await temporaryFolder()
  const { stdout } = await run(['completion', 'bash'])
  await writeFile(folder.at('completion.bash'), stdout)
  // What the program says, which another test looks at.
  await writeFile(folder.at('aos-storage'), '#!/bin/sh\nprintf "prod:\\nlab:\\nenv:\\n"\n')
  await chmod(folder.at('aos-storage'), 0o755)

  expect(await offered(folder, 'aos-storage l')).toEqual(['ls'])
  const all = await offered(folder, 'aos-storage ')
  expect(all.toSorted()).toEqual([...definitions.map(({ name }) => name), 'help'].toSorted())
  expect(await offered(folder, 'aos-storage tables q')).toEqual(['query'])
  expect(await offered(folder, 'aos-storage tables query --s')).toEqual(['--select'])
  expect(await offered(folder, 'aos-storage tables put --mode ')).toEqual([
    ...['replace', 'merge', 'insert'],
  ])
  expect(await offered(folder, 'aos-storage completion ')).toContain('fish')
  expect(await offered(folder, 'aos-storage ls p')).toEqual(['prod:'])
  expect(await offered(folder, 'aos-storage du --since ')).toEqual([])
  expect(await offered(folder, 'aos-storage ls --rec')).toEqual(['--recursive'])
  await bash('bash', ['-n', folder.at('completion.bash')])
})

it('names profiles, and the one of the environment', async () => {
  await using folder = await temporaryFolder()
  await writeFile(folder.at('p.json'), '{"profiles":{"prod":{"url":"memory:"}}}')
  const { lines } = await run(['completion', 'profiles', '--config', folder.at('p.json')])
  expect(lines).toEqual(['prod:', 'env:'])
})

it('knows every option of every command', () => {
  const commands = flatCommands(wordsOf(definitions, commonOptions))
  const query = commands.find(({ path }) => path === '/tables/query')!
  expect(query.options.map(({ names }) => names)).toContainEqual(['-n', '--limit'])
  expect(query.options.map(({ names }) => names)).toContainEqual(['--json'])
  for (const { options } of commands) {
    for (const { names } of options) expect(names.length).toBeGreaterThan(0)
  }
})

describe('zsh', () => {
  it('has the same commands and choices, balanced', async () => {
    const { stdout } = await run(['completion', 'zsh'])
    expect(stdout.startsWith('#compdef aos-storage\n')).toBe(true)
    expect(stdout).toContain('"/tables/put:--mode") compadd -- replace merge insert; return ;;')
    // The parts that are used are the same in bash, whose parser is at hand.
    execFileSync('bash', ['-n'], { input: stdout })
  })
})

describe('fish', () => {
  it('has a line for each command and option, with balanced quotes', async () => {
    const { stdout } = await run(['completion', 'fish'])
    for (const line of stdout.trimEnd().split('\n')) {
      if (line.startsWith('#')) continue
      expect(line).toMatch(
        /^complete -c aos-storage ((-f|-[nad] ('(\\.|[^'\\])*'|\S+)|-[lsrx]( [\w-]+)?) ?)+$/,
      )
    }
    expect(stdout).toContain("-a 'replace merge insert'")
    expect(stdout).toContain('-l recursive')
  })
})

describe.each(['zsh', 'fish'])('%s itself', (shell) => {
  it.skipIf(!isInstalled(shell))('parses its script', async () => {
    const { stdout } = await run(['completion', shell])
    execFileSync(shell, ['-n', '/dev/stdin'], { input: stdout })
  })
})

function isInstalled(shell: string): boolean {
  const folders = (process.env['PATH'] ?? '').split(':')
  return folders.some((folder) => {
    try {
      execFileSync('test', ['-x', join(folder, shell)])
      return true
    } catch {
      return false
    }
  })
}
