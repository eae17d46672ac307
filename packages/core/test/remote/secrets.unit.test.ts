import { expect, it } from 'vitest'
import { withoutSecrets } from '../../src/remote/index.ts'

const secrets = [/(?<=\bsig=)[^&\s]+/g, /(?<=Bearer )\S+/gi]

it('leaves out each secret wherever it stands, and nothing else', () => {
  const text = 'GET /?a=1&sig=c2VjcmV0&b=2 bearer abc.def, again sig=x'
  expect(withoutSecrets(text, secrets)).toBe('GET /?a=1&sig=…&b=2 bearer … again sig=…')
  expect(withoutSecrets('signature=x', secrets)).toBe('signature=x')
})

it('cuts what is long, after the secrets are out', () => {
  const long = withoutSecrets(`${'x'.repeat(995)} sig=${'s'.repeat(5000)}`, secrets)
  expect(long).toBe(`${'x'.repeat(995)} sig=…`.slice(0, 1000) + '…')
  expect(withoutSecrets('x'.repeat(1000), secrets)).toBe('x'.repeat(1000))
})

it('refuses an expression that would leave out only the first', () => {
  expect(() => withoutSecrets('a a', [/a/])).toThrow(TypeError)
})
