/**
 * Tests that need a real server:
 *
 *     describeWithService('redis', (service) => {
 *       it('stores', async () => { const client = new Redis(service.url) ... })
 *     })
 *
 * One server per `describe`, started before its tests and stopped after them. Without one, the
 * tests are skipped, and the title says why and what to do; with `AOS_REQUIRE_SERVICES=1`, as CI
 * runs, that is a failure instead.
 */
import { afterAll, beforeAll, describe, it } from 'vitest'

import { availabilityOf } from './availability.ts'
import type { ServiceDefinition } from './definition.ts'
import { services, type ServiceName } from './registry.ts'
import { serviceOf, ServiceUnavailable, type Service, type UseServiceOptions } from './service.ts'

/** First start on a busy machine, and an installation where that is allowed. */
const startTimeoutMs = 300_000

export function describeWithService(
  name: ServiceName,
  tests: (service: Service) => void,
  options: UseServiceOptions = {},
): void {
  describeWithDefinition(services[name], tests, options)
}

/** {@link describeWithService} for a definition that is not in the registry. */
export function describeWithDefinition(
  definition: ServiceDefinition,
  tests: (service: Service) => void,
  options: UseServiceOptions = {},
): void {
  const { name } = definition
  const found = availabilityOf(definition)
  if (found.how !== 'missing') {
    describe(`with ${name}`, () => {
      let service: Service | undefined
      beforeAll(async () => {
        service = await serviceOf(definition, options)
      }, startTimeoutMs)
      afterAll(() => service?.stop())
      tests(lateBound(name, () => service))
    })
    return
  }
  if (process.env['AOS_REQUIRE_SERVICES'] === '1') {
    describe(`with ${name}`, () => {
      it(`has ${name}`, () => {
        throw new ServiceUnavailable(`${name}: ${found.reason}. ${found.fix}.`)
      })
    })
  }
  describe.skip(`with ${name} (skipped: ${found.reason}. ${found.fix})`, () => {
    tests(lateBound(name, () => undefined))
  })
}

/** The service under a handle that exists before it: tests read it when they run. */
function lateBound(name: string, current: () => Service | undefined): Service {
  return new Proxy({} as Service, {
    get(_, member) {
      const service = current()
      if (service === undefined) {
        throw new Error(`${name} runs only inside tests and hooks; read \`service\` there.`)
      }
      return Reflect.get(service, member, service) as unknown
    },
  })
}
