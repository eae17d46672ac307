import { expect, it } from 'vitest'

import { Repository } from '../../src/repository.ts'
import { contractMembers, layerMembers } from '../../src/rules/layer-members.ts'
import { check } from '../check.ts'

const contract = `export interface StorageBackend {
  readonly name: string
  readonly capabilities: object
  read(key: string): void
  write(key: string): void
  list(): void
  presign?(): void
}`
const layer = (code: string): string[] =>
  check(layerMembers, {
    'packages/core/src/backend.ts': contract,
    'packages/core/src/layers/a.ts': code,
  })
const all = 'capabilities, read: () => {}, write() {}, list: async () => {}'

it('knows the members of the contract', () => {
  const repository = Repository.of({ 'packages/core/src/backend.ts': contract })
  expect(contractMembers(repository)).toEqual([
    'name',
    'capabilities',
    'read',
    'write',
    'list',
    'presign',
  ])
  expect(check(layerMembers, { 'packages/core/src/backend.ts': '' })[0]).toContain('must hold')
})

it.each([
  ['an object', `const layer = { name: 'a', ${all} }`, 'forgets presign;'],
  ['a class', `class A implements StorageBackend { name = ''; read() {} }`, 'forgets capabilities'],
  ['a spread', 'const layer = { ...inner, read() {} }', 'spreads a backend'],
  ['a spread beside all', `const l = { ...inner, name, ${all}, presign }`, 'spreads a backend'],
])('finds %s that forgets a member', (_, code, message) => {
  expect(layer(code).join('\n')).toContain(message)
})

it.each([
  ['a whole object', `const layer = { name: 'a', ${all}, presign: inner.presign }`],
  [
    'a whole class',
    `class A implements StorageBackend {
      readonly name = ''; get capabilities() { return {} }
      read() {} write() {} list() {} presign() {} #own() {}
    }`,
  ],
  ['a table of operations', 'const counts = { read: 0, write: 0, list: 0 }'],
  ['another class', 'class Reader { read() {} write() {} list() {} }'],
])('accepts %s', (_, code) => {
  expect(layer(code)).toEqual([])
})
