import { expect, it } from 'vitest'
import { definitions, topics } from '../src/definitions/index.ts'
import type { CommandDefinition } from '../src/command.ts'
import { exitCodes } from '../src/exit-codes.ts'
import { errorOf } from './support/error-line.ts'
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
    expect(stderr).toMatch(/^aos-storage: unknown /)
    expect(stderr).toContain(`\n  ${suggestion}\n`)
  }
})

it('has help of commands of commands, and tells what it has none of', async () => {
  const { stdout } = await run(['tables', 'query', '--help'])
  expect(stdout).toContain('--filter')
  for (const args of [
    ['help', 'tables', 'query'],
    ['tables', 'help', 'query'],
  ]) {
    expect(await run(args)).toMatchObject({ code: 0, stdout, stderr: '' })
  }
  for (const args of [
    ['help', 'lss'],
    ['help', 'tables', 'qery'],
    ['tables', 'help', 'qery'],
  ]) {
    const result = await run(args)
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(result.stderr).toMatch(/^aos-storage: unknown command .*\n {2}Did you mean .*\n$/)
  }
  expect((await run(['help', '--help'])).stdout).toBe((await run(['--help'])).stdout)
  expect((await run(['help', 'ls', '--json'])).stdout).toBe((await run(['ls', '--help'])).stdout)
  expect((await run(['help', 'nonsense'])).stderr).toContain('"aos-storage --help"')
})

it('tells a mistake in the command line as JSON where that is asked for', async () => {
  for (const [args, message, hint] of [
    [['ls', '--json'], "missing required argument 'location'", '"aos-storage ls --help"'],
    [['lss', '--json'], "unknown command 'lss'", 'Did you mean ls?'],
    [
      ['bench', '--json', '--size', '1XB', 'memory:'],
      "'1XB' is invalid",
      'aos-storage bench --help',
    ],
  ] as const) {
    const error = errorOf(await run(args))
    expect(error).toMatchObject({ code: 'USAGE', exitCode: 2 })
    expect(error.message).toContain(message)
    expect(error.hint).toContain(hint)
  }
  // What was typed reaches no terminal raw.
  const typed = await run(['x\n(Did you mean \u001b[31mred?)\n'])
  expect([typed.code, typed.stderr.includes('\u001b')]).toEqual([2, false])
  // Behind the two dashes it is no option.
  expect((await run(['lss', '--', '--json'])).stderr).toMatch(/^aos-storage: /)
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
