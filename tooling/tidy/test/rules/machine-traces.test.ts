import { expect, it } from 'vitest'

import { machineTraces } from '../../src/rules/machine-traces.ts'
import { check } from '../check.ts'

// Put together here, so that this file does not trip over itself.
const join = (...parts: string[]): string => parts.join('')

it.each([
  ['a home', join('see /ho', 'me/alice/notes'), 'one machine'],
  ['a checkout', join('cd /wo', 'rk/main'), 'one machine'],
  ['the superuser', join("'/ro", "ot/.npmrc'"), 'one machine'],
  ['a registry', join('https://reg', 'istry.example.com/a'), 'host of a registry'],
  ['a private key', join('-----BEGIN RSA PRIV', 'ATE KEY-----'), 'private key'],
  ['an AWS key', join('AKIA', 'ABCDEFGHIJKLMNOP'), 'looks like a secret'],
  ['a token', join('ghp_', 'a'.repeat(36)), 'looks like a secret'],
  ['an account key', join('Account', 'Key=', 'b'.repeat(86), '=='), "not the emulator's"],
])('finds %s', (_, text, message) => {
  expect(check(machineTraces, { 'a.yaml': `\n${text}\n` })).toEqual([
    expect.stringMatching(new RegExp(`^a.yaml:2 .*${message}`)),
  ])
})

it('accepts relative paths, routes and the well-known key of the emulator', () => {
  const key = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq'
  const text = `./home/alice\nhttps://example.com/home/page\n/var/data\nAccountKey=${key}/K1SZ==`
  expect(check(machineTraces, { 'a.md': text })).toEqual([])
})
