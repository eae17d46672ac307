import { expect, it } from 'vitest'
import { definitions, topics } from '../src/definitions/index.ts'
import type { CommandDefinition } from '../src/command.ts'
import { exitCodes } from '../src/exit-codes.ts'
import { run } from './support/run.ts'

it('has its topics, as help and by their names', async () => {
  for (const { name, text } of topics) {
    const { code, stdout, stderr } = await run(['help', name])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toBe(`${text}\n`)
    expect((await run([name])).stdout).toBe(stdout)
  }
  const { stdout } = await run(['help', 'exit-codes'])
  for (const code of Object.values(exitCodes))
    expect(stdout).toMatch(new RegExp(`^ +${code} `, 'm'))
  expect((await run(['--help'])).stdout).toContain('help locations')
})

it('teaches each command by examples that it would take', async () => {
  for (const [path, { examples, summary }] of all(definitions, '')) {
    const { code, stdout } = await run([...path.split(' '), '--help'])
    const start = `aos-storage ${path.split(' ')[0]}`
    const isTold = stdout.includes(summary.slice(0, 20))
    const areItsOwn = examples.length > 0 && examples.every(([each]) => each.includes(start))
    expect({ path, code, isTold, areItsOwn }).toEqual({
      ...{ path, code: 0, isTold: true, areItsOwn: true },
    })
  }
})

it('suggests what was meant', async () => {
  for (const [args, suggestion] of [
    [['lss', '.'], 'Did you mean ls?'],
    [['ls', '--recursiv', '.'], 'Did you mean --recursive?'],
    [['tables', 'qery', '.', 't'], 'Did you mean query?'],
  ] as const) {
    const { code, stderr, stdout } = await run(args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(suggestion)
  }
})

function* all(
  commands: readonly CommandDefinition[],
  above: string,
): Generator<readonly [string, CommandDefinition]> {
  for (const each of commands) {
    yield [`${above}${each.name}`, each]
    yield* all(each.commands ?? [], `${above}${each.name} `)
  }
}
