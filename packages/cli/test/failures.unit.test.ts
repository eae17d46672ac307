import { expect, it } from 'vitest'
import { Failures } from '../src/output/failures.ts'
import { Output } from '../src/output/output.ts'

function listening(): { output: Output; lines: string[] } {
  const lines: string[] = []
  const sink = {
    write: (text: string | Uint8Array, done: (error?: Error | null) => void): boolean => {
      lines.push(String(text))
      done()
      return true
    },
  }
  return { output: new Output(sink, sink, { json: false, quiet: false }), lines }
}

const story = { code: 'PERMISSION_DENIED', message: 'not allowed', hint: 'ask' }

it('tells the first, with the way out once, and counts all', async () => {
  const { output, lines } = listening()
  const failures = new Failures(output)
  for (let number = 1; number <= 60; number++) await failures.tell(`k${number}`, story)
  expect(failures.count).toBe(60)
  expect(lines).toHaveLength(51)
  expect(lines.filter((line) => line.includes('ask'))).toHaveLength(1)
  expect(lines.at(-1)).toContain('only counted')
})

it('ends after a hundred with no success between them', async () => {
  const failures = new Failures(listening().output)
  for (let number = 0; number < 99; number++) await failures.tell('k', story)
  failures.assertNotAll()
  failures.succeeded()
  for (let number = 0; number < 99; number++) await failures.tell('k', story)
  failures.assertNotAll()
  await failures.tell('k', story)
  expect(() => failures.assertNotAll()).toThrow('100 objects failed one after the other')
})
