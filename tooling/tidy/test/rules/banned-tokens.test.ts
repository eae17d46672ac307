import { expect, it } from 'vitest'

import { bannedTokens } from '../../src/rules/banned-tokens.ts'
import { check } from '../check.ts'

it.each([
  ['// TODO later', 'TODO without an issue'],
  ['/* FIXME */', 'FIXME without an issue'],
  ['// @ts-ignore', 'hides errors'],
  ['// @ts-nocheck', 'hides errors'],
  ['// @ts-expect-error', 'must say why'],
  ['// oxlint-disable-next-line no-console', 'say why'],
  ['const a = b as any', 'switches types off'],
  ['const a = <any>b', 'switches types off'],
  ['debugger', 'left in'],
  ["it.only('x', f)", 'leaves out'],
  ["describe.only('x', f)", 'leaves out'],
])('finds %s', (code, message) => {
  expect(check(bannedTokens, { 'a.ts': code })).toEqual([expect.stringContaining(message)])
})

it('accepts what has a reason, and what only looks alike', () => {
  const code = `
    // TODO(#12) later
    // @ts-expect-error the library's types are wrong here
    // oxlint-disable-next-line no-console -- this is a command line
    const text = 'TODO, debugger, it.only('
    store.only('x')
    const b = a as unknown`
  expect(check(bannedTokens, { 'a.ts': code })).toEqual([])
})
