import { type Entity, Guid } from '@aos-storage/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { entityFromJson, entityToJson } from '../../src/entity-json.ts'

const value = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.double(),
  fc.integer(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.boolean(),
  fc.date({ noInvalidDate: true, min: new Date('1601-01-01'), max: new Date('9999-12-31') }),
  fc.uint8Array({ maxLength: 20 }),
  fc.uuid().map((text) => new Guid(text)),
)
const properties = fc.dictionary(fc.stringMatching(/^[a-z_]\w{0,8}$/), value, { maxKeys: 6 })

it('comes back from JSON as it went in, with every type of the service', () => {
  fc.assert(
    fc.property(properties, (own) => {
      const entity: Entity = { ...own, partitionKey: 'p', rowKey: 'r' }
      const text = JSON.stringify(entityToJson(entity))
      expect({ ...entityFromJson(JSON.parse(text)) }).toEqual({ ...entity })
    }),
  )
})

it('refuses what no table holds, and quotes no values', () => {
  const keys = { partitionKey: 'p', rowKey: 'r' }
  for (const [fields, message] of [
    [{ a: { secret: 1 } }, /"a" is an object or a list/],
    [{ a: 'secret', 'a@odata.type': 'Edm.Other' }, /type of "a" is unknown/],
    [{ a: 'secret', 'a@odata.type': 'Edm.Int64' }, /"a" is no Edm.Int64/],
    [{ a: 'secret', 'a@odata.type': 'toString' }, /type of "a" is unknown/],
    [{ partitionKey: 1 }, /no partitionKey/],
  ] as const) {
    expect(() => entityFromJson({ ...keys, ...fields })).toThrow(message)
    expect(() => entityFromJson({ ...keys, ...fields })).not.toThrow(/secret/)
  }
})
